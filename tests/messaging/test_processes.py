"""Consumers that are killed, stopped and doubled lose nothing, double nothing, invert nothing."""

import asyncio
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager

from tests.messaging import model
from tests.messaging.model import make
from tests.messaging.world import World

IN_A_BATCH = """select (select count(*) from effect) >= {} and exists (
  select from pg_stat_activity where datname = current_database() and state = 'idle in transaction'
  and query like '%effect%')"""


@contextmanager
def consumer(world: World, slow: float, *instance: str) -> Iterator[subprocess.Popen[bytes]]:
    process = world.child("tests.messaging.child", world.name, world.postgres, world.kafka, str(slow), *instance)
    try:
        yield process
    finally:
        process.kill()
        process.wait()


async def test_a_consumer_killed_mid_batch_loses_and_doubles_nothing(world: World) -> None:
    submitted = world.kinds.submitted
    await world.send(*[make(submitted, f"k{n % 10}", n) for n in range(300)])
    for n in range(2):
        with consumer(world, 0.004, "one") as child:  # a static member: its successor need not wait for its end
            await world.until(IN_A_BATCH.format(60 * (n + 1)), True)
            child.send_signal(signal.SIGKILL)
            child.wait()
    async with world.consuming(world.receiver(model.routes(world.kinds)), group_instance_id="one"):
        await world.until("select count(*) from effect", 300)
    assert world.effects() == {f"k{k}": list(range(k, 300, 10)) for k in range(10)}


async def test_two_instances_share_partitions_and_one_is_killed(world: World) -> None:
    submitted = world.kinds.submitted
    with consumer(world, 0.002) as first, consumer(world, 0.002):
        for start in range(0, 600, 50):
            await world.send(*[make(submitted, f"k{n % 20}", n) for n in range(start, start + 50)])
            if start == 300:
                await world.until("select count(*) > 100 from effect", True)
                first.send_signal(signal.SIGKILL)
        await world.until("select count(*) from effect", 600, 40)
    assert world.effects() == {f"k{k}": list(range(k, 600, 20)) for k in range(20)}


async def test_a_consumer_told_to_stop_finishes_its_batch_and_commits_it(world: World) -> None:
    submitted = world.kinds.submitted
    await world.send(*[make(submitted, f"k{n % 10}", n) for n in range(300)])
    with consumer(world, 0.004) as child:
        await world.until(IN_A_BATCH.format(40), True)
        child.send_signal(signal.SIGTERM)
        assert await asyncio.to_thread(child.wait, 10) == 0
    done = world.sql("select count(*) from effect")[0][0]
    assert world.sql("select count(*) from inbox")[0][0] == done < 300
    receiver, seen = world.receiver(model.routes(world.kinds)), []
    receive = receiver.receive

    async def counted(records: list[object]) -> None:
        seen.extend(records)
        await receive(records)  # type: ignore[arg-type]

    receiver.receive = counted  # type: ignore[method-assign,assignment]
    async with world.consuming(receiver):
        await world.until("select count(*) from effect", 300)
    assert len(seen) == 300 - done  # nothing was delivered again
    assert world.effects() == {f"k{k}": list(range(k, 300, 10)) for k in range(10)}
