"""What sla does, one function per use case; the caller owns the transaction."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from itertools import groupby
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sla import calendar, domain, store
from services.sla.calendar import Change, Year
from services.sla.domain import Deadline, Fact, Policy
from shared.contracts.audit import audit_of
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import DeadlinesEvent
from shared.contracts.vocabulary import ClockName
from shared.contracts.working_calendar import CalendarYear, DayOff
from shared.messaging import NotYet, stage, state
from shared.working_days import days_off_of


async def record(
    session: AsyncSession,
    report_id: UUID,
    fact: Fact | None,
    *,
    now: datetime,
    tracking_id: str | None = None,
    confidential: bool = False,
) -> None:
    """Take note of what happened to a report and reckon its clocks anew.

    Raises:
        NotYet: the working calendar has not been seeded.
    """
    await store.lock_report(session, report_id)
    await store.note_report(session, report_id, tracking_id=tracking_id, confidential=confidential)
    if fact is not None:
        await store.add_fact(session, report_id, fact)
        await _reckon(session, report_id, await store.deadlines(session, report_id), now=now)


async def is_work_waiting(session: AsyncSession, *, now: datetime) -> bool:
    """Whether a tick has anything to do."""
    return await store.is_work_waiting(session, now)


async def fire_due(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Announce what is due, each once; the number of clocks that ran out."""
    current = (await _policy(session)).calendar
    due = await store.lock_due(session, now, current.version, limit)
    if not due:
        return 0
    fired = [domain.fire(deadline, now=now) for deadline in due]
    late = {d.report_id for d, _ in fired if d.clock is ClockName.CLOSURE_WARNING and domain.came_late(d, current)}
    plain = [(d, event) for d, event in fired if d.report_id not in late]
    await store.mark_fired(session, [deadline for deadline, _ in plain], now)
    stage(session, *(event for _, event in plain))
    for report_id in late:
        await _warn_late(session, report_id, [d for d, _ in fired if d.report_id == report_id], now=now)
    return len(fired)


async def recompute_outdated(session: AsyncSession, *, now: datetime, limit: int) -> int:
    """Reckon open clocks anew that an older calendar left behind; the number of reports looked at."""
    version = (await _policy(session)).calendar.version
    reports = await store.lock_outdated(session, version, limit)
    for report_id in reports:
        await _reckon(session, report_id, await store.deadlines(session, report_id), now=now)
    return len(reports)


async def seed(
    session: AsyncSession, years: Iterable[int], policies: Mapping[ClockName, int], *, now: datetime
) -> None:
    """Publish the years that are missing and the policies that are new or changed; again = nothing."""
    await store.lock_seeding(session)
    known = {year.year for year in await store.years(session)}
    for year in years:
        if year not in known:
            await _publish_year(session, year, days_off_of(year), now=now)
    before = await store.policies(session)
    for clock, days in policies.items():
        if before.get(clock) != days:
            version = await state.next_version(session, ClockPolicy.topic, clock)
            await store.save_policy(session, clock, days, version)
            stage(session, ClockPolicy(occurred_at=now, version=version, clock=clock, working_days=days))


async def decree(session: AsyncSession, changes: Iterable[Change], *, actor: str, now: datetime) -> list[int]:
    """Take a decree over into the calendar; the years that it changed. `recompute_outdated` then brings open clocks up to date."""
    known = {year.year: year for year in await store.years(session, lock=True)}
    changed = []
    by_year = groupby(sorted(changes, key=lambda change: change.day), key=lambda change: change.day.year)
    for number, of_year in by_year:
        before = known[number].days_off if number in known else days_off_of(number)
        after = calendar.decreed(before, of_year)
        if after == before and number in known:
            continue
        await _publish_year(session, number, after, now=now)
        changed.append(number)
    for number in changed:
        event = audit_of("sla")(actor=actor, action="working-calendar-decreed", subject=str(number), occurred_at=now)
        stage(session, event)
    return changed


async def _publish_year(session: AsyncSession, year: int, days_off: tuple[DayOff, ...], *, now: datetime) -> None:
    version = await state.next_version(session, CalendarYear.topic, str(year))
    await store.save_year(session, Year(year, version, days_off), now=now)
    stage(session, CalendarYear(occurred_at=now, version=version, year=year, days_off=days_off))


async def _policy(session: AsyncSession) -> Policy:
    years = await store.years(session)
    policies = await store.policies(session)
    if not years or not policies:
        raise NotYet("the working calendar has not been seeded")
    return Policy(calendar.assemble(years), policies)


async def _reckon(
    session: AsyncSession, report_id: UUID, stored: list[Deadline], *, now: datetime
) -> dict[UUID, Deadline]:
    """Bring a locked report's clocks in line with its facts; what is stored now, by id."""
    known = {deadline.deadline_id: deadline for deadline in stored}
    reckoned = domain.reckon(report_id, await store.facts(session, report_id), await _policy(session), stored)
    settled = {
        identity: domain.drop(deadline, now=now)
        for identity, deadline in known.items()
        if identity not in {found.deadline_id for found in reckoned}
    }
    events: list[DeadlinesEvent] = []
    for found in reckoned:
        settled[found.deadline_id], told = domain.settle(known.get(found.deadline_id), found, now=now)
        events += told
    await store.save(session, [deadline for identity, deadline in settled.items() if deadline != known.get(identity)])
    stage(session, *events)
    return settled


async def _warn_late(session: AsyncSession, report_id: UUID, fired: list[Deadline], *, now: datetime) -> None:
    """After an outage a warning and its closing can be due together: the warning goes out now, the closing moves behind it."""
    warned = [deadline for deadline in fired if deadline.clock is not ClockName.CLOSURE]
    await store.mark_fired(session, warned, now)
    settled = await _reckon(session, report_id, await store.deadlines(session, report_id), now=now)
    stage(session, *(domain.announce(settled[deadline.deadline_id], now=now) for deadline in warned))
