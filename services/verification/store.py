"""Every query on cases, their history and their clocks. The directory and categories are in `reference`."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, case, func, insert, select, text, tuple_, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.verification.cases import Administrator, Case, Entry, Flags, Happened
from services.verification.tables import case_entry, deadline, privacy, report_case
from shared.contracts.vocabulary import Attachment, Channel, ClockName, Kind, Language, Place, Status


class ClockState(StrEnum):
    """How a clock stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    LATE = "late"
    MISSED = "missed"


@dataclass(frozen=True, slots=True)
class ReportClock:
    """A working-day clock of a report, as sla told it."""

    deadline_id: UUID
    clock: ClockName
    agency: str | None
    state: ClockState
    due_at: datetime | None
    met_at: datetime | None


@dataclass(frozen=True, slots=True)
class Filters:
    """What part of the cases to show."""

    statuses: frozenset[Status]
    channel: Channel | None = None
    kind: Kind | None = None
    anonymous: bool = False
    confidential: bool = False
    province: str | None = None
    overdue_at: datetime | None = None
    """Only those due before."""


@dataclass(frozen=True, slots=True)
class Position:
    """The last case of a page; the next page follows it."""

    due_at: datetime
    report_id: UUID


@dataclass(frozen=True, slots=True)
class Counts:
    """Of cases that wait for an administrator, and of the others by status."""

    waiting: int
    overdue: int
    due_today: int
    by_status: dict[Status, int]


async def lock_report(session: AsyncSession, report_id: UUID) -> None:
    """Hold what is known of a report until the transaction ends, also where no case exists yet."""
    await session.execute(
        text("select pg_advisory_xact_lock(hashtextextended(:report, 0))"), {"report": str(report_id)}
    )


async def find(session: AsyncSession, report_id: UUID) -> Case | None:
    """The case of a report."""
    return await _one(session, select(report_case).where(report_case.c.report_id == report_id))


async def lock(session: AsyncSession, report_id: UUID) -> Case | None:
    """The case of a report, held until the transaction ends."""
    return await _one(session, select(report_case).where(report_case.c.report_id == report_id).with_for_update())


async def lock_held_for(session: AsyncSession, agency: str) -> Sequence[Case]:
    """The cases held for an agency, oldest first, held until the transaction ends."""
    found = await session.execute(
        select(report_case)
        .where(report_case.c.held_for == agency)
        .order_by(report_case.c.received_at, report_case.c.report_id)
        .with_for_update()
    )
    return [_case(row) for row in found]


async def add(session: AsyncSession, new_case: Case) -> bool:
    """Keep a new case; False if there is one for that report."""
    new = upsert(report_case).values(**_columns(new_case)).on_conflict_do_nothing(index_elements=["report_id"])
    added = await session.execute(new.returning(report_case.c.report_id))
    return added.first() is not None


async def save(session: AsyncSession, changed: Case) -> None:
    """Keep a changed case."""
    await session.execute(
        update(report_case).where(report_case.c.report_id == changed.report_id).values(**_columns(changed))
    )


async def add_entry(session: AsyncSession, report_id: UUID, entry: Entry) -> None:
    """Write a line of a case's history."""
    await session.execute(
        insert(case_entry).values(
            report_id=report_id,
            kind=entry.kind.value,
            at=entry.at,
            facts=entry.facts,
            by_account=entry.by.account_id if entry.by else None,
            by_name=entry.by.name if entry.by else None,
        )
    )


async def history(session: AsyncSession, report_id: UUID) -> Sequence[Entry]:
    """A case's history, oldest first."""
    found = await session.execute(
        select(case_entry).where(case_entry.c.report_id == report_id).order_by(case_entry.c.entry_id)
    )
    return [
        Entry(
            Happened(row.kind),
            row.at,
            row.facts,
            Administrator(row.by_account, row.by_name) if row.by_account else None,
        )
        for row in found
    ]


async def remember_privacy(session: AsyncSession, report_id: UUID, flags: Flags, *, withdrawn: bool) -> None:
    """Add to what the reporter decided about a report, known or not."""
    new = upsert(privacy).values(
        report_id=report_id, anonymous=flags.anonymous, confidential=flags.confidential, withdrawn=withdrawn
    )
    union = {name: privacy.c[name].op("or")(new.excluded[name]) for name in ("anonymous", "confidential", "withdrawn")}
    await session.execute(new.on_conflict_do_update(index_elements=["report_id"], set_=union))


async def remembered_privacy(session: AsyncSession, report_id: UUID) -> tuple[Flags, bool]:
    """The flags the reporter set apart from the report itself, and whether it was withdrawn."""
    row = (await session.execute(select(privacy).where(privacy.c.report_id == report_id))).one_or_none()
    return (Flags(row.anonymous, row.confidential), row.withdrawn) if row else (Flags(), False)


