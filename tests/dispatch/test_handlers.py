"""Events in, events out: every handler once, twice, too early and in the wrong order."""

from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import actions, handlers, store
from services.dispatch.cases import Author, Case, Draft
from services.dispatch.settings import Settings
from shared.clock import FixedClock
from shared.contracts.agencies import Agency
from shared.contracts.audit import audit_of
from shared.contracts.categories import Category
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.event import Event
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.publications import Publication, PublicationWithdrawn
from shared.contracts.registry import consumed_by, produced_by
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.vocabulary import ClockName, EntryKind, Status
from shared.contracts.working_calendar import CalendarYear, DayOff
from shared.messaging import Meta, Routes
from shared.messaging.routing import Handler
from shared.security import session_routes
from tests.dispatch.builders import (
    MONDAY,
    PHONE,
    REPORTER,
    closure_due,
    draft,
    missed,
    officer_of,
    verified,
)
from tests.support.flow import Flow


async def case_of(flow: Flow, report_id: UUID) -> Case:
    async with flow.sessions() as session:
        found = await store.case(session, report_id)
    assert found is not None
    return found


async def write(
    flow: Flow, report_id: UUID, what: Draft, author: Author, settings: Settings, clock: FixedClock
) -> None:
    async with flow.sessions.begin() as session:
        await actions.post(session, report_id, what, author, settings, now=clock.now())


def flags_set(report_id: UUID, *, anonymous: bool = False, confidential: bool = False) -> FlagsSet:
    return FlagsSet(occurred_at=MONDAY, report_id=report_id, anonymous=anonymous, confidential=confidential)


def decided(report_id: UUID, *, anonymous: bool = False, confidential: bool = False) -> FlagsDecided:
    return FlagsDecided(
        occurred_at=MONDAY, report_id=report_id, anonymous=anonymous, confidential=confidential, decided_by=uuid4()
    )


def withdrawn(report_id: UUID) -> ReportWithdrawn:
    return ReportWithdrawn(occurred_at=MONDAY, report_id=report_id)


def test_it_subscribes_to_exactly_the_topics_of_the_registry(clock: FixedClock, settings: Settings) -> None:
    urgent = handlers.urgent_routes(clock)
    urgent.include(session_routes())
    assert urgent.topics == sorted(t.name for t in consumed_by("dispatch", urgent=True))
    assert handlers.routes(clock, settings).topics == sorted(t.name for t in consumed_by("dispatch", urgent=False))


async def test_a_verified_report_is_handed_to_each_agency_and_published(flow: Flow) -> None:
    event = verified(agencies=("PD-1872", "BUMN-001"), lead="BUMN-001")
    await flow.give_twice(event)
    first, second, public = await flow.staged()
    assert isinstance(first, ReportDisposed)
    assert isinstance(second, ReportDisposed)
    assert isinstance(public, Publication)
    assert {(d.agency, d.lead) for d in (first, second)} == {("BUMN-001", True), ("PD-1872", False)}
    assert first.disposition_id != second.disposition_id
    assert first.answer_by == MONDAY.replace(hour=16, minute=59, second=59) + timedelta(days=7)
    assert public.version == 1
    assert public.body == event.public_body
    assert PHONE not in public.model_dump_json()
    assert await flow.parked() == 0


async def test_a_report_for_a_unit_is_its_agencys_with_the_unit_named(flow: Flow) -> None:
    await flow.give(verified(agencies=("PD-1872-PU",), lead="PD-1872-PU"))
    [disposed] = await flow.staged(ReportDisposed)
    assert (disposed.agency, disposed.unit, disposed.lead) == ("PD-1872", "PD-1872-PU", True)


async def test_a_lead_that_is_not_among_the_agencies_gets_the_report_too(flow: Flow) -> None:
    await flow.give(verified(agencies=("PD-1872",), lead="BUMN-001"))
    assert {(d.agency, d.lead) for d in await flow.staged(ReportDisposed)} == {("BUMN-001", True), ("PD-1872", False)}


