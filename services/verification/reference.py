"""Queries on what cases are judged by: the directory, categories, working calendar and policies."""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from sqlalchemy import Row, delete, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.verification.cases import Agency, Category, Question
from services.verification.tables import agency, calendar_year, category, clock_policy
from shared.contracts.agencies import AgencyKind
from shared.contracts.vocabulary import ClockName, Zone
from shared.working_days import WorkingCalendar, default_calendar, of_days


async def agencies(session: AsyncSession) -> Sequence[Agency]:
    """The agencies that cases can go to, without the units below them, by name."""
    found = await session.execute(select(agency).where(agency.c.parent.is_(None)).order_by(agency.c.name))
    return [_agency(row) for row in found]


async def agencies_named(session: AsyncSession, codes: Collection[str], *, hold: bool = False) -> dict[str, Agency]:
    """Agencies and units by code, those that exist; with `hold` they stay as they are until the transaction ends."""
    query = select(agency).where(agency.c.code.in_(codes)).order_by(agency.c.code)
    found = await session.execute(query.with_for_update(read=True) if hold else query)
    return {row.code: _agency(row) for row in found}


async def agency_above(session: AsyncSession, code: str) -> Agency | None:
    """The agency at the top of the tree that a unit belongs to."""
    tree = select(agency).where(agency.c.code == code).cte("tree", recursive=True)
    tree = tree.union(select(agency).where(agency.c.code == tree.c.parent))
    row = (await session.execute(select(tree).where(tree.c.parent.is_(None)))).one_or_none()
    return _agency(row) if row is not None else None


async def save_agency(session: AsyncSession, known: Agency) -> None:
    """Keep an entry of the directory."""
    values = {
        "code": known.code,
        "parent": known.parent,
        "kind": known.kind.value,
        "name": known.name,
        "short_name": known.short_name,
        "region": known.region,
        "zone": known.zone.value,
        "connected_since": known.connected_since,
    }
    await session.execute(
        upsert(agency).values(**values).on_conflict_do_update(index_elements=["code"], set_=values)
    )  # fmt: skip


async def remove_agency(session: AsyncSession, code: str) -> None:
    """Forget an entry of the directory."""
    await session.execute(delete(agency).where(agency.c.code == code))


async def categories(session: AsyncSession) -> Sequence[Category]:
    """The categories on offer, by name."""
    found = await session.execute(select(category).order_by(category.c.name))
    return [_category(row) for row in found]


async def category_named(session: AsyncSession, code: str) -> Category | None:
    """The category on offer under a code."""
    row = (await session.execute(select(category).where(category.c.code == code))).one_or_none()
    return _category(row) if row is not None else None


async def save_category(session: AsyncSession, known: Category) -> None:
    """Keep a version of a category; the one before is gone from the offer."""
    values = {
        "code": known.code,
        "version": known.version,
        "name": known.name,
        "name_en": known.name_en,
        "parent": known.parent,
        "required": [question.value for question in known.required],
        "default_agency": known.default_agency,
    }
    await session.execute(
        upsert(category).values(**values).on_conflict_do_update(index_elements=["code"], set_=values)
    )  # fmt: skip


async def remove_category(session: AsyncSession, code: str) -> None:
    """Take a category off the offer."""
    await session.execute(delete(category).where(category.c.code == code))


async def save_year(session: AsyncSession, year: int, version: int, days_off: Collection[date]) -> None:
    """Keep the days off of a year."""
    values = {"year": year, "version": version, "days_off": sorted(day.isoformat() for day in days_off)}
    await session.execute(
        upsert(calendar_year).values(**values).on_conflict_do_update(index_elements=["year"], set_=values)
    )


async def calendar(session: AsyncSession) -> WorkingCalendar:
    """The working calendar: sla's years where they are known, else those decreed."""
    rows = (await session.execute(select(calendar_year))).all()
    if not rows:
        return default_calendar()
    known = {row.year for row in rows}
    days = {day for day in default_calendar().days_off if day.year not in known}
    days |= {date.fromisoformat(day) for row in rows for day in row.days_off}
    return of_days(max(row.version for row in rows), days)


async def save_policy(session: AsyncSession, clock: ClockName, working_days: int) -> None:
    """Keep how long a clock runs."""
    values = {"clock": clock.value, "working_days": working_days}
    await session.execute(
        upsert(clock_policy).values(**values).on_conflict_do_update(index_elements=["clock"], set_=values)
    )


async def working_days_of(session: AsyncSession, clock: ClockName, default: int) -> int:
    """How many working days a clock has."""
    query = select(clock_policy.c.working_days).where(clock_policy.c.clock == clock.value)
    return int(await session.scalar(query) or default)


def _agency(row: Row[Any]) -> Agency:
    return Agency(
        code=row.code,
        parent=row.parent,
        kind=AgencyKind(row.kind),
        name=row.name,
        short_name=row.short_name,
        region=row.region,
        zone=Zone(row.zone),
        connected_since=row.connected_since,
    )


def _category(row: Row[Any]) -> Category:
    return Category(
        code=row.code,
        version=row.version,
        name=row.name,
        name_en=row.name_en,
        parent=row.parent,
        required=tuple(Question(value) for value in row.required),
        default_agency=row.default_agency,
    )
