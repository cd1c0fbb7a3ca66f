"""Queries over what other services told intake: directory, categories, working days, keys, and how reports fare."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import tables
from services.intake.progress import Happened, Milestone
from services.intake.sms import normalise
from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.categories import Category
from shared.contracts.vocabulary import (
    AgencyCode,
    AuthorRole,
    CategoryCode,
    ClockName,
    EntryKind,
    RegionCode,
    RejectionReason,
)
from shared.contracts.working_calendar import CalendarYear
from shared.sealing import SealingKey
from shared.working_days import WorkingCalendar, default_calendar, of_days


@dataclass(frozen=True)
class AgencyChoice:
    """An agency as the form offers it."""

    code: AgencyCode
    name: str
    kind: AgencyKind


@dataclass(frozen=True)
class CategoryChoice:
    """A category as the form offers it."""

    code: CategoryCode
    name: str
    name_en: str
    parent: CategoryCode | None


async def save_agency(session: AsyncSession, told: Agency) -> None:
    """Take over an agency with its keywords."""
    row = {
        "code": told.code,
        "parent": told.parent,
        "kind": told.kind,
        "name": told.name,
        "region": told.region,
        "connected_since": told.connected_since,
    }
    await session.execute(insert(tables.agency).values(row).on_conflict_do_update(index_elements=["code"], set_=row))
    await session.execute(delete(tables.agency_keyword).where(tables.agency_keyword.c.code == told.code))
    keywords = {spelling for keyword in told.keywords if (spelling := normalise(keyword))}
    if keywords:
        await session.execute(
            insert(tables.agency_keyword).values([{"keyword": k, "code": told.code} for k in sorted(keywords)])
        )


async def remove_agency(session: AsyncSession, code: AgencyCode) -> None:
    """The agency left the directory."""
    await session.execute(delete(tables.agency_keyword).where(tables.agency_keyword.c.code == code))
    await session.execute(delete(tables.agency).where(tables.agency.c.code == code))


async def agencies(session: AsyncSession) -> Sequence[AgencyChoice]:
    """The agencies at the top of the directory, connected or not, by name."""
    rows = await session.execute(
        select(tables.agency.c.code, tables.agency.c.name, tables.agency.c.kind)
        .where(tables.agency.c.parent.is_(None))
        .order_by(tables.agency.c.name)
    )
    return [AgencyChoice(row.code, row.name, AgencyKind(row.kind)) for row in rows]


async def agency_names(session: AsyncSession, codes: Sequence[AgencyCode]) -> Mapping[AgencyCode, str]:
    """Names by code; a code that is not in the directory is its own name."""
    rows = await session.execute(
        select(tables.agency.c.code, tables.agency.c.name).where(tables.agency.c.code.in_(codes))
    )
    return {code: code for code in codes} | {row.code: row.name for row in rows}


async def has_agency(session: AsyncSession, code: AgencyCode) -> bool:
    """Whether the directory holds it."""
    found = await session.scalar(select(tables.agency.c.code).where(tables.agency.c.code == code))
    return found is not None


async def local_government(session: AsyncSession, region: RegionCode) -> AgencyCode | None:
    """The government of a province, regency or city, if the directory holds it."""
    found: AgencyCode | None = await session.scalar(
        select(tables.agency.c.code)
        .where(
            tables.agency.c.region == region,
            tables.agency.c.parent.is_(None),
            tables.agency.c.kind == AgencyKind.LOCAL_GOVERNMENT,
        )
        .order_by(tables.agency.c.code)
        .limit(1)
    )
    return found


async def keywords(
    session: AsyncSession, candidates: Sequence[str]
) -> Mapping[str, tuple[AgencyCode, RegionCode | None]]:
    """Of these keywords, those of the directory: the agency each names, and its region. Of two agencies the one higher in the tree is meant."""
    rows = await session.execute(
        select(tables.agency_keyword.c.keyword, tables.agency.c.code, tables.agency.c.region)
        .join(tables.agency, tables.agency.c.code == tables.agency_keyword.c.code)
        .where(tables.agency_keyword.c.keyword.in_(candidates))
        .order_by(tables.agency.c.parent.is_(None), tables.agency.c.code.desc())
    )
    return {row.keyword: (row.code, row.region) for row in rows}


async def save_category(session: AsyncSession, told: Category) -> None:
    """Take over a category."""
    row = {"code": told.code, "name": told.name, "name_en": told.name_en, "parent": told.parent}
    await session.execute(insert(tables.category).values(row).on_conflict_do_update(index_elements=["code"], set_=row))


async def remove_category(session: AsyncSession, code: CategoryCode) -> None:
    """The category is no longer offered."""
    await session.execute(delete(tables.category).where(tables.category.c.code == code))


async def categories(session: AsyncSession) -> Sequence[CategoryChoice]:
    """All categories, by name."""
    rows = await session.execute(select(tables.category).order_by(tables.category.c.name))
    return [CategoryChoice(row.code, row.name, row.name_en, row.parent) for row in rows]


async def has_category(session: AsyncSession, code: CategoryCode) -> bool:
    """Whether it is offered."""
    found = await session.scalar(select(tables.category.c.code).where(tables.category.c.code == code))
    return found is not None


async def save_year(session: AsyncSession, told: CalendarYear) -> None:
    """Take over the days off of a year."""
    row = {
        "year": told.year,
        "version": told.version,
        "days_off": [day.day.isoformat() for day in told.days_off],
    }
    await session.execute(
        insert(tables.calendar_year).values(row).on_conflict_do_update(index_elements=["year"], set_=row)
    )


async def calendar(session: AsyncSession) -> WorkingCalendar:
    """The working calendar as far as sla told it; years it has not told are those decreed at release."""
    rows = (await session.execute(select(tables.calendar_year))).all()
    if not rows:
        return default_calendar()
    told = {date.fromisoformat(day) for row in rows for day in row.days_off}
    years = {row.year for row in rows}
    rest = {day for day in default_calendar().days_off if day.year not in years}
    return of_days(max(row.version for row in rows), told | rest)


async def save_policy(session: AsyncSession, clock: ClockName, working_days: int) -> None:
    """Take over how long a clock runs."""
    row = {"clock": clock, "working_days": working_days}
    await session.execute(
        insert(tables.clock_policy).values(row).on_conflict_do_update(index_elements=["clock"], set_=row)
    )


async def policies(session: AsyncSession) -> Mapping[ClockName, int]:
    """Working days by clock, as far as sla told them."""
    rows = await session.execute(select(tables.clock_policy))
    return {ClockName(row.clock): row.working_days for row in rows}


async def save_sealing_key(session: AsyncSession, key_id: str, public_key: str, since: datetime) -> None:
    """Remember a public key of identity."""
    row = {"key_id": key_id, "public_key": public_key, "since": since}
    await session.execute(
        insert(tables.sealing_key).values(row).on_conflict_do_update(index_elements=["key_id"], set_=row)
    )


async def newest_sealing_key(session: AsyncSession) -> SealingKey | None:
    """The public key that identity published last."""
    found = await session.scalar(
        select(tables.sealing_key.c.public_key)
        .order_by(tables.sealing_key.c.since.desc(), tables.sealing_key.c.key_id)
        .limit(1)
    )
    return SealingKey(found) if found else None


async def add_milestone(session: AsyncSession, told: Milestone) -> None:
    """Remember what happened to a report; once per event."""
    await session.execute(insert(tables.milestone).values(**asdict(told)).on_conflict_do_nothing())


async def milestones(session: AsyncSession, report_ids: Sequence[UUID]) -> Mapping[UUID, list[Milestone]]:
    """What happened to reports, in the order in which it was heard."""
    rows = await session.execute(
        select(tables.milestone)
        .where(tables.milestone.c.report_id.in_(report_ids))
        .order_by(tables.milestone.c.position)
    )
    found: dict[UUID, list[Milestone]] = {report_id: [] for report_id in report_ids}
    for row in rows:
        found[row.report_id].append(
            Milestone(
                event_id=row.event_id,
                report_id=row.report_id,
                kind=Happened(row.kind),
                occurred_at=row.occurred_at,
                agency=row.agency,
                due_at=row.due_at,
                clock=ClockName(row.clock) if row.clock else None,
                deadline_id=row.deadline_id,
                words=row.words,
                reason=RejectionReason(row.reason) if row.reason else None,
                author=AuthorRole(row.author) if row.author else None,
                entry=EntryKind(row.entry) if row.entry else None,
                thread_version=row.thread_version,
                message=row.message,
            )
        )
    return found
