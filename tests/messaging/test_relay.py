"""What a service stages is published after commit, in order per key, and nothing is skipped."""

import asyncio
import signal
import subprocess
import sys
from typing import Any

import pytest
from confluent_kafka import KafkaError, KafkaException, Producer

from shared.messaging import outbox, relay
from shared.messaging.relay import Relay, check_producer
from tests.messaging import model
from tests.messaging.model import make
from tests.messaging.world import World, by_key


async def test_staged_events_arrive_in_order_with_their_headers_and_are_written_down(world: World) -> None:
    submitted = world.kinds.submitted
    async with world.sessions.begin() as session:
        ids = outbox.stage(session, *[make(submitted, f"k{n % 5}", n) for n in range(100)])
    with world.relaying():
        await world.stage(*[make(submitted, f"k{n % 5}", n) for n in range(100, 200)])
        assert await world.drained()
    records = await world.published(submitted.topic)
    assert by_key(records) == {f"k{k}": list(range(k, 200, 5)) for k in range(5)}
    headers = dict(records[0].headers)
    assert headers["ce_type"] == b"report-submitted.v1"
    assert headers["ce_source"] == f"/{world.name}".encode()
    assert headers["ce_subject"] == records[0].key
    assert {"ce_specversion", "ce_time", "content-type"} <= headers.keys()
    places = {dict(r.headers)["ce_id"].decode(): (r.topic, r.key.decode(), r.partition, r.offset) for r in records}
    assert {str(event_id) for event_id in ids} < set(places)
    ledger = world.sql('select event_id::text, topic, key, partition, "offset" from journey')
    assert {row[0]: row[1:] for row in ledger} == places


async def test_nothing_is_published_for_a_transaction_that_rolls_back(world: World) -> None:
    submitted = world.kinds.submitted
    async with world.sessions() as session:
        outbox.stage(session, make(submitted, "a"))
        await session.flush()
        await session.rollback()
    await world.stage(make(submitted, "b"))
    with world.relaying():
        assert await world.drained()
    assert by_key(await world.published(submitted.topic)) == {"b": [0]}


async def test_a_transaction_that_commits_late_is_not_skipped(world: World) -> None:
    submitted = world.kinds.submitted
    with world.relaying():
        async with world.sessions() as late:
            outbox.stage(late, make(submitted, "late"))
            await late.flush()  # lower position, not yet committed
            await world.stage(*[make(submitted, "early", n) for n in range(1200)])
            await world.until("select count(*) from journey", 1200)
            await late.commit()
        assert await world.drained()
    assert by_key(await world.published(submitted.topic)) == {"late": [0], "early": list(range(1200))}


DYING = """
import os, signal, sys, threading
from shared.messaging.relay import Relay
done = Relay._done
def die(self, connection, sent):
    if self.published >= 500:
        os.kill(os.getpid(), signal.SIGKILL)
    done(self, connection, sent)
Relay._done = die
Relay(*sys.argv[1:]).run(threading.Event())
"""


async def test_a_relay_killed_between_send_and_delete_only_repeats(world: World) -> None:
    submitted = world.kinds.submitted
    await world.stage(*[make(submitted, f"k{n % 7}", n) for n in range(1500)])
    child = await asyncio.create_subprocess_exec(sys.executable, "-c", DYING, world.name, world.dsn, world.kafka)
    assert await asyncio.wait_for(child.wait(), 30) == -signal.SIGKILL
    assert world.sql("select count(*) from outbox") == [(1000,)]
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        with world.relaying():
            assert await world.drained()
            await world.until("select count(*) from effect", 1500)
    assert len(await world.published(submitted.topic)) >= 2000
    assert world.effects() == {f"k{k}": list(range(k, 1500, 7)) for k in range(7)}


