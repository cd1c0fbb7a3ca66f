from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from services.verification import actions, categories, domain, reference, store
from services.verification.actions import VerifyRequest
from services.verification.cases import Flags, Happened
from services.verification.store import ClockState
from shared.contracts.agencies import AgencyRemoved
from shared.contracts.audit import AuditRecorded
from shared.contracts.categories import Category, CategoryRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlinePaused, DeadlineSet
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.verifications import ReportHeld, ReportReleased, ReportVerified
from shared.contracts.vocabulary import ClockName, Kind, Status
from shared.contracts.working_calendar import CalendarYear, DayOff
from tests.verification.builders import GORONTALO, NOW, SARI, published, report
from tests.verification.conftest import Desk


async def submitted(desk: Desk, **changes: Any) -> ReportSubmitted:
    event = report(**changes)
    await desk.flow.give(event)
    return event


def supplement(report_id: UUID) -> ReportSupplemented:
    return ReportSupplemented(occurred_at=NOW, report_id=report_id, command_id=uuid4(), text="Di depan pasar.")


def disposition(event: ReportSubmitted) -> ReportDisposed:
    return ReportDisposed(
        occurred_at=NOW,
        report_id=event.report_id,
        tracking_id=event.tracking_id,
        reporter_ref=event.reporter_ref,
        disposition_id=uuid4(),
        agency="PD-1872",
        lead=True,
        disposed_at=NOW,
        answer_by=NOW + timedelta(days=7),
    )


ASKED = VerifyRequest("jalan", "PD-1872", (), Kind.COMPLAINT, "Pohon tumbang", "Pohon tumbang.")


async def verify(desk: Desk, event: ReportSubmitted, asked: VerifyRequest = ASKED) -> None:
    version = (await desk.case(event.report_id)).version
    async with desk.sessions.begin() as session:
        await actions.verify(session, event.report_id, version, asked, by=SARI, now=NOW)


async def hold(desk: Desk, event: ReportSubmitted, agency: str = "PD-7501") -> None:
    version = (await desk.case(event.report_id)).version
    async with desk.sessions.begin() as session:
        await actions.hold(session, event.report_id, version, agency, by=SARI, now=NOW)


async def test_a_submitted_report_is_a_case_in_the_queue_once(desk: Desk) -> None:
    event = report()
    await desk.flow.give_twice(event)
    await desk.flow.give(event)  # published again under another id
    case = await desk.case(event.report_id)
    assert (case.title, case.place, case.due_at) == (event.title, event.place, event.verify_by)
    assert [entry.kind for entry in await desk.history(event.report_id)] == [Happened.SUBMITTED]


async def test_a_supplement_returns_the_case_once(desk: Desk) -> None:
    event = await submitted(desk)
    async with desk.sessions.begin() as session:
        await actions.give_back(session, event.report_id, 1, "Di mana?", completion_days=10, by=SARI, now=NOW)
    await desk.flow.give_twice(supplement(event.report_id))
    case = await desk.case(event.report_id)
    assert case.status is Status.RECEIVED
    assert case.body.count("Di depan pasar.") == 1


async def test_a_supplement_or_disposition_before_its_cause_waits(desk: Desk) -> None:
    event = report()
    await desk.flow.give(supplement(event.report_id))
    await desk.flow.give(disposition(event))
    assert await desk.flow.parked() == 2


async def test_a_disposition_finishes_the_case_once(desk: Desk) -> None:
    await desk.stock()
    event = await submitted(desk)
    await verify(desk, event)
    await desk.flow.give_twice(disposition(event))
    assert (await desk.case(event.report_id)).status is Status.DISPOSED
    kinds = [entry.kind for entry in await desk.history(event.report_id)]
    assert kinds == [Happened.SUBMITTED, Happened.VERIFIED, Happened.DISPOSED]