async def test_a_report_for_an_agency_that_is_not_listed_waits_and_leaves_nothing_behind(flow: Flow) -> None:
    event = verified(agencies=("PD-9999",), lead="PD-9999")
    await flow.give(event)
    assert await flow.staged() == []
    assert await flow.parked() == 1
    async with flow.sessions() as session:
        assert await store.case(session, event.report_id) is None


async def test_a_report_never_goes_to_an_excluded_agency_or_a_unit_below_it(flow: Flow) -> None:
    await flow.give(verified(agencies=("BUMN-001", "PD-1872-PU"), lead="BUMN-001", excluded_agencies=("PD-1872",)))
    assert await flow.staged() == []
    assert await flow.parked() == 1


async def test_a_confidential_report_is_disposed_and_never_published(flow: Flow) -> None:
    await flow.give(verified(confidential=True))
    assert [type(event) for event in await flow.staged()] == [ReportDisposed]


async def test_an_anonymous_report_is_published_without_a_name(flow: Flow) -> None:
    await flow.give(verified(anonymous=True))
    [public] = await flow.staged(Publication)
    assert public.reporter_label is None
    assert public.anonymous


@pytest.mark.parametrize("raise_flag", [flags_set, decided])
async def test_confidential_after_publication_withdraws_it_at_once_and_once(
    flow: Flow, raise_flag: Callable[..., Event]
) -> None:
    event = verified()
    await flow.give(event)
    await flow.clear()
    await flow.give_twice(raise_flag(event.report_id, confidential=True))
    await flow.give(flags_set(event.report_id, confidential=True), flags_set(event.report_id, anonymous=True))
    [gone] = await flow.staged()
    assert isinstance(gone, PublicationWithdrawn)
    assert (gone.key, gone.version) == (str(event.report_id), 2)


async def test_anonymous_after_publication_publishes_again_without_the_name(flow: Flow) -> None:
    event = verified()
    await flow.give(event, flags_set(event.report_id, anonymous=True))
    first, second = await flow.staged(Publication)
    assert (first.reporter_label, second.reporter_label) == ("Rahmi Kusnadi", None)
    assert second.version == first.version + 1


@pytest.mark.parametrize("flag_first", [True, False])
async def test_the_name_of_who_became_anonymous_is_kept_nowhere(flow: Flow, *, flag_first: bool) -> None:
    event = verified()
    happened = [flags_set(event.report_id, anonymous=True), event]
    await flow.give(*(happened if flag_first else reversed(happened)))
    assert (await case_of(flow, event.report_id)).reporter_label is None


@pytest.mark.parametrize("raise_flag", [flags_set, decided])
async def test_flags_that_come_before_the_report_are_remembered(flow: Flow, raise_flag: Callable[..., Event]) -> None:
    event = verified()
    await flow.give(raise_flag(event.report_id, anonymous=True), raise_flag(event.report_id, confidential=True), event)
    assert [type(staged) for staged in await flow.staged()] == [ReportDisposed]
    case = await case_of(flow, event.report_id)
    assert (case.flags.anonymous, case.flags.confidential) == (True, True)


async def test_a_report_withdrawn_before_it_was_verified_is_handed_to_nobody(flow: Flow) -> None:
    event = verified()
    await flow.give(withdrawn(event.report_id), event)
    assert await flow.staged() == []
    assert (await case_of(flow, event.report_id)).status is Status.WITHDRAWN


async def test_a_withdrawn_report_disappears_and_stays_away_whatever_comes_later(
    flow: Flow, settings: Settings, clock: FixedClock
) -> None:
    event = verified()
    await flow.give(event)
    await write(flow, event.report_id, draft(), officer_of(), settings, clock)
    await flow.clear()
    await flow.give_twice(withdrawn(event.report_id))
    await flow.give(event, flags_set(event.report_id, anonymous=True), closure_due(event.report_id, 1))
    await flow.give(missed(event.report_id))
    [gone] = await flow.staged()
    assert isinstance(gone, PublicationWithdrawn)
    assert gone.version == 3
    assert (await case_of(flow, event.report_id)).status is Status.WITHDRAWN


