"""State records: numbered, fenced, and never brought back once withdrawn."""

import asyncio
import signal
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from shared.contracts.event import Event
from shared.messaging import outbox, state
from tests.messaging import model
from tests.messaging.world import World

NOW = datetime(2026, 1, 5, 8, tzinfo=UTC)


def page(world: World, key: str, words: str, version: int) -> Event:
    return world.kinds.page(report_id=key, words=words, version=version, occurred_at=NOW)


def withdrawn(world: World, key: str, version: int) -> Event:
    return world.kinds.page_withdrawn(record_key=key, version=version, occurred_at=NOW)


async def publish(world: World, key: str, words: str | None) -> None:
    """As a service does: number, then stage, in one transaction."""
    async with world.sessions.begin() as session:
        version = await state.next_version(session, world.kinds.page.topic, key)
        outbox.stage(session, page(world, key, words, version) if words else withdrawn(world, key, version))


def pages(world: World) -> dict[str, str]:
    return dict(world.sql("select report, words from page order by report"))


async def test_versions_count_up_per_key_and_over_tombstones(world: World) -> None:
    await publish(world, "a", "satu")
    await publish(world, "a", None)
    await publish(world, "a", "dua")
    await publish(world, "b", "satu")
    staged = world.sql("select key, headers->>'ce_stateversion', headers->>'ce_type', body is null, fenced from outbox")
    assert staged == [
        ("a", "1", "page.v1", False, True),
        ("a", "2", "page-withdrawn.v1", True, True),
        ("a", "3", "page.v1", False, True),
        ("b", "1", "page.v1", False, True),
    ]


async def test_snapshots_and_tombstones_travel_and_a_reader_keeps_the_newest(world: World) -> None:
    await publish(world, "a", "satu")
    await publish(world, "b", "satu")
    async with world.consuming(world.receiver(model.page_routes(world.kinds))):
        with world.relaying():
            await world.until("select count(*) from page", 2)
            await publish(world, "a", "dua")
            await publish(world, "b", None)
            await world.until("select string_agg(words, ',') from page", "dua")
    tombstone = [r for r in await world.published(world.kinds.page.topic, committed=True) if r.value is None]
    assert [(r.key, dict(r.headers)["ce_stateversion"]) for r in tombstone] == [(b"b", b"2")]


async def test_a_lower_version_and_a_withdrawn_key_are_ignored_whenever_they_come(world: World) -> None:
    late = [page(world, "a", "satu", 1), page(world, "b", "lama", 4), withdrawn(world, "c", 1)]
    async with world.consuming(world.receiver(model.page_routes(world.kinds))):
        await world.send(page(world, "a", "dua", 2), page(world, "b", "baru", 5), withdrawn(world, "b", 6))
        await world.send(page(world, "c", "tiga", 3))
        await world.until("select count(*) from inbox", 4)
        await world.send(*late)
        await world.until("select count(*) from inbox", 7)
    assert pages(world) == {"a": "dua", "c": "tiga"}


async def test_one_version_is_newer_once(world: World) -> None:
    async with world.sessions.begin() as session:
        assert await state.newer(session, "pages", 'kunci "x"', 1)
        assert not await state.newer(session, "pages", 'kunci "x"', 1)
        assert await state.newer(session, "pages", 'kunci "x"', 3)
        assert not await state.newer(session, "pages", 'kunci "x"', 2)
        await state.forget(session, "pages")
        assert await state.newer(session, "pages", 'kunci "x"', 1)


async def test_facts_and_state_of_one_transaction_are_published_together(world: World) -> None:
    submitted = world.kinds.submitted
    await world.stage(model.make(submitted, "a", 1), page(world, "a", "satu", 1), model.make(submitted, "a", 2))
    with world.relaying():
        assert await world.drained()
    assert len(await world.published(submitted.topic)) == 2
    assert len(await world.published(world.kinds.page.topic, committed=True)) == 1


@pytest.mark.parametrize("before", ["sending", "fencing"])
async def test_what_a_frozen_leader_still_sends_brings_nothing_back(world: World, before: str) -> None:
    """SIGSTOP the leader with a snapshot in its hands, elect another, withdraw, SIGCONT: nothing reappears."""
    expected = {"b": "sesudah"}
    if before == "sending":
        await publish(world, "warm", "up")
        expected["warm"] = "up"
    else:
        await publish(world, "a", "rahasia")
    frozen = world.child("tests.messaging.freezing", before, world.name, world.postgres, world.kafka)
    try:
        if before == "sending":
            await world.until("select count(*) from outbox", 0)  # it leads and has fenced
            await publish(world, "a", "rahasia")
        await asyncio.to_thread(_until_stopped, frozen.pid)
        async with world.consuming(world.receiver(model.page_routes(world.kinds))):
            with world.relaying() as successor:
                # the database deposes who stands still: nobody has to kill the leader's session
                assert await asyncio.to_thread(successor.leading.wait, 10)
                await world.until("select count(*) from page where report = 'a'", 1)
                await publish(world, "a", None)
                await world.until("select count(*) from page where report = 'a'", 0)
                frozen.send_signal(signal.SIGCONT)
                await asyncio.sleep(1.5)
                await publish(world, "b", "sesudah")
                await world.until("select count(*) from page where report = 'b'", 1)
        assert pages(world) == expected
    finally:
        frozen.kill()
        frozen.wait()
    records = await world.published(world.kinds.page.topic, committed=True)
    assert [r.value is None for r in records if r.key == b"a"] == [False, True]
    # a rebuild from the topic's beginning, without memory
    async with world.sessions.begin() as session:
        await state.forget(session, world.kinds.page.topic)
    world.sql("truncate page, inbox")
    receiver = world.receiver(model.page_routes(world.kinds))
    receiver.consumer = f"{world.name}.rebuild"
    async with world.consuming(receiver):
        await world.until("select count(*) from page", len(expected))
        await asyncio.sleep(0.5)
    assert pages(world) == expected


def _until_stopped(pid: int) -> None:
    for _ in range(200):
        if Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] == "T":
            return
        time.sleep(0.05)
    raise AssertionError("the leader did not stand still")