async def set_clock(session: AsyncSession, report_id: UUID, clock: ReportClock) -> None:
    """Keep how a clock stands; a time that is None leaves what was known."""
    new = upsert(deadline).values(
        deadline_id=clock.deadline_id,
        report_id=report_id,
        clock=clock.clock.value,
        agency=clock.agency,
        state=clock.state.value,
        due_at=clock.due_at,
        met_at=clock.met_at,
    )
    known = {name: func.coalesce(new.excluded[name], deadline.c[name]) for name in ("due_at", "met_at")}
    await session.execute(
        new.on_conflict_do_update(index_elements=["deadline_id"], set_={"state": new.excluded.state, **known})
    )


async def clocks(session: AsyncSession, report_id: UUID) -> Sequence[ReportClock]:
    """The clocks of a report, the next due first."""
    found = await session.execute(
        select(deadline).where(deadline.c.report_id == report_id).order_by(deadline.c.due_at, deadline.c.deadline_id)
    )
    return [
        ReportClock(row.deadline_id, ClockName(row.clock), row.agency, ClockState(row.state), row.due_at, row.met_at)
        for row in found
    ]


async def queue(session: AsyncSession, filters: Filters, after: Position | None, limit: int) -> Sequence[Case]:
    """Cases by the time they are due, at most `limit` after a position."""
    query = select(report_case).where(*_conditions(filters))
    if after is not None:
        query = query.where(
            tuple_(report_case.c.due_at, report_case.c.report_id) > tuple_(after.due_at, after.report_id)
        )
    found = await session.execute(query.order_by(report_case.c.due_at, report_case.c.report_id).limit(limit))
    return [_case(row) for row in found]


async def count(session: AsyncSession, filters: Filters) -> int:
    """How many cases a filter leaves."""
    return int(await session.scalar(select(func.count()).select_from(report_case).where(*_conditions(filters))) or 0)


async def counts(session: AsyncSession, statuses: frozenset[Status], *, now: datetime, today_ends: datetime) -> Counts:
    """Numbers above the queue, over these statuses."""
    due = report_case.c.due_at
    found = await session.execute(
        select(
            report_case.c.status,
            func.count().label("number"),
            func.sum(case((due < now, 1), else_=0)).label("overdue"),
            func.sum(case((due.between(now, today_ends), 1), else_=0)).label("today"),
        )
        .where(report_case.c.status.in_(statuses))
        .group_by(report_case.c.status)
    )
    rows = {Status(row.status): row for row in found}
    waiting = rows.get(Status.RECEIVED)
    return Counts(
        waiting=waiting.number if waiting else 0,
        overdue=waiting.overdue if waiting else 0,
        due_today=waiting.today if waiting else 0,
        by_status={status: row.number for status, row in rows.items()},
    )


def _conditions(filters: Filters) -> list[ColumnElement[bool]]:
    columns = report_case.c
    found: list[ColumnElement[bool]] = [columns.status.in_(filters.statuses)]
    if filters.channel:
        found.append(columns.channel == filters.channel.value)
    if filters.kind:
        found.append(columns.kind == filters.kind.value)
    if filters.anonymous:
        found.append(columns.anonymous)
    if filters.confidential:
        found.append(columns.confidential)
    if filters.province:
        found.append(columns.region.startswith(filters.province, autoescape=True))
    if filters.overdue_at:
        found.append(columns.due_at < filters.overdue_at)
    return found


async def _one(session: AsyncSession, query: Select[Any]) -> Case | None:
    row = (await session.execute(query)).one_or_none()
    return _case(row) if row is not None else None


def _case(row: Row[Any]) -> Case:
    return Case(
        report_id=row.report_id,
        tracking_id=row.tracking_id,
        reporter_ref=row.reporter_ref,
        reporter_label=row.reporter_label,
        has_contact=row.has_contact,
        kind=Kind(row.kind),
        channel=Channel(row.channel),
        language=Language(row.language),
        title=row.title,
        body=row.body,
        event_date=row.event_date,
        place=Place.model_validate(row.place),
        agency_wish=row.agency_wish,
        category_wish=row.category_wish,
        attachments=tuple(Attachment.model_validate(item) for item in row.attachments),
        received_at=row.received_at,
        due_at=row.due_at,
        flags=Flags(row.anonymous, row.confidential),
        status=Status(row.status),
        version=row.version,
        held_for=row.held_for,
        held_by=row.held_by,
        excluded_agencies=tuple(row.excluded_agencies),
    )


def _columns(kept: Case) -> dict[str, Any]:
    plain = (
        "report_id", "tracking_id", "reporter_ref", "reporter_label", "has_contact", "title", "body", "event_date",
        "agency_wish", "category_wish", "received_at", "due_at", "version", "held_for", "held_by",
    )  # fmt: skip
    return {
        **{name: getattr(kept, name) for name in plain},
        **{name: getattr(kept, name).value for name in ("kind", "channel", "language", "status")},
        "place": kept.place.model_dump(mode="json"),
        "region": kept.place.region,
        "attachments": [item.model_dump(mode="json") for item in kept.attachments],
        "anonymous": kept.flags.anonymous,
        "confidential": kept.flags.confidential,
        "excluded_agencies": list(kept.excluded_agencies),
    }
