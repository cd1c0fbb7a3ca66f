"""The database and the broker go away and come back: everything waits, nothing is lost, doubled or parked."""

import asyncio

import psycopg
from psycopg import sql

from shared.messaging.receiver import Health
from tests.messaging import model
from tests.messaging.model import make
from tests.messaging.proxy import Line
from tests.messaging.world import World


def lock_out(world: World, out: bool) -> None:
    """Refuse the database's connections and end those there are, or let them in again."""
    with psycopg.connect(world.postgres, autocommit=True) as admin:
        admin.execute(
            sql.SQL("alter database {} allow_connections {}").format(sql.Identifier(world.name), sql.Literal(not out))
        )
        if out:
            admin.execute("select pg_terminate_backend(pid) from pg_stat_activity where datname = %s", (world.name,))


async def test_the_database_goes_away_and_comes_back(world: World) -> None:
    submitted, seen = world.kinds.submitted, set()
    receiver = world.receiver(model.routes(world.kinds, slow=0.001))

    async def watch() -> None:
        while True:
            seen.add(receiver.health)
            await asyncio.sleep(0.02)

    watcher = asyncio.create_task(watch())
    with world.relaying():
        async with world.consuming(receiver):
            await world.stage(*[make(submitted, f"k{n % 10}", n) for n in range(400)])
            await world.until("select count(*) > 0 from effect", True)
            lock_out(world, True)
            await asyncio.sleep(1.0)
            lock_out(world, False)
            await world.stage(*[make(submitted, f"k{n % 10}", n) for n in range(400, 600)])
            await world.until("select count(*) from effect", 600)
            assert receiver.health is Health.OK
    watcher.cancel()
    assert world.effects() == {f"k{k}": list(range(k, 600, 10)) for k in range(10)}
    assert world.sql("select count(*) from parked") == [(0,)]
    assert Health.DATABASE_AWAY in seen


async def test_the_broker_goes_away_and_comes_back(world: World) -> None:
    submitted, page = world.kinds.submitted, world.kinds.page
    async with Line(world.kafka).open() as line:
        with world.relaying(kafka=line.address) as relay:
            async with world.consuming(world.receiver(model.routes(world.kinds)), kafka=line.address):
                for start in range(0, 600, 100):
                    if start == 200:
                        assert await world.drained()
                        line.cut()
                    if start == 400:
                        await asyncio.sleep(1.5)
                        assert world.sql("select count(*) >= 202 from outbox") == [
                            (True,)
                        ]  # all that was never acknowledged
                        assert relay.leading.is_set()
                        line.mend()
                    await world.stage(*[make(submitted, f"k{n % 10}", n) for n in range(start, start + 100)])
                    stamp = {"version": start + 1, "occurred_at": "2026-01-05T00:00:00Z"}
                    await world.stage(page(report_id="a", words=str(start), **stamp))
                assert await world.drained()
                await world.until("select count(*) from effect", 600)
    assert world.effects() == {f"k{k}": list(range(k, 600, 10)) for k in range(10)}
    versions = [
        int(dict(record.headers)["ce_stateversion"])
        for record in await world.published(world.kinds.page.topic, committed=True)
    ]
    assert versions == sorted(versions)
    assert set(versions) == {1, 101, 201, 301, 401, 501}


async def test_facts_stay_in_the_outbox_until_they_are_acknowledged(world: World) -> None:
    """Facts alone: rows of state would hold the whole batch back by their transaction."""
    submitted = world.kinds.submitted
    async with Line(world.kafka).open() as line:
        with world.relaying(kafka=line.address) as relay:
            await world.stage(make(submitted, "a", 0))
            assert await world.drained()
            await asyncio.sleep(2.0)  # a relay that deletes too early still waits for this one
            assert len(await world.published(submitted.topic)) == 1
            line.cut()
            await world.stage(*[make(submitted, f"k{n % 10}", n) for n in range(50)])
            await asyncio.sleep(1.5)
            assert relay.leading.is_set()
            assert world.sql("select count(*) from outbox") == [(50,)]
            line.mend()
            assert await world.drained()
    assert len({dict(r.headers)["ce_id"] for r in await world.published(submitted.topic)}) == 51
