import asyncio
from datetime import timedelta

from sqlalchemy import text

from services.sla import actions
from services.sla.calendar import Change, DayKind
from services.sla.decree import take_over
from services.sla.domain import State
from services.sla.ticker import Ticker
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import ClosureDue, DeadlineMissed, DeadlineSet, DeadlinesEvent, ReminderDue
from shared.contracts.vocabulary import ClockName
from shared.contracts.working_calendar import CalendarYear
from tests.sla.conftest import Sla
from tests.sla.reports import Story, at, end_of

VERIFICATION, CLOSURE = (ClockName.VERIFICATION, None), (ClockName.CLOSURE, None)


async def test_two_replicas_fire_each_deadline_once(sla: Sla) -> None:
    stories = [Story() for _ in range(60)]
    await sla.tell(*(story.submitted(at(2)) for story in stories))
    await sla.told()
    sla.clock.moment = at(6)
    settings = sla.settings.model_copy(update={"tick_batch": 7})
    replicas = [Ticker(sla.sessions, sla.clock, settings) for _ in range(2)]
    while any(await asyncio.gather(*(replica.tick() for replica in replicas))):
        pass
    await sla.run_until_idle()
    missed = await sla.told(DeadlineMissed)
    assert sorted(e.report_id for e in missed) == sorted(story.report_id for story in stories)


async def test_a_deadline_that_is_met_while_the_ticker_waits_for_it_does_not_fire(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)))
    sla.clock.moment = at(6)
    async with sla.sessions() as handler:
        async with handler.begin():
            await actions.record(handler, story.report_id, None, now=at(6))
            await sla.run_until_idle()
        assert not await sla.told(DeadlineMissed)
    await sla.tell(story.disposed(at(5)))
    await sla.run_until_idle()
    assert not await sla.told(DeadlineMissed)


async def test_a_transaction_that_fails_fires_nothing(sla: Sla) -> None:
    await sla.tell(Story().submitted(at(2)))
    await sla.told()
    async with sla.sessions() as session:
        assert await actions.fire_due(session, now=at(6), limit=10) == 1
        await session.rollback()
    assert await sla.told() == []
    assert (await sla.clocks())[VERIFICATION].state == State.RUNNING


async def test_after_a_long_outage_the_warning_still_leaves_its_two_days(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)), story.disposed(at(2, 10)), story.answered(at(3), 1))
    await sla.told()
    sla.clock.moment = at(30)
    await sla.run_until_idle()
    moved, reminder = await sla.told(DeadlineSet, ReminderDue, ClosureDue)
    assert isinstance(moved, DeadlineSet)
    assert moved.due_at == reminder.due_at == end_of(2, month=12)

    sla.clock.moment = end_of(2, month=12) + timedelta(seconds=1)
    await sla.run_until_idle()
    (due,) = await sla.told(DeadlineSet, ReminderDue, ClosureDue)
    assert isinstance(due, ClosureDue)


async def test_a_restart_seeds_nothing_anew_but_publishes_a_changed_policy(sla: Sla) -> None:
    await sla.ticker.seed()
    assert await sla.told() == []
    changed = {**sla.settings.clock_policies, ClockName.RESPONSE: 7}
    await Ticker(sla.sessions, sla.clock, sla.settings.model_copy(update={"clock_policies": changed})).seed()
    (policy,) = await sla.told(ClockPolicy)
    assert (policy.clock, policy.working_days, policy.version) == (ClockName.RESPONSE, 7, 2)


async def test_a_changed_policy_is_for_clocks_that_start_later(sla: Sla) -> None:
    story = Story()
    await sla.tell(story.submitted(at(2)))
    changed = {**sla.settings.clock_policies, ClockName.VERIFICATION: 1}
    await Ticker(sla.sessions, sla.clock, sla.settings.model_copy(update={"clock_policies": changed})).seed()
    await sla.tell(story.verified(at(3)))
    assert (await sla.clocks())[VERIFICATION].due_at == end_of(5)


async def test_two_that_seed_together_publish_each_year_once(sla: Sla) -> None:
    async with sla.sessions.begin() as session:
        await session.execute(text("truncate calendar_year, clock_policy"))
    await asyncio.gather(sla.ticker.seed(), sla.ticker.seed())
    years = await sla.told(CalendarYear)
    assert len(years) == len({event.year for event in years}) == 5


HOLIDAY = Change(at(5).date(), "Hari libur rekaan", DayKind.HOLIDAY)


async def test_a_decree_moves_open_deadlines_and_leaves_met_ones(sla: Sla) -> None:
    open_one, met = Story(), Story()
    await sla.tell(met.submitted(at(2)), met.disposed(at(2, 10)), open_one.submitted(at(2)))
    await sla.told()
    years, reports = await take_over(sla.sessions, [HOLIDAY], sla.clock, actor="operator:uji", batch=1)
    assert (years, reports) == ([2026], 2)
    events = await sla.told(CalendarYear, DeadlinesEvent)
    (year,) = [e for e in events if isinstance(e, CalendarYear)]
    assert HOLIDAY.day in {day.day for day in year.days_off}
    assert year.version == 2
    moved = {e.clock: e for e in events if isinstance(e, DeadlineSet)}
    assert moved[ClockName.VERIFICATION].report_id == open_one.report_id
    assert moved[ClockName.VERIFICATION].due_at == end_of(6)
    assert moved[ClockName.RESPONSE].due_at == end_of(10)
    assert len(moved) == len(events) - 1


async def test_the_ticker_finishes_what_an_interrupted_decree_left(sla: Sla) -> None:
    await sla.tell(*(Story().submitted(at(2)) for _ in range(3)))
    await sla.told()
    async with sla.sessions.begin() as session:
        await actions.decree(session, [HOLIDAY], actor="operator:uji", now=at(2))
    sla.clock.moment = at(6)
    await sla.run_until_idle()
    events = await sla.told(DeadlinesEvent)
    assert [e.due_at for e in events] == [end_of(6)] * 3
    assert {type(e) for e in events} == {DeadlineSet}


async def test_a_decree_that_gives_more_time_takes_a_miss_back_and_can_be_missed_again(sla: Sla) -> None:
    await sla.tell(Story().submitted(at(2)))
    sla.clock.moment = at(6)
    await sla.run_until_idle()
    await sla.told()
    change = Change(at(5).date(), "Hari libur rekaan", DayKind.JOINT_LEAVE)
    await take_over(sla.sessions, [change], sla.clock, actor="operator:uji", batch=10)
    assert (await sla.clocks())[VERIFICATION].state == State.RUNNING
    sla.clock.moment = at(7)
    await sla.run_until_idle()
    assert [type(e) for e in await sla.told(DeadlinesEvent)] == [DeadlineSet, DeadlineMissed]


async def test_the_same_decree_again_changes_nothing(sla: Sla) -> None:
    await take_over(sla.sessions, [HOLIDAY], sla.clock, actor="operator:uji", batch=10)
    await sla.told()
    assert await take_over(sla.sessions, [HOLIDAY], sla.clock, actor="operator:uji", batch=10) == ([], 0)
    assert await sla.told() == []
