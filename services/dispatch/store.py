"""Every query of dispatch on reports and what dispatch remembers; the directory's are in `register`, the inbox's in `inbox`."""

from collections.abc import Collection, Iterable
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any
from uuid import UUID

from sqlalchemy import RowMapping, Table, func, literal, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.cases import Case, Disposition, Entry, Flags, Schedule
from services.dispatch.settings import Settings
from services.dispatch.tables import calendar_year, category, clock_policy, disposition, entry, report, report_flags
from shared.contracts.vocabulary import (
    Attachment,
    AuthorRole,
    CategoryCode,
    Channel,
    ClockName,
    EntryKind,
    Kind,
    Place,
    Status,
    Zone,
)
from shared.working_days import default_calendar, of_days


async def lock(session: AsyncSession, report_id: UUID) -> None:
    """Hold the report until the transaction ends, also where nothing is known of it yet. Taken before anything of it is read to be changed."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(literal(str(report_id)), 0))))


async def flags(session: AsyncSession, report_id: UUID) -> Flags:
    """What was decided about the privacy of a report, known or not."""
    found = (await session.execute(select(report_flags).where(report_flags.c.report_id == report_id))).one_or_none()
    return Flags(found.anonymous, found.confidential, found.withdrawn) if found else Flags()


async def save_flags(session: AsyncSession, report_id: UUID, joined: Flags) -> None:
    """Remember flags. The caller holds the lock and has joined them with what stood there."""
    values = asdict(joined)
    await session.execute(
        insert(report_flags)
        .values(report_id=report_id, **values)
        .on_conflict_do_update(index_elements=["report_id"], set_=values)
    )


async def case(session: AsyncSession, report_id: UUID) -> Case | None:
    """A report with its dispositions and thread; None if dispatch does not know it."""
    found = (await session.execute(select(report).where(report.c.report_id == report_id))).mappings().one_or_none()
    return await _whole(session, found) if found else None


@dataclass(frozen=True, slots=True)
class Glance:
    """As much of a report as tells who may see more."""

    report_id: UUID
    published: bool


async def glance(session: AsyncSession, tracking_id: str) -> Glance | None:
    """The report of a number, in one query whether it exists, is confidential or is somebody else's; None for any text that names none."""
    known = tracking_id if tracking_id.isascii() and tracking_id.isdigit() else ""
    query = select(report.c.report_id, report.c.published).where(report.c.tracking_id == known)
    found = (await session.execute(query)).one_or_none()
    return Glance(found.report_id, found.published) if found else None


async def _whole(session: AsyncSession, row: RowMapping) -> Case:
    report_id = row["report_id"]
    dispositions = await session.execute(
        select(disposition)
        .where(disposition.c.report_id == report_id)
        .order_by(disposition.c.disposed_at, disposition.c.lead.desc(), disposition.c.agency, disposition.c.unit)
    )
    entries = await session.execute(
        select(entry).where(entry.c.report_id == report_id).order_by(entry.c.thread_version)
    )
    return Case(
        **{
            **row,
            "channel": Channel(row["channel"]),
            "kind": Kind(row["kind"]),
            "place": Place.model_validate(row["place"]),
            "zone": Zone(row["zone"]),
            "excluded": tuple(row["excluded"]),
            "attachments": tuple(Attachment.model_validate(part) for part in row["attachments"]),
            "status": Status(row["status"]),
        },
        flags=await flags(session, report_id),
        dispositions=tuple(_disposition(found) for found in dispositions.mappings()),
        entries=tuple(_entry(found) for found in entries.mappings()),
    )


def _disposition(row: RowMapping) -> Disposition:
    return Disposition(**{**_without_report(row), "path": tuple(row["path"])})


def _entry(row: RowMapping) -> Entry:
    return Entry(**{**_without_report(row), "author": AuthorRole(row["author"]), "kind": EntryKind(row["kind"])})


def _without_report(row: RowMapping) -> dict[str, Any]:
    return {name: value for name, value in row.items() if name != "report_id"}


async def save(session: AsyncSession, case: Case) -> None:
    """Save a case as it is now, its flags too. Entries never change once written."""
    values: dict[str, Any] = {column.name: getattr(case, column.name) for column in report.columns}
    values |= {
        "place": case.place.model_dump(mode="json"),
        "excluded": list(case.excluded),
        "attachments": [part.model_dump(mode="json") for part in case.attachments],
    }
    await _put(session, report, [values], ["report_id"])
    await save_flags(session, case.report_id, case.flags)
    await _put(session, disposition, [_row(case, d) | {"path": list(d.path)} for d in case.dispositions])
    if case.entries:
        rows = [_row(case, e) for e in case.entries]
        await session.execute(insert(entry).values(rows).on_conflict_do_nothing(index_elements=["entry_id"]))


def _row(case: Case, part: Disposition | Entry) -> dict[str, Any]:
    return {**asdict(part), "report_id": case.report_id}


async def _put(session: AsyncSession, table: Table, rows: Iterable[dict[str, Any]], key: Collection[str] = ()) -> None:
    names = list(key) or [column.name for column in table.primary_key]
    for row in rows:
        put = insert(table).values(row)
        changed = {name: put.excluded[name] for name in row if name not in names}
        await session.execute(put.on_conflict_do_update(index_elements=names, set_=changed))


async def has_entry(session: AsyncSession, report_id: UUID, command_id: UUID) -> bool:
    """Whether this command was carried out before."""
    query = select(entry.c.entry_id).where(entry.c.report_id == report_id, entry.c.command_id == command_id)
    return await session.scalar(query) is not None


async def schedule(session: AsyncSession, settings: Settings) -> Schedule:
    """The clocks as sla published them; what it has not said yet is taken from the settings and the decreed calendar."""
    years = (await session.execute(select(calendar_year))).all()
    heard = {row.year for row in years}
    days = {day for day in default_calendar().days_off if day.year not in heard}
    calendar = of_days(max((row.version for row in years), default=0), days.union(*(row.days_off for row in years)))
    said = {row.clock: row.working_days for row in await session.execute(select(clock_policy))}
    return Schedule(
        calendar,
        response_days=said.get(ClockName.RESPONSE.value, settings.response_days),
        closure_days=said.get(ClockName.CLOSURE.value, settings.closure_days),
    )


async def save_calendar_year(session: AsyncSession, year: int, version: int, days_off: Iterable[date]) -> None:
    """Replace the days off of a year."""
    await _put(session, calendar_year, [{"year": year, "version": version, "days_off": list(days_off)}])


async def save_policy(session: AsyncSession, clock: ClockName, working_days: int) -> None:
    """Replace how long a clock runs."""
    await _put(session, clock_policy, [{"clock": clock.value, "working_days": working_days}])


async def save_category(session: AsyncSession, code: CategoryCode, name: str, name_en: str) -> None:
    """Replace what a category is called."""
    await _put(session, category, [{"code": code, "name": name, "name_en": name_en}])


async def category_names(session: AsyncSession, code: CategoryCode) -> tuple[str, str]:
    """Indonesian and English name of a category; its code where nothing was heard of it."""
    found = (await session.execute(select(category).where(category.c.code == code))).one_or_none()
    return (found.name, found.name_en) if found else (code, code)
