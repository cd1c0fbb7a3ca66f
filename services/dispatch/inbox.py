"""What an officer's desk lists: the reports in the hands of a unit and of those below it, the nearest limit first."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Subquery, and_, func, or_, select, true
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.domain import OPEN
from services.dispatch.tables import disposition, report, report_flags
from shared.contracts.vocabulary import AgencyCode, Status, TrackingId, Zone


class View(StrEnum):
    """The tabs of the inbox, as they stand in its address."""

    TO_DO = "perlu"
    ANSWERED = "dijawab"
    FOLLOWED_UP = "ditindaklanjuti"
    CLOSED = "selesai"
    ALL = "semua"


@dataclass(frozen=True, slots=True)
class Line:
    """One report in the list."""

    report_id: UUID
    tracking_id: TrackingId
    title: str
    zone: Zone
    status: Status
    confidential: bool
    holder: AgencyCode
    """The agency or unit in whose hands it is."""
    disposed_at: datetime
    due_at: datetime | None
    answered_at: datetime | None
    missed_at: datetime | None
    closes_at: datetime | None


@dataclass(frozen=True, slots=True)
class Counts:
    """How many reports each tab holds, and how many of those to do are late or near."""

    views: Mapping[View, int]
    late: int
    near: int


async def counts(session: AsyncSession, station: AgencyCode, *, now: datetime, near: datetime) -> Counts:
    """What waits for this unit; `near` is the end of the time that counts as near."""
    held = _held(station)
    to_do = _shown(held, View.TO_DO)
    columns = [func.count().filter(_shown(held, view)).label(view.name) for view in View]
    query = select(
        *columns,
        func.count().filter(to_do, held.c.due_at < now).label("late"),
        func.count().filter(to_do, held.c.due_at >= now, held.c.due_at <= near).label("near"),
    ).select_from(held)
    found = (await session.execute(query)).mappings().one()
    return Counts({view: found[view.name] for view in View}, found["late"], found["near"])


async def lines(session: AsyncSession, station: AgencyCode, view: View, *, page: int, length: int) -> list[Line]:
    """One page of a tab; pages count from 1."""
    held = _held(station)
    nearest = func.coalesce(held.c.due_at, held.c.closes_at)
    rows = await session.execute(
        select(held)
        .where(_shown(held, view))
        .order_by(nearest.asc().nulls_last(), held.c.disposed_at.desc(), held.c.report_id)
        .limit(length)
        .offset((page - 1) * length)
    )
    return [Line(**{**row, "zone": Zone(row["zone"]), "status": Status(row["status"])}) for row in rows.mappings()]


def _held(station: AgencyCode) -> Subquery:
    """Each report once, by the disposition that this unit answers (`Case.held_by`)."""
    return (
        select(
            report.c.report_id,
            report.c.tracking_id,
            report.c.title,
            report.c.zone,
            report.c.status,
            report_flags.c.confidential,
            func.coalesce(disposition.c.unit, disposition.c.agency).label("holder"),
            disposition.c.disposed_at,
            disposition.c.due_at,
            disposition.c.answered_at,
            disposition.c.missed_at,
            report.c.closes_at,
        )
        .join(report, report.c.report_id == disposition.c.report_id)
        .join(report_flags, report_flags.c.report_id == disposition.c.report_id)
        .where(disposition.c.path.contains([station]))
        .ext(distinct_on(report.c.report_id))
        .order_by(report.c.report_id, disposition.c.lead.desc(), disposition.c.disposed_at)
        .subquery()
    )


def _shown(held: Subquery, view: View) -> ColumnElement[bool]:
    is_open = or_(*(held.c.status == status.value for status in sorted(OPEN)))
    match view:
        case View.TO_DO:
            return and_(is_open, held.c.due_at.is_not(None))
        case View.ANSWERED:
            return and_(held.c.status == Status.DISPOSED.value, held.c.due_at.is_(None))
        case View.FOLLOWED_UP:
            return and_(held.c.status == Status.IN_FOLLOW_UP.value, held.c.due_at.is_(None))
        case View.CLOSED:
            return held.c.status == Status.CLOSED.value
        case View.ALL:
            return true()
