from uuid import uuid4

import pytest
from sqlalchemy import text

from services.sla import actions, handlers
from services.sla.domain import Fact, Happened, State
from shared.clock import FixedClock
from shared.contracts.deadlines import (
    ClosureDue,
    DeadlineMet,
    DeadlineMissed,
    DeadlinePaused,
    DeadlineSet,
    DeadlinesEvent,
    ReminderDue,
)
from shared.contracts.registry import consumed_by
from shared.contracts.vocabulary import ClockName, EntryKind
from shared.security import session_routes
from tests.sla.conftest import Sla
from tests.sla.reports import LAMPUNG, METRO, Story, at, end_of

VERIFICATION, RESPONSE = (ClockName.VERIFICATION, None), (ClockName.RESPONSE, METRO)
CLOSURE, WARNING = (ClockName.CLOSURE, None), (ClockName.CLOSURE_WARNING, None)


def test_it_subscribes_to_what_the_registry_gives_it() -> None:
    clock = FixedClock(at(2))
    urgent = handlers.urgent_routes(clock)
    urgent.include(session_routes())

    assert handlers.routes(clock).topics == sorted(t.name for t in consumed_by("sla", urgent=False))
    assert urgent.topics == sorted(t.name for t in consumed_by("sla", urgent=True))


async def test_a_report_goes_through_all_its_clocks(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)))
    (verify,) = await sla.told(DeadlinesEvent)
    assert isinstance(verify, DeadlineSet)
    assert verify.clock is ClockName.VERIFICATION
    assert verify.due_at == end_of(5)

    await sla.tell(story.verified(at(3)), story.disposed(at(3, 10)))
    met, answer = await sla.told(DeadlinesEvent)
    assert isinstance(met, DeadlineMet)
    assert not met.late
    assert (answer.clock, answer.agency, answer.due_at) == (ClockName.RESPONSE, METRO, end_of(10))

    await sla.tell(story.answered(at(4), 2))
    met, closure, warning = await sla.told(DeadlinesEvent)
    assert met.clock is ClockName.RESPONSE
    assert (closure.clock, closure.due_at) == (ClockName.CLOSURE, end_of(18))
    assert (warning.clock, warning.due_at) == (ClockName.CLOSURE_WARNING, end_of(16))

    sla.clock.moment = at(17, 8)
    await sla.run_until_idle()
    (reminder,) = await sla.told(DeadlinesEvent)
    assert isinstance(reminder, ReminderDue)
    assert reminder.due_at == end_of(18)

    sla.clock.moment = at(19, 8)
    await sla.run_until_idle()
    (due,) = await sla.told(DeadlinesEvent)
    assert isinstance(due, ClosureDue)
    assert due.thread_version == 2

    await sla.tell(story.closed(at(19, 9), 3))
    assert {row.state for row in (await sla.clocks()).values()} <= {State.MET, State.CANCELLED}
    await sla.run_until_idle()
    assert await sla.told(DeadlinesEvent) == []


async def test_a_returned_report_pauses_and_goes_on_with_the_days_that_were_left(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.returned(at(3)))
    clocks = await sla.clocks()
    assert clocks[VERIFICATION].state == State.PAUSED
    assert clocks[ClockName.COMPLETION, None].due_at == end_of(17)
    assert [type(e) for e in await sla.told(DeadlinesEvent)] == [DeadlineSet, DeadlinePaused, DeadlineSet]

    await sla.tell(story.supplemented(at(12)))
    clocks = await sla.clocks()
    assert (clocks[VERIFICATION].state, clocks[VERIFICATION].due_at) == (State.RUNNING, end_of(16))
    assert clocks[ClockName.COMPLETION, None].state == State.MET


async def test_a_held_report_pauses_until_it_is_released(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.held(at(5)), story.released(at(23)))
    clock = (await sla.clocks())[VERIFICATION]
    assert (clock.state, clock.due_at) == (State.RUNNING, end_of(23))


async def test_a_rejection_ends_the_clock(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.rejected(at(3)))
    assert (await sla.clocks())[VERIFICATION].state == State.CANCELLED


async def test_what_is_missed_is_said_once_and_met_late(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)))
    await sla.told()
    sla.clock.moment = at(6)
    await sla.run_until_idle()
    await sla.run_until_idle()
    (missed,) = await sla.told(DeadlinesEvent)
    assert isinstance(missed, DeadlineMissed)
    assert missed.due_at == end_of(5)
    assert (await sla.clocks())[VERIFICATION].state == State.MISSED

    await sla.tell(story.disposed(at(6, 12)))
    (met,) = await sla.told(DeadlineMet)
    assert met.late


