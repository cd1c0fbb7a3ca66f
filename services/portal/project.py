"""Writes published state into the model, many records with one statement. Called by handlers, inside their transaction."""

from collections.abc import Collection, Sequence
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Table, delete, func, text
from sqlalchemy.dialects import postgresql
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal import tables
from shared.contracts.agencies import Agency
from shared.contracts.categories import Category
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.polls import Poll
from shared.contracts.publications import Publication
from shared.contracts.working_calendar import CalendarYear

_POSTGRES = postgresql.dialect()  # type: ignore[no-untyped-call]  # SQLAlchemy leaves it so
_COLUMNS = [column.name for column in tables.report.columns if column.name != "words"]
_TYPES = {column.name: column.type.compile(_POSTGRES) for column in tables.report.columns if column.name != "words"}
# One JSON document for the whole batch: psycopg binds it once. Sorted by key, so that no two writers wait for each other.
PUBLISH = text(f"""
insert into report ({", ".join(_COLUMNS)}, words)
select {", ".join(f"r.{name}" for name in _COLUMNS)},
       to_tsvector('indonesian', r.title || ' ' || r.body || ' ' || coalesce(r.place, ''))
from jsonb_to_recordset(cast(:rows as jsonb)) as r({", ".join(f"{name} {kind}" for name, kind in _TYPES.items())})
where not exists (select from withdrawn w where w.report_id = r.report_id)
order by r.report_id
on conflict (report_id) do update set
{", ".join(f"{name} = excluded.{name}" for name in [*_COLUMNS, "words"] if name != "report_id")}
""")  # noqa: S608 - the names are our own columns


async def publish(session: AsyncSession, publications: Sequence[Publication]) -> None:
    """Take in snapshots of reports, at most one of each; those withdrawn before stay away for ever."""
    if publications:
        rows = orjson.dumps([_row(publication) for publication in publications]).decode()
        await session.execute(PUBLISH, {"rows": rows})


async def withdraw(session: AsyncSession, report_ids: Collection[UUID]) -> None:
    """Remove reports and remember that they may never come back (rules.md §7)."""
    if report_ids:
        ended = [{"report_id": report_id} for report_id in sorted(report_ids)]
        await session.execute(insert(tables.withdrawn).values(ended).on_conflict_do_nothing())
        await session.execute(delete(tables.report).where(tables.report.c.report_id.in_(report_ids)))


async def put_agencies(session: AsyncSession, agencies: Sequence[Agency]) -> None:
    """Take in the newest of each agency."""
    names = ("code", "parent", "kind", "name", "short_name", "region", "connected_since")
    await _put(session, tables.agency, [{name: getattr(agency, name) for name in names} for agency in agencies])


async def remove_agencies(session: AsyncSession, codes: Collection[str]) -> None:
    """Forget agencies."""
    if codes:
        await session.execute(delete(tables.agency).where(tables.agency.c.code.in_(codes)))


async def put_categories(session: AsyncSession, categories: Sequence[Category]) -> None:
    """Take in the newest of each category."""
    await _put(session, tables.category, [{"code": c.code, "name": c.name, "name_en": c.name_en} for c in categories])


async def remove_categories(session: AsyncSession, codes: Collection[str]) -> None:
    """Forget categories."""
    if codes:
        await session.execute(delete(tables.category).where(tables.category.c.code.in_(codes)))


async def put_polls(session: AsyncSession, polls: Sequence[Poll]) -> None:
    """Take in the newest of each poll."""
    names = ("poll_id", "agency", "question", "opens_at", "closes_at", "closed", "turnout")
    await _put(session, tables.poll, [{name: getattr(poll, name) for name in names} for poll in polls])


async def remove_polls(session: AsyncSession, poll_ids: Collection[UUID]) -> None:
    """Forget polls."""
    if poll_ids:
        await session.execute(delete(tables.poll).where(tables.poll.c.poll_id.in_(poll_ids)))


async def put_calendar_years(session: AsyncSession, years: Sequence[CalendarYear]) -> None:
    """Take in the newest of each year's days off."""
    rows = [{"year": y.year, "version": y.version, "days_off": [day.day for day in y.days_off]} for y in years]
    await _put(session, tables.calendar_year, rows)


async def put_clock_policies(session: AsyncSession, policies: Sequence[ClockPolicy]) -> None:
    """Take in the newest of each policy."""
    await _put(session, tables.clock_policy, [{"clock": p.clock, "working_days": p.working_days} for p in policies])


async def empty(session: AsyncSession) -> int:
    """Throw the model away before it is read anew; the number of reports that it held."""
    held: int = (await session.execute(func.count(tables.report.c.report_id).select())).scalar_one()
    await session.execute(text(f"truncate {', '.join(table.name for table in tables.MODEL)}"))
    return held


async def _put(session: AsyncSession, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    if not rows:
        return
    key = [column.name for column in table.primary_key]
    statement = insert(table).values(sorted(rows, key=lambda row: str(row[key[0]])))
    changes = {column.name: statement.excluded[column.name] for column in table.columns if column.name not in key}
    await session.execute(statement.on_conflict_do_update(index_elements=key, set_=changes))


def _row(publication: Publication) -> dict[str, Any]:
    led = [given for given in publication.dispositions if given.lead]
    current = max(led, key=lambda given: given.disposed_at, default=None)
    names = set(_COLUMNS) - {"place", "region", "answer_by", "answered_at"}
    row = publication.model_dump(mode="json", include=names)
    row |= {"place": publication.place.text, "region": publication.place.region}
    row["answer_by"] = current.answer_by if current else None
    row["answered_at"] = current.answered_at if current else None
    return row
