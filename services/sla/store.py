"""Every query of sla."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, ColumnElement, Row, Text, delete, func, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.sla import tables as t
from services.sla.calendar import Year
from services.sla.domain import Deadline, Fact, Happened, State
from shared.contracts.agencies import Agency
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind
from shared.contracts.working_calendar import DayOff

SEEDING = 0x51A5EED
_OPEN = literal_column(f"({t.OPEN})", Boolean)
_RUNNING = t.deadline.c.state == literal_column(f"'{State.RUNNING}'", Text)
"""Literally as in the partial indexes, so that no plan passes them by."""
_FACT_COLUMNS = [column for column in t.fact.c if column.name != "report_id"]


async def lock_report(session: AsyncSession, report_id: UUID) -> None:
    """Lock a report's clocks, also of a report that is not known yet, until the transaction ends."""
    await session.execute(insert(t.report).values(report_id=report_id).on_conflict_do_nothing())
    await session.execute(select(t.report.c.report_id).where(t.report.c.report_id == report_id).with_for_update())


async def note_report(session: AsyncSession, report_id: UUID, *, tracking_id: str | None, confidential: bool) -> None:
    """Keep what the desk needs to know; a flag is only ever raised."""
    values: dict[str, Any] = {}
    if tracking_id is not None:
        values["tracking_id"] = tracking_id
    if confidential:
        values["confidential"] = True
    if values:
        await session.execute(update(t.report).where(t.report.c.report_id == report_id).values(values))


async def add_fact(session: AsyncSession, report_id: UUID, fact: Fact) -> None:
    """Keep a fact; one that is known already changes nothing."""
    await session.execute(insert(t.fact).values(report_id=report_id, **asdict(fact)).on_conflict_do_nothing())


async def facts(session: AsyncSession, report_id: UUID) -> list[Fact]:
    """Everything known of a report, in no order."""
    rows = await session.execute(select(*_FACT_COLUMNS).where(t.fact.c.report_id == report_id))
    return [_fact(row) for row in rows]


async def deadlines(session: AsyncSession, report_id: UUID) -> list[Deadline]:
    """The clocks of a report as stored."""
    rows = await session.execute(select(t.deadline).where(t.deadline.c.report_id == report_id))
    return [_deadline(row) for row in rows]


async def save(session: AsyncSession, changed: Sequence[Deadline]) -> None:
    """Insert or replace clocks."""
    if not changed:
        return
    statement = insert(t.deadline)
    replaced = {column.name: statement.excluded[column.name] for column in t.deadline.c if not column.primary_key}
    statement = statement.on_conflict_do_update(index_elements=["deadline_id"], set_=replaced)
    await session.execute(statement, [asdict(deadline) for deadline in changed])


async def is_work_waiting(session: AsyncSession, now: datetime) -> bool:
    """Whether anything is due, or was reckoned with an older calendar: one cheap question, asked all the time."""
    current = select(func.sum(t.calendar_year.c.version)).scalar_subquery()
    # the least of each index: a comparison inside `exists` may be planned as a scan of the whole table
    oldest = select(func.min(t.deadline.c.calendar_version)).where(_OPEN).scalar_subquery()
    first = select(func.min(t.deadline.c.due_at)).where(_RUNNING).scalar_subquery()
    return bool(
        await session.scalar(select(func.coalesce(oldest < current, False) | func.coalesce(first <= now, False)))
    )


async def lock_due(session: AsyncSession, now: datetime, calendar_version: int, limit: int) -> list[Deadline]:
    """Running clocks whose time is over, the oldest first, locked with their reports.

    What somebody else is working on is left out; under the lock the conditions are checked again by the database.
    """
    rows = await session.execute(
        select(t.deadline)
        .join(t.report, t.report.c.report_id == t.deadline.c.report_id)
        .where(
            _RUNNING,
            t.deadline.c.due_at <= now,
            t.deadline.c.calendar_version == calendar_version,
        )
        .order_by(t.deadline.c.due_at)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_deadline(row) for row in rows]


async def mark_fired(session: AsyncSession, fired: Sequence[Deadline], now: datetime) -> None:
    """Keep that these clocks ran out."""
    for state in {deadline.state for deadline in fired}:
        ids = [deadline.deadline_id for deadline in fired if deadline.state is state]
        await session.execute(
            update(t.deadline).where(t.deadline.c.deadline_id.in_(ids)).values(state=state, fired_at=now)
        )


async def lock_outdated(session: AsyncSession, calendar_version: int, limit: int) -> list[UUID]:
    """Reports with open clocks that were reckoned with an older calendar, locked; what somebody else works on is left out."""
    outdated = (
        select(t.deadline.c.report_id).where(_OPEN, t.deadline.c.calendar_version < calendar_version).limit(limit)
    )
    rows = await session.scalars(
        select(t.report.c.report_id)
        .where(t.report.c.report_id.in_(outdated))
        .order_by(t.report.c.report_id)
        .with_for_update(skip_locked=True)
    )
    return list(rows)


async def lock_seeding(session: AsyncSession) -> None:
    """Of two services that start together the second waits, and finds everything seeded."""
    await session.execute(select(func.pg_advisory_xact_lock(SEEDING)))


async def years(session: AsyncSession, *, lock: bool = False) -> list[Year]:
    """The working calendar, by year."""
    query = select(t.calendar_year).order_by(t.calendar_year.c.year)
    rows = await session.execute(query.with_for_update() if lock else query)
    return [Year(row.year, row.version, tuple(DayOff.model_validate(day) for day in row.days_off)) for row in rows]