async def test_flags_before_the_report_are_remembered_and_later_ones_added(desk: Desk) -> None:
    event = report()
    await desk.flow.give_twice(FlagsSet(occurred_at=NOW, report_id=event.report_id, anonymous=True, confidential=False))
    await desk.flow.give(event)
    case = await desk.case(event.report_id)
    assert case.flags == Flags(anonymous=True)
    assert case.reporter_label is None
    await desk.flow.give_twice(FlagsSet(occurred_at=NOW, report_id=event.report_id, anonymous=False, confidential=True))
    assert (await desk.case(event.report_id)).flags == Flags(True, True)


async def test_a_late_flag_stays_with_a_verified_case(desk: Desk) -> None:
    await desk.stock()
    event = await submitted(desk)
    await verify(desk, event)
    await desk.flow.give(FlagsSet(occurred_at=NOW, report_id=event.report_id, anonymous=False, confidential=True))
    case = await desk.case(event.report_id)
    assert case.flags.confidential
    assert case.status is Status.VERIFIED


@pytest.mark.parametrize("early", [True, False])
async def test_a_withdrawn_report_leaves_the_queue_whatever_comes_first(desk: Desk, early: bool) -> None:
    event = report()
    withdrawn = ReportWithdrawn(occurred_at=NOW, report_id=event.report_id)
    if early:
        await desk.flow.give_twice(withdrawn)
        await desk.flow.give(event)
    else:
        await desk.flow.give(event)
        await desk.flow.give_twice(withdrawn)
    assert (await desk.case(event.report_id)).status is Status.WITHDRAWN


async def test_the_queue_goes_by_the_verification_clock_also_one_set_before_the_report(desk: Desk) -> None:
    event, deadline = report(), uuid4()
    later = event.verify_by + timedelta(days=1)
    known = {"occurred_at": NOW, "report_id": event.report_id, "deadline_id": deadline, "clock": ClockName.VERIFICATION}
    await desk.flow.give_twice(DeadlineSet(**known, due_at=later, calendar_version=2))
    await desk.flow.give(event)
    assert (await desk.case(event.report_id)).due_at == later
    states = []
    for told in (
        DeadlinePaused(**known),
        DeadlineSet(**known, due_at=later + timedelta(days=2), calendar_version=2),
        DeadlineMissed(**known, due_at=later + timedelta(days=2)),
        DeadlineMet(**known, met_at=later + timedelta(days=3), late=True),
    ):
        await desk.flow.give_twice(told)
        async with desk.sessions() as session:
            (clock,) = await store.clocks(session, event.report_id)
        states.append(clock.state)
    assert states == [ClockState.PAUSED, ClockState.RUNNING, ClockState.MISSED, ClockState.LATE]
    assert clock.due_at == later + timedelta(days=2)
    assert (await desk.case(event.report_id)).due_at == later + timedelta(days=2)
    assert (await desk.case(event.report_id)).version == 1


async def test_an_agencys_connection_releases_its_cases_oldest_first(desk: Desk) -> None:
    await desk.stock()
    young = await submitted(desk, received_at=NOW)
    old = await submitted(desk, received_at=NOW - timedelta(days=3))
    for event in (young, old):
        await hold(desk, event)
    connected = published(GORONTALO, 2, connected_since=date(2026, 11, 18))
    await desk.flow.give_twice(connected)
    released = await desk.flow.staged(ReportReleased)
    assert [event.report_id for event in released] == [old.report_id, young.report_id]
    assert released[0].decided_by == SARI.account_id
    assert (await desk.case(old.report_id)).status is Status.RECEIVED
    await desk.flow.give(published(GORONTALO, 3, connected_since=date(2026, 11, 18)))
    assert len(await desk.flow.staged(ReportReleased)) == 2


async def test_an_older_version_of_the_directory_changes_nothing(desk: Desk) -> None:
    await desk.flow.give(published(GORONTALO, 3, name="Kabupaten Gorontalo"), published(GORONTALO, 2))
    await desk.flow.give(AgencyRemoved(record_key="PD-7501", version=1, occurred_at=NOW))
    async with desk.sessions() as session:
        (found,) = await reference.agencies(session)
    assert found.name == "Kabupaten Gorontalo"
    await desk.flow.give_twice(AgencyRemoved(record_key="PD-7501", version=4, occurred_at=NOW))
    async with desk.sessions() as session:
        assert await reference.agencies(session) == []


