"""What dispatch does, one function per use case: lock, load, decide, save, stage. Never commits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import domain, publication, register, store
from services.dispatch.cases import Author, Case, Draft, Flags
from services.dispatch.directory import Listed
from services.dispatch.settings import Settings
from shared.contracts.agencies import Agency
from shared.contracts.audit import audit_of
from shared.contracts.categories import Category
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.publications import PublicationWithdrawn
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import AgencyCode, AuthorRole, ClockName
from shared.contracts.working_calendar import CalendarYear
from shared.messaging import NotYet, outbox, state

Audit = audit_of("dispatch")


class UnknownReport(LookupError):
    """There is no such report here."""


async def dispose(session: AsyncSession, verified: ReportVerified, settings: Settings, *, now: datetime) -> None:
    """Take in a verified report, hand it to its agencies and publish it, all at once (rules.md §4). A report that is known stays as it is.

    Raises:
        NotYet: an agency it names is not in the directory.
        AgencyExcluded: see `domain.open_case`.
    """
    await store.lock(session, verified.report_id)
    if await store.case(session, verified.report_id) is not None:
        return
    codes = tuple(dict.fromkeys((verified.lead, *verified.agencies)))
    listed = await register.units(session, codes)
    if len(listed) < len(codes):
        raise NotYet("an agency is not in the directory")
    case, disposed = domain.open_case(
        verified,
        [listed[code] for code in codes],
        await store.flags(session, verified.report_id),
        await store.schedule(session, settings),
        now=now,
    )
    outbox.stage(session, *disposed)
    await _keep(session, case, now=now)


async def protect(session: AsyncSession, report_id: UUID, raised: Flags, *, now: datetime) -> None:
    """Raise privacy flags or withdraw, at once and for ever, also where the report is not known yet (rules.md §7)."""
    await store.lock(session, report_id)
    known = await store.case(session, report_id)
    if known is None:
        await store.save_flags(session, report_id, await store.flags(session, report_id) | raised)
        return
    case = domain.protect(known, raised)
    if case != known:
        await _keep(session, case, now=now)


async def post(
    session: AsyncSession, report_id: UUID, draft: Draft, author: Author, settings: Settings, *, now: datetime
) -> None:
    """Write on the thread; the same command again changes nothing (rules.md §5).

    Raises:
        UnknownReport: there is no such report.
        NotOpen, KindNotAllowed, NotTheirs: see `domain.post`.
        shared.messaging.TooLarge: the thread has become too long to be published.
    """
    await store.lock(session, report_id)
    known = await store.case(session, report_id)
    if known is None:
        raise UnknownReport
    if await store.has_entry(session, report_id, draft.command_id):
        return
    case, posted = domain.post(known, draft, author, await store.schedule(session, settings), now=now)
    outbox.stage(session, posted)
    if author.role is not AuthorRole.REPORTER:
        _audit(session, f"{draft.kind.value}-posted", author.account_id, case, now=now)
    await _keep(session, case, now=now)


async def close(session: AsyncSession, report_id: UUID, thread_version: int, *, now: datetime) -> None:
    """Close a report after its silence, unless somebody wrote first (rules.md §6).

    Raises:
        NotYet: the report is not known.
    """
    case = await _known(session, report_id)
    closed = domain.close(case, thread_version, now=now)
    if closed is not None:
        outbox.stage(session, closed[1])
        await _keep(session, closed[0], now=now)


async def reschedule(
    session: AsyncSession,
    report_id: UUID,
    clock: ClockName,
    agency: AgencyCode | None,
    due_at: datetime,
    *,
    now: datetime,
) -> None:
    """Show the limit that sla reckoned, where it is another than ours.

    Raises:
        NotYet: the report is not known.
    """
    case = await _known(session, report_id)
    moved = domain.reschedule(case, clock, agency, due_at)
    if moved != case:
        await _keep(session, moved, now=now)


async def mark_missed(
    session: AsyncSession, report_id: UUID, agency: AgencyCode | None, *, missed_at: datetime
) -> None:
    """Show at the desk that an agency is late.

    Raises:
        NotYet: the report is not known.
    """
    case = await _known(session, report_id)
    marked = domain.mark_missed(case, agency, missed_at=missed_at)
    if marked != case:
        await store.save(session, marked)


async def audit_look(session: AsyncSession, case: Case, account_id: UUID | None, *, now: datetime) -> None:
    """Record that a member of staff looked at a confidential report; looks at others are not recorded (rules.md §7)."""
    if case.flags.confidential:
        _audit(session, "report-viewed", account_id, case, now=now)


async def seed(session: AsyncSession, listing: Sequence[Listed], *, now: datetime) -> list[AgencyCode]:
    """Bring a directory in: what is new or different is saved and published, anything else left as it is.

    Returns:
        The codes of what was new or different, in the order of the listing.
    """
    await register.lock(session)
    known = await register.everything(session)
    changed = [listed for listed in listing if known.get(listed.unit.code) != listed]
    for listed in changed:
        await register.save(session, listed)
        version = await state.next_version(session, Agency.topic, listed.unit.code)
        outbox.stage(
            session,
            Agency(
                occurred_at=now,
                version=version,
                code=listed.unit.code,
                parent=listed.parent,
                kind=listed.kind,
                name=listed.name,
                short_name=listed.short_name,
                region=listed.region,
                zone=listed.zone,
                keywords=listed.keywords,
                categories=listed.categories,
                connected_since=listed.connected_since,
            ),
        )
    return [listed.unit.code for listed in changed]


async def learn_category(session: AsyncSession, category: Category) -> None:
    """Know what a category is called, unless something newer is known."""
    if await state.newer(session, category.topic, category.key, category.version):
        await store.save_category(session, category.code, category.name, category.name_en)


async def learn_calendar_year(session: AsyncSession, year: CalendarYear) -> None:
    """Know the days off of a year, unless something newer is known."""
    if await state.newer(session, year.topic, year.key, year.version):
        await store.save_calendar_year(session, year.year, year.version, sorted(off.day for off in year.days_off))


async def learn_policy(session: AsyncSession, policy: ClockPolicy) -> None:
    """Know how long a clock runs, unless something newer is known."""
    if await state.newer(session, policy.topic, policy.key, policy.version):
        await store.save_policy(session, policy.clock, policy.working_days)


async def _known(session: AsyncSession, report_id: UUID) -> Case:
    await store.lock(session, report_id)
    case = await store.case(session, report_id)
    if case is None:
        raise NotYet("the report is not known")
    return case


async def _keep(session: AsyncSession, case: Case, *, now: datetime) -> None:
    """Save a case and tell the public what has changed: a new snapshot, or once that there is none any more."""
    await store.save(session, replace(case, published=case.public))
    topic, key = PublicationWithdrawn.topic, str(case.report_id)
    if case.public:
        version = await state.next_version(session, topic, key)
        outbox.stage(session, publication.snapshot(case, version, now=now))
    elif case.published:
        version = await state.next_version(session, topic, key)
        outbox.stage(session, PublicationWithdrawn(record_key=key, version=version, occurred_at=now))


def _audit(session: AsyncSession, action: str, account_id: UUID | None, case: Case, *, now: datetime) -> None:
    outbox.stage(session, Audit(actor=str(account_id), action=action, report_id=case.report_id, occurred_at=now))