async def test_in_any_order_nothing_is_published_after_it_became_secret(flow: Flow) -> None:
    for order in permutations(range(4)):
        event = verified()
        report_id = event.report_id
        secret = decided(report_id, confidential=True) if order[0] % 2 else withdrawn(report_id)
        happenings = [event, flags_set(report_id, anonymous=True), secret, missed(report_id)]
        await flow.clear()
        for n in order:
            before = len(await flow.staged(Publication))
            await flow.give(happenings[n])
            published = (await flow.staged(Publication))[before:]
            assert not (published and order.index(2) <= order.index(n))
            if order.index(1) <= order.index(n):
                assert all(public.reporter_label is None for public in published)
        states = await flow.staged(Publication, PublicationWithdrawn)
        assert [state.version for state in states] == list(range(1, len(states) + 1))
        assert not states or isinstance(states[-1], PublicationWithdrawn)


async def test_a_flag_takes_effect_while_the_reports_main_lane_is_parked(
    flow: Flow, settings: Settings, clock: FixedClock
) -> None:
    routes = handlers.routes(clock, settings)
    poison = verified().report_id

    async def fails(session: AsyncSession, event: Event, meta: Meta) -> None:
        raise RuntimeError("poisoned")

    event = verified(poison)
    await flow.give(event)
    await flow.clear()
    routes._handlers[type(closure_due(poison, 1))] = Handler(fails, takes_many=False)
    flow = Flow("dispatch", flow.sessions, routes, flow_urgent(clock))
    await flow.give(closure_due(poison, 1), missed(poison))
    assert await flow.parked() == 2
    await flow.give(flags_set(poison, confidential=True))
    assert [type(staged) for staged in await flow.staged()] == [PublicationWithdrawn]
    assert await flow.parked() == 2


async def test_a_flag_is_remembered_while_the_report_itself_is_parked(
    flow: Flow, settings: Settings, clock: FixedClock
) -> None:
    event = verified(agencies=("PD-9999",), lead="PD-9999")
    await flow.give(event)
    assert await flow.parked() == 1
    await flow.give(decided(event.report_id, confidential=True))
    again = event.model_copy(update={"agencies": ("PD-1872",), "lead": "PD-1872"})
    async with flow.sessions.begin() as session:
        await actions.dispose(session, again, settings, now=clock.now())
    assert [type(staged) for staged in await flow.staged()] == [ReportDisposed]


def flow_urgent(clock: FixedClock) -> Routes:
    urgent = handlers.urgent_routes(clock)
    urgent.include(session_routes())
    return urgent


async def test_silence_closes_a_report_once(flow: Flow, settings: Settings, clock: FixedClock) -> None:
    event = verified()
    await flow.give(event)
    await write(flow, event.report_id, draft(EntryKind.RESOLUTION), officer_of(), settings, clock)
    await flow.clear()
    await flow.give_twice(closure_due(event.report_id, 1))
    await flow.give(closure_due(event.report_id, 1), closure_due(event.report_id, 2))
    closed, public = await flow.staged()
    assert isinstance(closed, ReportClosed)
    assert closed.thread_version == 2
    assert (public.status, public.closed_at, public.closes_at) == (Status.CLOSED, MONDAY, None)


async def test_a_closure_based_on_an_older_thread_has_no_effect(
    flow: Flow, settings: Settings, clock: FixedClock
) -> None:
    event = verified()
    await flow.give(event)
    await write(flow, event.report_id, draft(EntryKind.RESOLUTION), officer_of(), settings, clock)
    await write(flow, event.report_id, draft(EntryKind.REPLY), REPORTER, settings, clock)
    await flow.give(closure_due(event.report_id, 1), closure_due(event.report_id, 2))
    assert await flow.staged(ReportClosed) == []
    assert (await case_of(flow, event.report_id)).status is Status.IN_FOLLOW_UP


@pytest.mark.parametrize("early", [closure_due, lambda report_id, _: missed(report_id)])
async def test_a_timer_of_a_report_that_is_not_known_yet_waits_for_it(
    flow: Flow, early: Callable[[UUID, int], Event]
) -> None:
    await flow.give(early(uuid4(), 1))
    assert await flow.parked() == 1


