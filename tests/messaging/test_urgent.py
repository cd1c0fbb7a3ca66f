"""The privacy path: what is urgent waits for nothing, whatever else fails."""

import asyncio

from sqlalchemy import delete
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Meta, Routes
from shared.messaging.receiver import Health
from tests.messaging import model
from tests.messaging.model import ReportEvent, make
from tests.messaging.world import World


def urgent_routes(world: World, failing: set[str]) -> Routes:
    """A flagged report's page goes at once."""
    routes = Routes()

    @routes.on(world.kinds.flagged)
    async def on_flagged(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        if event.report_id in failing:
            raise RuntimeError("broken")
        await session.execute(delete(model.page).where(model.page.c.report == event.report_id))
        await model.record(session, event)

    return routes


async def test_a_poisoned_key_does_not_hold_back_its_own_urgent_event(world: World) -> None:
    kinds = world.kinds
    world.sql("insert into page values ('p', 'terbuka')")
    main = world.receiver(model.routes(kinds, poison={("p", 0)}))
    async with world.consuming(main), world.consuming(world.receiver(urgent_routes(world, set()), urgent=True)):
        await world.send(make(kinds.submitted, "p", 0), make(kinds.submitted, "p", 1))
        await world.until("select count(*) from parked", 2)
        await world.send(make(kinds.flagged, "p", 9))
        await world.until("select count(*) from page", 0, seconds=5)
    assert world.effects() == {"p": [9]}
    assert world.sql("select count(*) from parked") == [(2,)]


async def test_an_urgent_event_that_fails_holds_back_neither_its_key_nor_any_other(world: World) -> None:
    kinds, failing = world.kinds, {"p"}
    receiver = world.receiver(urgent_routes(world, failing), urgent=True)
    async with world.consuming(receiver):
        await world.send(*[make(kinds.flagged, "p", n) for n in range(3)], make(kinds.flagged, "a", 1))
        await world.until("select count(*) from parked", 3)
        await world.until("select count(*) from effect", 1)
        failing.clear()
        await world.send(make(kinds.flagged, "p", 9))
        await world.until("select count(*) from effect", 5, seconds=8)
        await world.until("select count(*) from parked_lane", 0)
    assert sorted(world.effects()["p"]) == [0, 1, 2, 9]


async def test_no_breaker_stops_the_urgent_path(world: World) -> None:
    kinds, failing = world.kinds, {f"k{n}" for n in range(40)}
    receiver = world.receiver(urgent_routes(world, failing), urgent=True)
    async with world.consuming(receiver):
        await world.send(*[make(kinds.flagged, f"k{n}", n) for n in range(40)])
        await world.send(make(kinds.flagged, "good", 1))
        await world.until("select count(*) from effect", 1, seconds=10)
        assert receiver.health is Health.OK
        await world.until("select count(*) from parked", 40)
        failing.clear()
        await world.until("select count(*) from effect", 41)
    assert len(world.effects()) == 41


async def test_the_longest_wait_of_an_urgent_event_is_seconds(world: World) -> None:
    failing = {"p"}
    receiver = world.receiver(urgent_routes(world, failing), urgent=True)
    async with world.consuming(receiver):
        await world.send(make(world.kinds.flagged, "p", 1))
        await world.until("select count(*) from parked_lane", 1)
        world.sql("update parked_lane set attempts = 30, next_attempt_at = now()")
        await world.until("select attempts > 30 from parked_lane", True)
        await asyncio.sleep(0)
    ((seconds,),) = world.sql("select extract(epoch from next_attempt_at - now()) from parked_lane")
    assert seconds <= 5.0