async def test_a_reply_after_a_follow_up_asks_again_and_thanks_do_not(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.disposed(at(2, 10)), story.answered(at(3), 1))
    await sla.tell(story.replied(at(4), 2, EntryKind.THANKS))
    clocks = await sla.clocks()
    assert (clocks[CLOSURE].state, clocks[CLOSURE].thread_version) == (State.RUNNING, 2)

    await sla.tell(story.replied(at(5), 3))
    clocks = await sla.clocks()
    assert clocks[CLOSURE].state == clocks[WARNING].state == State.CANCELLED
    assert (clocks[RESPONSE].state, clocks[RESPONSE].due_at) == (State.RUNNING, end_of(12))

    await sla.told()
    await sla.tell(story.answered(at(6), 4))
    closure = next(e for e in await sla.told(DeadlineSet) if e.clock is ClockName.CLOSURE)
    assert closure.due_at == end_of(20)
    assert (await sla.clocks())[CLOSURE].thread_version == 4


async def test_an_initial_response_meets_the_clock_but_starts_no_silence(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.disposed(at(2)), story.answered(at(3), 1, EntryKind.INITIAL))
    clocks = await sla.clocks()
    assert clocks[RESPONSE].state == State.MET
    assert CLOSURE not in clocks


async def test_each_agency_has_its_own_clock_and_only_the_leads_follow_up_starts_the_silence(sla: Sla) -> None:
    story = Story()
    other = Story().disposition_id
    await sla.tell(
        story.submitted(at(2)),
        story.disposed(at(2, 10)),
        story.disposed(at(2, 10), agency=LAMPUNG, lead=False, disposition_id=other),
        story.answered(at(3), 1, agency=LAMPUNG),
    )
    clocks = await sla.clocks()
    assert clocks[ClockName.RESPONSE, LAMPUNG].state == State.MET
    assert clocks[RESPONSE].state == State.RUNNING
    assert CLOSURE not in clocks


async def test_a_transfer_starts_the_next_agencys_own_days_and_a_unit_goes_on_under_the_agencys(sla: Sla) -> None:
    story = Story()
    unit, next_one = Story().disposition_id, Story().disposition_id
    await sla.tell(
        story.submitted(at(2)),
        story.disposed(at(2, 10)),
        story.disposed(at(3, 10), disposition_id=unit, previous=story.disposition_id),
    )
    assert (await sla.clocks())[RESPONSE].due_at == end_of(9)
    await sla.tell(story.disposed(at(4), agency=LAMPUNG, disposition_id=next_one, previous=unit))
    clocks = await sla.clocks()
    assert clocks[RESPONSE].state == State.CANCELLED
    assert clocks[ClockName.RESPONSE, LAMPUNG].due_at == end_of(11)


async def test_a_withdrawal_ends_every_clock_even_before_the_report_is_known(sla: Sla) -> None:
    known, unknown = Story(), Story()
    await sla.tell(known.submitted(at(2)), known.withdrawn(at(2, 11)))
    assert (await sla.clocks())[VERIFICATION].state == State.CANCELLED

    await sla.told()
    await sla.tell(unknown.withdrawn(at(2, 12)), unknown.submitted(at(2)))
    assert await sla.told(DeadlinesEvent) == []


@pytest.mark.parametrize("name", ["submitted", "returned", "held", "supplemented", "disposed"])
async def test_a_repeated_event_changes_nothing(sla: Sla, name: str) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)))
    event_id = uuid4()
    event = getattr(story, name)(at(3))
    await sla.flow.give(event, event_id=event_id)
    before, staged = await sla.clocks(), await sla.told(DeadlinesEvent)
    await sla.flow.give(event, event_id=event_id)
    assert staged
    assert (await sla.clocks(), await sla.told(DeadlinesEvent)) == (before, [])


async def test_events_may_arrive_before_their_causes(sla: Sla) -> None:
    story = Story()
    events = [story.submitted(at(2)), story.verified(at(3)), story.disposed(at(3, 10)), story.answered(at(4), 1)]
    sla.clock.moment = at(4)
    await sla.flow.give(*reversed(events))
    clocks = await sla.clocks()
    assert clocks[VERIFICATION].state == clocks[RESPONSE].state == State.MET
    assert clocks[CLOSURE].due_at == end_of(18)
    assert await sla.flow.parked() == 0


async def test_an_action_that_fails_leaves_nothing_behind(sla: Sla) -> None:
    story = Story()
    fact = Fact(uuid4(), Happened.SUBMITTED, at(2))
    async with sla.sessions() as session:
        await actions.record(session, story.report_id, fact, now=at(2), tracking_id=story.tracking_id)
        await session.rollback()
    assert await sla.clocks() == {}
    assert await sla.told() == []


async def test_without_a_calendar_events_wait_for_it(sla: Sla) -> None:
    async with sla.sessions.begin() as session:
        await session.execute(text("truncate calendar_year"))
    await sla.tell(Story().submitted(at(2)))
    assert await sla.flow.parked() == 1
    assert await sla.told(DeadlinesEvent) == []