async def save_year(session: AsyncSession, year: Year, *, now: datetime) -> None:
    """Insert or replace a year."""
    days = [day.model_dump(mode="json") for day in year.days_off]
    values = {"version": year.version, "days_off": days, "changed_at": now}
    await session.execute(
        insert(t.calendar_year)
        .values(year=year.year, **values)
        .on_conflict_do_update(index_elements=["year"], set_=values)
    )


async def policies(session: AsyncSession) -> dict[ClockName, int]:
    """Working days of each clock."""
    rows = await session.execute(select(t.clock_policy.c.clock, t.clock_policy.c.working_days))
    return {ClockName(row.clock): row.working_days for row in rows}


async def save_policy(session: AsyncSession, clock: ClockName, working_days: int, version: int) -> None:
    """Insert or replace the policy of a clock."""
    values = {"version": version, "working_days": working_days}
    await session.execute(
        insert(t.clock_policy)
        .values(clock=clock, **values)
        .on_conflict_do_update(index_elements=["clock"], set_=values)
    )


async def save_agency(session: AsyncSession, event: Agency) -> None:
    """Keep an agency's names."""
    values = {"name": event.name, "short_name": event.short_name, "connected_since": event.connected_since}
    await session.execute(
        insert(t.agency).values(code=event.code, **values).on_conflict_do_update(index_elements=["code"], set_=values)
    )


async def remove_agency(session: AsyncSession, code: str) -> None:
    """Forget an agency's names."""
    await session.execute(delete(t.agency).where(t.agency.c.code == code))


async def agency_names(session: AsyncSession, codes: Iterable[str]) -> Mapping[str, str]:
    """Short names by code, of those that are known."""
    rows = await session.execute(select(t.agency.c.code, t.agency.c.short_name).where(t.agency.c.code.in_(list(codes))))
    return {row.code: row.short_name for row in rows}


def _fact(row: Row[Any]) -> Fact:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name of it
    values["what"] = Happened(row.what)
    values["author"] = AuthorRole(row.author) if row.author else None
    values["kind"] = EntryKind(row.kind) if row.kind else None
    return Fact(**values)


def _deadline(row: Row[Any]) -> Deadline:
    values = dict(row._mapping)  # noqa: SLF001 - SQLAlchemy's documented name of it
    return Deadline(**(values | {"clock": ClockName(row.clock), "state": State(row.state)}))


@dataclass(frozen=True, slots=True)
class Tally:
    """Open clocks of one kind and agency, counted; confidential reports are counted like any other."""

    clock: ClockName
    agency: str | None
    late: int
    soon: int
    running: int
    paused: int
    late_confidential: int


@dataclass(frozen=True, slots=True)
class Line:
    """An open clock as the desk lists it."""

    tracking_id: str | None
    clock: ClockName
    agency: str | None
    due_at: datetime


async def tallies(session: AsyncSession, *, now: datetime, soon: datetime) -> list[Tally]:
    """Counts per clock and agency; late comes before soon."""
    d = t.deadline.c
    late = _late(now)
    query = (
        select(
            d.clock,
            d.agency,
            func.count().filter(late).label("late"),
            func.count().filter(_soon(now, soon)).label("soon"),
            func.count().filter(d.state == State.RUNNING, d.due_at > soon).label("running"),
            func.count().filter(d.state == State.PAUSED).label("paused"),
            func.count().filter(late, t.report.c.confidential).label("late_confidential"),
        )
        .join(t.report, t.report.c.report_id == d.report_id)
        .where(_OPEN, d.clock != ClockName.CLOSURE_WARNING)
        .group_by(d.clock, d.agency)
    )
    rows = await session.execute(query)
    return [Tally(**(dict(row._mapping) | {"clock": ClockName(row.clock)})) for row in rows]  # noqa: SLF001 - its documented name


async def lines(
    session: AsyncSession,
    *,
    now: datetime,
    soon: datetime | None,
    clock: ClockName | None,
    agency: str | None,
    limit: int,
    offset: int,
) -> tuple[list[Line], int]:
    """Clocks that are late, or with `soon` those due until then, the oldest first, and how many there are; none of a confidential report."""
    d = t.deadline.c
    wanted = [
        _late(now) if soon is None else _soon(now, soon),
        d.clock != ClockName.CLOSURE_WARNING,
        ~t.report.c.confidential,
    ]
    wanted += [d.clock == clock] if clock else []
    wanted += [d.agency == agency] if agency else []
    joined = t.deadline.join(t.report, t.report.c.report_id == d.report_id)
    total = await session.scalar(select(func.count()).select_from(joined).where(*wanted))
    rows = await session.execute(
        select(t.report.c.tracking_id, d.clock, d.agency, d.due_at)
        .select_from(joined)
        .where(*wanted)
        .order_by(d.due_at, d.deadline_id)
        .limit(limit)
        .offset(offset)
    )
    found = [Line(row.tracking_id, ClockName(row.clock), row.agency, row.due_at) for row in rows]
    return found, int(total or 0)


def _late(now: datetime) -> ColumnElement[bool]:
    """Announced as over, or over and about to be announced."""
    d = t.deadline.c
    return d.state.in_((State.MISSED, State.FIRED)) | ((d.state == State.RUNNING) & (d.due_at <= now))


def _soon(now: datetime, soon: datetime) -> ColumnElement[bool]:
    d = t.deadline.c
    return (d.state == State.RUNNING) & (d.due_at > now) & (d.due_at <= soon)
