"""What happens to cases: one function per use case. The caller owns the transaction."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.verification import domain, reference, store
from services.verification.cases import Administrator, Agency, Case, Category, Flags, Outcome, Verification
from services.verification.categories import Offered
from services.verification.domain import UnknownAgency, UnknownCategory
from services.verification.store import ClockState, ReportClock
from shared.contracts.audit import audit_of
from shared.contracts.categories import Category as CategoryPublished
from shared.contracts.categories import CategoryRemoved
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlinePaused, DeadlineSet, DeadlinesEvent
from shared.contracts.reports import ReportSubmitted
from shared.contracts.vocabulary import ClockName, Kind, RejectionReason
from shared.messaging import NotYet, outbox, state

SEEDING_LOCK = 0x5EED


class NoSuchCase(Exception):
    """The report is unknown here."""


@dataclass(frozen=True, slots=True)
class VerifyRequest:
    """What an administrator asks for, by codes."""

    category: str
    lead: str
    further: tuple[str, ...]
    kind: Kind
    title: str
    public_body: str
    flags: Flags = field(default_factory=Flags)
    body: str | None = None


# ---- what the reporter and the other services do


async def open_case(session: AsyncSession, event: ReportSubmitted) -> None:
    """A report came in: a case in the queue, with what was heard of it before."""
    await store.lock_report(session, event.report_id)
    flags, withdrawn = await store.remembered_privacy(session, event.report_id)
    clocks = await store.clocks(session, event.report_id)
    due = next((clock.due_at for clock in clocks if clock.clock is ClockName.VERIFICATION), None)
    outcome = domain.submitted(event, flags=flags, withdrawn=withdrawn, due_at=due)
    if await store.add(session, outcome.case):
        await store.add_entry(session, event.report_id, outcome.entry)


async def supplement(session: AsyncSession, report_id: UUID, text: str, *, at: datetime) -> None:
    """The reporter completed a report.

    Raises:
        NotYet: the report itself has not come.
    """
    case = await store.lock(session, report_id)
    if case is None:
        raise NotYet("supplemented before submitted")
    await _keep(session, domain.supplemented(case, text, at=at))


async def raise_flags(session: AsyncSession, report_id: UUID, flags: Flags, *, at: datetime) -> None:
    """The reporter raised flags, perhaps before the report is known here."""
    await store.lock_report(session, report_id)
    await store.remember_privacy(session, report_id, flags, withdrawn=False)
    case = await store.lock(session, report_id)
    if case is not None:
        await _keep(session, domain.flagged(case, flags, at=at))


async def withdraw(session: AsyncSession, report_id: UUID, *, at: datetime) -> None:
    """The reporter took a report back, perhaps before it is known here."""
    await store.lock_report(session, report_id)
    await store.remember_privacy(session, report_id, Flags(), withdrawn=True)
    case = await store.lock(session, report_id)
    if case is not None:
        await _keep(session, domain.withdrawn(case, at=at))


async def note_disposition(session: AsyncSession, report_id: UUID, agency: str, *, at: datetime) -> None:
    """Dispatch disposed a report.

    Raises:
        NotYet: it is not known to be verified.
    """
    case = await store.lock(session, report_id)
    named = await reference.agencies_named(session, [agency])
    outcome = domain.disposed(case, named[agency].name if agency in named else agency, at=at) if case else None
    if outcome is None:
        raise NotYet("disposed before verified")
    await _keep(session, outcome)


async def note_clock(session: AsyncSession, event: DeadlinesEvent) -> None:
    """A clock of a report was set, paused, met or missed; the queue goes by the verification clock."""
    await store.lock_report(session, event.report_id)
    clock = _clock_of(event)
    await store.set_clock(session, event.report_id, clock)
    if clock.clock is not ClockName.VERIFICATION or clock.due_at is None:
        return
    case = await store.lock(session, event.report_id)
    if case is not None:
        await store.save(session, replace(case, due_at=clock.due_at))


async def update_agency(session: AsyncSession, agency: Agency, *, now: datetime) -> None:
    """The directory changed. Cases held for an agency that is connected now are released, oldest first."""
    await reference.save_agency(session, agency)
    if not agency.connected:
        return
    for case in await store.lock_held_for(session, agency.code):
        await _keep(session, domain.release(case, agency, now=now))


# ---- what an administrator does


async def look(session: AsyncSession, case: Case, *, by: Administrator, now: datetime) -> None:
    """An administrator reads a case; of a confidential one each look is recorded."""
    if case.flags.confidential:
        _audit(session, "confidential-report-viewed", case.report_id, by, now)


async def verify(
    session: AsyncSession, report_id: UUID, version: int, asked: VerifyRequest, *, by: Administrator, now: datetime
) -> None:
    """Accept a report and name the agencies that must answer it.

    Raises:
        NoSuchCase, UnknownAgency, UnknownCategory: named so that it can be shown.
        domain.AlreadyDecided, NotConnected, NotAnAgency, Excluded, TextTooLong, NoPublicText: as `domain.verify` says.
    """
    agencies = await _agencies(session, (asked.lead, *asked.further))
    category = await reference.category_named(session, asked.category)
    if category is None:
        raise UnknownCategory(asked.category)
    decided = Verification(
        category=category,
        lead=agencies[asked.lead],
        further=tuple(agencies[code] for code in asked.further),
        kind=asked.kind,
        title=asked.title,
        public_body=asked.public_body,
        flags=asked.flags,
        body=asked.body,
    )
    case = await _lock(session, report_id)
    await _decide(session, "report-verified", domain.verify(case, version, decided, by=by, now=now), by)


async def give_back(
    session: AsyncSession,
    report_id: UUID,
    version: int,
    missing: str,
    *,
    completion_days: int,
    by: Administrator,
    now: datetime,
) -> None:
    """Ask the reporter to complete a report; `completion_days` holds until `clock-policies` was heard.

    Raises:
        NoSuchCase, domain.AlreadyDecided: as `domain.give_back` says.
    """
    complete_by = await promise(session, ClockName.COMPLETION, completion_days, now=now)
    case = await _lock(session, report_id)
    outcome = domain.give_back(case, version, missing, complete_by=complete_by, by=by, now=now)
    await _decide(session, "report-returned", outcome, by)


async def reject(
    session: AsyncSession,
    report_id: UUID,
    version: int,
    reason: RejectionReason,
    explanation: str | None,
    *,
    by: Administrator,
    now: datetime,
) -> None:
    """Refuse a report that is out of scope.

    Raises:
        NoSuchCase, domain.AlreadyDecided: as `domain.reject` says.
    """
    case = await _lock(session, report_id)
    outcome = domain.reject(case, version, reason, explanation, by=by, now=now)
    await _decide(session, "report-rejected", outcome, by)


async def hold(
    session: AsyncSession, report_id: UUID, version: int, agency: str, *, by: Administrator, now: datetime
) -> None:
    """Keep a report for an agency that is not connected.

    Raises:
        NoSuchCase, UnknownAgency, domain.AlreadyDecided, Connected, NotAnAgency, Excluded: as `domain.hold` says.
    """
    # The agency's row is held first: it cannot become connected, and release what waits, between this look and our commit.
    agencies = await _agencies(session, (agency,))
    case = await _lock(session, report_id)
    await _decide(session, "report-held", domain.hold(case, version, agencies[agency], by=by, now=now), by)


async def add_flags(
    session: AsyncSession, report_id: UUID, version: int, flags: Flags, *, by: Administrator, now: datetime
) -> None:
    """Protect a report's reporter further.

    Raises:
        NoSuchCase, domain.AlreadyDecided, NothingAdded: as `domain.add_flags` says.
    """
    case = await _lock(session, report_id)
    await _decide(session, "flags-added", domain.add_flags(case, version, flags, by=by, now=now), by)


async def promise(session: AsyncSession, clock: ClockName, default_days: int, *, now: datetime) -> datetime:
    """When a clock that starts now is due."""
    days = await reference.working_days_of(session, clock, default_days)
    return (await reference.calendar(session)).add(now, days)


# ---- categories


async def offer_categories(session: AsyncSession, offered: Sequence[Offered], *, now: datetime) -> None:
    """Publish what changed in the list of categories; the same list again changes nothing."""
    await session.execute(text("select pg_advisory_xact_lock(:lock)"), {"lock": SEEDING_LOCK})
    known = {category.code: category for category in await reference.categories(session)}
    for entry in offered:
        before = known.pop(entry.code, None)
        if before is None or entry.as_category(before.version) != before:
            await _publish(session, entry, now)
    for code in known:
        version = await state.next_version(session, CategoryRemoved.topic, code)
        await reference.remove_category(session, code)
        outbox.stage(session, CategoryRemoved(record_key=code, version=version, occurred_at=now))


async def _publish(session: AsyncSession, entry: Offered, now: datetime) -> None:
    category = entry.as_category(await state.next_version(session, CategoryPublished.topic, entry.code))
    await reference.save_category(session, category)
    outbox.stage(session, _published(category, now))


def _published(category: Category, now: datetime) -> CategoryPublished:
    return CategoryPublished(
        occurred_at=now,
        version=category.version,
        code=category.code,
        name=category.name,
        name_en=category.name_en,
        parent=category.parent,
        required=tuple(question.value for question in category.required),
        default_agency=category.default_agency,
    )


# ---- parts


async def _agencies(session: AsyncSession, codes: tuple[str, ...]) -> Mapping[str, Agency]:
    found = await reference.agencies_named(session, codes, hold=True)
    for code in codes:
        if code not in found:
            raise UnknownAgency(code)
    return found


async def _lock(session: AsyncSession, report_id: UUID) -> Case:
    case = await store.lock(session, report_id)
    if case is None:
        raise NoSuchCase
    return case


async def _decide(session: AsyncSession, action: str, outcome: Outcome, by: Administrator) -> None:
    await _keep(session, outcome)
    _audit(session, action, outcome.case.report_id, by, outcome.entry.at)


async def _keep(session: AsyncSession, outcome: Outcome | None) -> None:
    if outcome is None:
        return
    await store.save(session, outcome.case)
    await store.add_entry(session, outcome.case.report_id, outcome.entry)
    outbox.stage(session, *outcome.events)


def _audit(session: AsyncSession, action: str, report_id: UUID, by: Administrator, now: datetime) -> None:
    record = audit_of("verification")
    outbox.stage(session, record(actor=str(by.account_id), action=action, report_id=report_id, occurred_at=now))


def _clock_of(event: DeadlinesEvent) -> ReportClock:
    state_, due_at, met_at = ClockState.RUNNING, None, None
    match event:
        case DeadlineSet():
            due_at = event.due_at
        case DeadlinePaused():
            state_ = ClockState.PAUSED
        case DeadlineMet():
            state_, met_at = ClockState.LATE if event.late else ClockState.MET, event.met_at
        case DeadlineMissed():
            state_, due_at = ClockState.MISSED, event.due_at
    return ReportClock(event.deadline_id, event.clock, event.agency, state_, due_at, met_at)
