"""Parked lanes: long ones drain in few transactions, many waiting ones are no hot loop, replicas do not get in the way."""

import asyncio

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Meta, NotYet, Routes, parking
from shared.messaging.inbox import Open
from shared.messaging.parking import backoff
from tests.messaging import model
from tests.messaging.model import ReportEvent, make
from tests.messaging.world import World


async def test_a_lane_with_many_followers_drains_in_order_and_in_few_transactions(world: World) -> None:
    submitted, poison = world.kinds.submitted, {("p", 0)}
    await world.send(*[make(submitted, "p", n) for n in range(1000)])
    async with world.consuming(world.receiver(model.routes(world.kinds, poison=poison))):
        await world.until("select count(*) from parked", 1000)
        poison.clear()
        before = world.sql("select count(distinct xmin::text) from effect")[0][0]
        world.sql("update parked_lane set next_attempt_at = now()")
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"p": list(range(1000))}
    transactions = world.sql("select count(distinct xmin::text) from effect")[0][0] - before
    assert transactions <= 100


async def test_a_follower_that_fails_is_found_among_those_tried_together(world: World) -> None:
    submitted, poison = world.kinds.submitted, {("p", 0), ("p", 50)}
    await world.send(*[make(submitted, "p", n) for n in range(100)])
    async with world.consuming(world.receiver(model.routes(world.kinds, poison=poison))):
        await world.until("select count(*) from parked", 100)
        poison.discard(("p", 0))
        world.sql("update parked_lane set next_attempt_at = now()")
        await world.until("select count(*) from effect", 50)
        await world.until("select min(attempts) > 0 from parked_lane", True)
        poison.clear()
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"p": list(range(100))}


async def test_events_that_arrive_while_their_lane_drains_keep_their_place(world: World) -> None:
    submitted, poison = world.kinds.submitted, {("p", 0)}
    async with world.consuming(world.receiver(model.routes(world.kinds, poison=poison))):
        await world.send(make(submitted, "p", 0))
        await world.until("select count(*) from parked", 1)
        poison.clear()
        for start in range(1, 601, 20):
            await world.send(*[make(submitted, "p", n) for n in range(start, start + 20)])
        await world.until("select count(*) from effect", 601)
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"p": list(range(601))}


async def test_two_replicas_retry_without_waiting_for_each_other(world: World) -> None:
    kinds = world.kinds
    first, second = world.receiver(model.routes(kinds)), world.receiver(model.routes(kinds))
    async with world.consuming(first), world.consuming(second):
        await world.send(*[make(kinds.verified, f"k{n % 20}", n) for n in range(100)])
        await world.until("select count(*) from parked", 100)
        await world.send(*[make(kinds.submitted, f"k{n}", -1) for n in range(20)])
        await world.until("select count(*) from effect", 120)
    assert world.effects() == {f"k{k}": [-1, *range(k, 100, 20)] for k in range(20)}


async def test_many_that_wait_for_a_cause_that_never_comes_are_tried_ever_more_rarely(world: World) -> None:
    tries, routes = [0], Routes()

    @routes.on(world.kinds.verified)
    async def on_verified(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        tries[0] += 1
        raise NotYet

    await world.send(*[make(world.kinds.verified, f"k{n}", n) for n in range(100)])
    async with world.consuming(world.receiver(routes)):
        await world.until("select count(*) from parked", 100)
        world.sql("update parked_lane set attempts = 19, next_attempt_at = now() - interval '100 s'")
        tries[0] = 0
        for _ in range(200):
            await asyncio.sleep(0.05)
            if tries[0] >= 100:
                break
        await asyncio.sleep(1.0)
    assert 100 <= tries[0] <= 105
    assert world.sql("select bool_and(next_attempt_at > now() + interval '200 s') from parked_lane") == [(True,)]


@pytest.mark.parametrize(
    ("error", "attempts", "late", "cap", "seconds"),
    [
        (RuntimeError(), 1, 0.0, None, 0.1),
        (RuntimeError(), 5, 0.0, None, 1.6),
        (RuntimeError(), 50, 0.0, None, 300.0),
        (NotYet(), 15, 0.0, None, 5.0),
        (NotYet(), 20, 0.0, None, 300.0),
        (NotYet(), 3, 100.0, None, 400.0),
        (NotYet(), 3, 10_000.0, None, 3600.0),
        (RuntimeError(), 50, 0.0, 5.0, 5.0),
        (RuntimeError(), 50, 100.0, 5.0, 60.0),
    ],
)
def test_backoff_doubles_to_its_limit(
    error: Exception, attempts: int, late: float, cap: float | None, seconds: float
) -> None:
    assert backoff(error, attempts, late=late, cap=cap) == pytest.approx(seconds)


async def test_an_open_lane_cannot_close_over_an_event_that_is_being_appended(world: World) -> None:
    lane = parking.Due("t", "k", 1, 0.0)
    world.sql(
        "insert into parked_lane (consumer, lane, topic, attempts, next_attempt_at, reason)"
        " values ('c', 'k', 't', 1, now(), 'RuntimeError')"
    )
    async with world.sessions.begin() as appender:
        opened = [Open("t", "k", "RuntimeError")]
        assert await parking.lock_open(appender, "c", [("t", "k"), ("t", "other")], opened) == {("t", "k")}
        async with world.sessions.begin() as closer:
            assert not await parking.close(closer, "c", lane)
    async with world.sessions.begin() as closer:
        assert await parking.close(closer, "c", lane)
    async with world.sessions.begin() as late:
        assert await parking.lock_open(late, "c", [("t", "k")], opened) == frozenset()