async def test_a_decree_and_a_policy_move_what_is_promised(desk: Desk) -> None:
    async with desk.sessions() as session:
        before = await actions.promise(session, ClockName.COMPLETION, 1, now=NOW)
    leave = DayOff(day=date(2026, 11, 19), name="Cuti bersama", joint_leave=True)
    await desk.flow.give_twice(CalendarYear(occurred_at=NOW, version=1, year=2026, days_off=(leave,)))
    async with desk.sessions() as session:
        after = await actions.promise(session, ClockName.COMPLETION, 1, now=NOW)
    assert after - before == timedelta(days=1)
    await desk.flow.give_twice(ClockPolicy(occurred_at=NOW, version=1, clock=ClockName.COMPLETION, working_days=2))
    async with desk.sessions() as session:
        assert await actions.promise(session, ClockName.COMPLETION, 1, now=NOW) > after


async def test_categories_are_published_once_and_only_what_changed_again(desk: Desk) -> None:
    await desk.seed()
    first = await desk.flow.staged(Category)
    assert len(first) >= 25
    assert all(event.version == 1 for event in first)
    await desk.flow.clear()
    await desk.seed()
    assert await desk.flow.staged() == []
    offered = list(categories.read(desk.settings.categories))
    gone, changed = offered.pop(), offered[0].model_copy(update={"name": "Jalan rusak"})
    offered[0] = changed
    async with desk.sessions.begin() as session:
        await actions.offer_categories(session, offered, now=NOW)
    republished, removed = await desk.flow.staged(Category, CategoryRemoved)
    assert (republished.code, republished.version, republished.name) == (changed.code, 2, "Jalan rusak")
    assert (removed.record_key, removed.version) == (gone.code, 2)


async def test_a_decision_is_staged_with_its_audit_and_leaves_nothing_when_refused(desk: Desk) -> None:
    await desk.stock()
    event = await submitted(desk)
    for asked in (
        VerifyRequest("jalan", "XX-404", (), Kind.COMPLAINT, "Pohon tumbang", "Pohon."),
        VerifyRequest("tidak-ada", "PD-1872", (), Kind.COMPLAINT, "Pohon tumbang", "Pohon."),
        VerifyRequest("jalan", "PD-1872", ("PD-7501",), Kind.COMPLAINT, "Pohon tumbang", "Pohon."),
    ):
        with pytest.raises((domain.UnknownAgency, domain.UnknownCategory, domain.NotConnected)):
            await verify(desk, event, asked)
    assert await desk.flow.staged() == []
    assert (await desk.case(event.report_id)).version == 1
    await verify(desk, event)
    verified, audit = await desk.flow.staged()
    assert isinstance(verified, ReportVerified)
    assert isinstance(audit, AuditRecorded)
    assert (audit.action, audit.actor, audit.report_id) == (
        "report-verified",
        str(SARI.account_id),
        event.report_id,
    )


async def test_a_failure_after_the_decision_leaves_nothing_behind(desk: Desk) -> None:
    await desk.stock()
    event = await submitted(desk)
    async with desk.sessions() as session:
        await actions.hold(session, event.report_id, 1, "PD-7501", by=SARI, now=NOW)
        await session.flush()
        await session.rollback()
    assert await desk.flow.staged(ReportHeld) == []
    assert (await desk.case(event.report_id)).status is Status.RECEIVED
    assert len(await desk.history(event.report_id)) == 1


async def test_an_agency_that_connects_while_a_case_is_being_held_for_it_is_not_missed(desk: Desk) -> None:
    await desk.stock()
    event = await submitted(desk)
    async with desk.sessions.begin() as holding:
        await actions.hold(holding, event.report_id, 1, "PD-7501", by=SARI, now=NOW)
        async with desk.sessions() as other:
            waiting = await other.execute(text("select 1 from agency where code = 'PD-7501' for update skip locked"))
            assert waiting.first() is None  # whoever connects it waits until the case is held
    await desk.flow.give(published(GORONTALO, 2, connected_since=date(2026, 11, 18)))
    assert (await desk.case(event.report_id)).status is Status.RECEIVED