async def test_a_second_relay_waits_and_takes_over(world: World) -> None:
    submitted = world.kinds.submitted
    with world.relaying() as second_to_be:
        await asyncio.to_thread(second_to_be.leading.wait, 5)
        with world.relaying() as waiting:
            await world.stage(*[make(submitted, "a", n) for n in range(10)])
            assert await world.drained()
            assert not waiting.leading.is_set()
        with world.relaying() as successor:
            second_to_be._stop.set()
            await world.stage(*[make(submitted, "a", n) for n in range(10, 20)])
            assert await world.drained()
            assert successor.published == 10
    assert by_key(await world.published(submitted.topic)) == {"a": list(range(20))}


async def test_a_relay_that_loses_its_connection_lets_go_and_leads_again(world: World) -> None:
    submitted = world.kinds.submitted
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        with world.relaying() as leader:
            assert await asyncio.to_thread(leader.leading.wait, 5)
            for n in range(3):
                world.sql(
                    "select pg_terminate_backend(pid) from pg_stat_activity where application_name='lapor-relay'"
                    " and datname = current_database()"
                )
                await world.stage(*[make(submitted, "a", m) for m in range(n * 100, n * 100 + 100)])
                assert await world.drained()
        await world.until("select count(*) from effect", 300)
    assert world.effects() == {"a": list(range(300))}


async def test_a_fatal_producer_error_starts_over_with_a_new_producer(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    submitted, made = world.kinds.submitted, []

    class Fatal(Producer):
        def __init__(self, settings: dict[str, Any]) -> None:
            super().__init__(settings)
            made.append(self)

        def produce(self, *args: Any, **more: Any) -> None:
            if self is made[0]:
                raise KafkaException(KafkaError(KafkaError._FATAL, "out of sequence", fatal=True))
            super().produce(*args, **more)

    monkeypatch.setattr(relay, "Producer", Fatal)
    await world.stage(*[make(submitted, "a", n) for n in range(3)])
    with world.relaying():
        assert await world.drained()
    assert len(made) == 2
    assert by_key(await world.published(submitted.topic)) == {"a": [0, 1, 2]}


async def test_the_relay_process_stops_gracefully_and_leaves_nothing_half_done(world: World) -> None:
    submitted = world.kinds.submitted
    process = world.relay_process()
    try:
        await world.stage(*[make(submitted, f"k{n % 3}", n) for n in range(3000)])
        await world.until("select count(*) > 0 from journey", True)
        process.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(process.wait, 10) == 0
    finally:
        process.kill()
        process.wait()
    left, sent = world.sql("select count(*) from outbox")[0][0], world.sql("select count(*) from journey")[0][0]
    assert left + sent == 3000
    assert len(await world.published(submitted.topic)) == sent


def test_the_relay_process_loads_no_more_than_it_needs() -> None:
    script = (
        "import sys, shared.messaging.relay; "
        "print(sorted({name.split('.')[0] for name in sys.modules} &"
        " {'sqlalchemy', 'pydantic', 'faststream', 'aiokafka', 'opentelemetry', 'fastapi'}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=True)
    assert done.stdout.strip() == b"[]"


@pytest.mark.parametrize(
    "unsafe",
    [
        {"acks": "1"},
        {"enable.idempotence": False},
        {"message.timeout.ms": 30000},
        {"partitioner": "consistent_random"},
    ],
)
def test_unsafe_producer_settings_are_refused(unsafe: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="unsafe producer setting"):
        Relay("test", "", "", **unsafe)
    with pytest.raises(ValueError, match="unsafe producer setting"):
        check_producer({**relay.SAFE, **unsafe})


async def test_a_body_that_kafka_would_refuse_is_refused_when_staged(world: World) -> None:
    page = world.kinds.page(report_id="a", words="x" * 1_000_000, version=1, occurred_at="2026-01-01T00:00:00Z")
    async with world.sessions() as session:
        with pytest.raises(outbox.TooLarge):
            outbox.stage(session, page)
        assert not session.new