async def test_a_missed_answer_is_marked_and_a_missed_verification_is_not_ours(flow: Flow) -> None:
    event = verified(agencies=("PD-1872", "BUMN-001"))
    await flow.give(event)
    await flow.give(missed(event.report_id, None, ClockName.VERIFICATION))
    await flow.give_twice(missed(event.report_id, "BUMN-001"))
    marks = {d.agency: d.missed_at for d in (await case_of(flow, event.report_id)).dispositions}
    assert marks == {"PD-1872": None, "BUMN-001": missed(event.report_id).occurred_at}


async def test_a_limit_that_sla_moved_is_shown_and_published(flow: Flow, settings: Settings, clock: FixedClock) -> None:
    event = verified()
    await flow.give(event)
    await write(flow, event.report_id, draft(), officer_of(), settings, clock)
    await flow.clear()
    moved = DeadlineSet(
        occurred_at=MONDAY,
        report_id=event.report_id,
        deadline_id=uuid4(),
        clock=ClockName.CLOSURE,
        due_at=MONDAY + timedelta(days=30),
        calendar_version=2,
    )
    await flow.give_twice(moved)
    await flow.give(moved, moved.model_copy(update={"clock": ClockName.COMPLETION, "report_id": uuid4()}))
    [public] = await flow.staged()
    assert public.closes_at == moved.due_at
    await flow.give(moved.model_copy(update={"report_id": uuid4()}))
    assert await flow.parked() == 1


async def test_a_post_says_that_something_was_written_but_not_what(
    flow: Flow, settings: Settings, clock: FixedClock
) -> None:
    event = verified()
    await flow.give(event)
    await flow.clear()
    what = draft(EntryKind.INITIAL, "Petugas berangkat siang ini.")
    for _ in range(2):
        await write(flow, event.report_id, what, officer_of(), settings, clock)
    posted, audit, public = await flow.staged()
    assert isinstance(posted, EntryPosted)
    assert (posted.command_id, posted.thread_version, posted.agency) == (what.command_id, 1, "PD-1872")
    assert "Petugas" not in posted.model_dump_json() + audit.model_dump_json()
    assert [entry.text for entry in public.entries] == [what.text]
    assert public.dispositions[0].answered_at == MONDAY


async def test_calendar_policies_and_categories_are_taken_newest_wins(flow: Flow, settings: Settings) -> None:
    def year(version: int, day: int) -> CalendarYear:
        off = DayOff(day=MONDAY.date().replace(day=day), name="Libur", joint_leave=True)
        return CalendarYear(occurred_at=MONDAY, version=version, year=2026, days_off=(off,))

    def policy(version: int, days: int) -> ClockPolicy:
        return ClockPolicy(occurred_at=MONDAY, version=version, clock=ClockName.RESPONSE, working_days=days)

    def category(version: int, name: str) -> Category:
        return Category(occurred_at=MONDAY, version=version, code="jalan", name=name, name_en="Roads")

    await flow.give(year(2, 4), year(1, 5), policy(2, 3), policy(1, 9), category(2, "Jalan"), category(1, "Lama"))
    await flow.give_twice(year(2, 4))
    async with flow.sessions() as session:
        schedule = await store.schedule(session, settings)
        assert await store.category_names(session, "jalan") == ("Jalan", "Roads")
    assert schedule.calendar.version == 2
    assert schedule.answer_by(MONDAY).date().day == 6  # three working days, the 4th off
    assert schedule.closure_days == settings.closure_days


async def test_nothing_of_a_report_is_kept_when_its_events_cannot_be_staged(
    flow: Flow, settings: Settings, clock: FixedClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    event = verified()

    def fails(*_: object, **__: object) -> None:
        raise RuntimeError("no room")

    monkeypatch.setattr("services.dispatch.publication.snapshot", fails)
    await flow.give(event)
    assert await flow.staged() == []
    assert await flow.parked() == 1
    async with flow.sessions() as session:
        assert await store.case(session, event.report_id) is None


def test_it_writes_only_topics_that_are_its_own() -> None:
    topics = {model.topic for model in (ReportDisposed, EntryPosted, Publication, audit_of("dispatch"), Agency)}
    assert topics <= {topic.name for topic in produced_by("dispatch")}
