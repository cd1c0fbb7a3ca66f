"""Every question that the pages ask. Reads only."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from pydantic import TypeAdapter
from sqlalchemy import ColumnElement, Row, ScalarSelect, Select, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from services.portal.domain import Line, Poll, Report
from services.portal.settings import Settings
from services.portal.tables import agency, calendar_year, category, clock_policy, poll, report
from shared.contracts.agencies import AgencyKind
from shared.contracts.publications import PublicDisposition, PublicEntry
from shared.contracts.vocabulary import Channel, ClockName, Kind, Status, Zone
from shared.working_days import WorkingCalendar, default_calendar, of_days
from shared.zones import JAKARTA

_LINE = tuple(report.c[f.name] for f in fields(Line))
_REPORT = tuple(report.c[f.name] for f in fields(Report))
_DISPOSITIONS = TypeAdapter(tuple[PublicDisposition, ...])
_ENTRIES = TypeAdapter(tuple[PublicEntry, ...])


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a list is narrowed to; nothing of it means everything."""

    words: str | None = None
    region: str | None = None
    agency: str | None = None
    kind: Kind | None = None
    category: str | None = None
    status: Status | None = None
    since: date | None = None


@dataclass(frozen=True, slots=True)
class Found:
    """One page of a list."""

    lines: tuple[Line, ...]
    count: int
    capped: bool
    """Whether there are more than were counted."""


@dataclass(frozen=True, slots=True)
class Institution:
    """An agency in the directory, with its published reports."""

    code: str
    name: str
    kind: AgencyKind
    connected: bool
    reports: int


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of published reports."""

    published: int
    answered: int
    on_time: int
    """Of the answered ones."""
    closed: int
    overdue: int
    """Now."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Published reports by one property each; keys are codes."""

    by: Mapping[str, Mapping[str, int]] = field(default_factory=dict)

    def of(self, name: str) -> Mapping[str, int]:
        """Counts by `kind`, `channel`, `category` or `province`, the highest first."""
        return self.by.get(name, {})


@dataclass(frozen=True, slots=True)
class Month:
    """A month of the chart."""

    first: date
    received: int
    answered_on_time: int


@dataclass(frozen=True, slots=True)
class Performance:
    """An agency's published reports."""

    agency: str
    reports: int
    due: int
    """Whose answer is given or late."""
    on_time: int
    closed: int
    overdue: int


async def by_tracking_id(session: AsyncSession, tracking_id: str) -> Report | None:
    """The report of that number, if it is public."""
    row = (await session.execute(select(*_REPORT).where(report.c.tracking_id == tracking_id))).first()
    return _report(row) if row else None


async def find(session: AsyncSession, wanted: Wanted, *, page: int, settings: Settings) -> Found:
    """A page of reports, the newest first; `page` counts from 1."""
    conditions = _conditions(wanted)
    capped = select(report.c.report_id).where(*conditions).limit(settings.most_found + 1).subquery()
    count: int = (await session.execute(select(func.count()).select_from(capped))).scalar_one()
    query = (
        _newest(select(*_LINE).where(*conditions)).limit(settings.page_length).offset(settings.page_length * (page - 1))
    )
    lines = tuple(_line(row) for row in await session.execute(query))
    return Found(lines, min(count, settings.most_found), count > settings.most_found)


async def recently_closed(session: AsyncSession, *, limit: int) -> tuple[Report, ...]:
    """Whole reports, the last closed first."""
    query = select(*_REPORT).where(report.c.closed_at.is_not(None)).order_by(report.c.closed_at.desc()).limit(limit)
    return tuple(_report(row) for row in await session.execute(query))


async def nearby(session: AsyncSession, to: Report, *, limit: int) -> tuple[Line, ...]:
    """The newest other reports of the same regency or city."""
    if to.region is None:
        return ()
    regency = to.region[:5]
    query = _newest(select(*_LINE).where(_in_region(regency), report.c.report_id != to.report_id)).limit(limit)
    return tuple(_line(row) for row in await session.execute(query))


async def figures(session: AsyncSession, *, now: datetime, since: datetime | None = None) -> Figures:
    """Counts of everything published, or of what happened since a moment (what is overdue is overdue now)."""

    def happened(moment: ColumnElement[Any], *also: ColumnElement[bool]) -> ScalarSelect[int]:
        within = moment.is_not(None) if since is None else moment >= since
        return select(func.count()).select_from(report).where(within, *also).scalar_subquery()

    # a question each, so that each is answered by its own index
    row = (
        await session.execute(
            select(
                happened(report.c.disposed_at),
                happened(report.c.answered_at),
                happened(report.c.answered_at, report.c.answered_at <= report.c.answer_by),
                happened(report.c.closed_at),
                select(func.count()).select_from(report).where(*_overdue(now)).scalar_subquery(),
            )
        )
    ).one()
    return Figures(*row)


async def counts(session: AsyncSession, *, since: datetime | None = None) -> Counts:
    """One pass over the reports for all properties."""
    province = func.substr(report.c.region, 1, 2)
    properties = {
        "kind": report.c.kind,
        "channel": report.c.channel,
        "category": report.c.category,
        "province": province,
    }
    query = select(*properties.values(), func.grouping(*properties.values()), func.count().label("n")).group_by(
        func.grouping_sets(*properties.values())
    )
    if since is not None:
        query = query.where(report.c.disposed_at >= since)
    # grouping() tells by bits which property a row counts: 0 at its place
    places = {0b0111: 0, 0b1011: 1, 0b1101: 2, 0b1110: 3}
    by: dict[str, dict[str, int]] = {name: {} for name in properties}
    names = list(properties)
    for row in (await session.execute(query.order_by(text("n desc")))).all():
        place = places[row[4]]
        if row[place] is not None:
            by[names[place]][row[place]] = row[5]
    return Counts(by)


async def months(session: AsyncSession, *, now: datetime, number: int) -> tuple[Month, ...]:
    """The last months by Jakarta's calendar, this one among them, the oldest first; empty ones are there too."""
    months = [this := now.astimezone(JAKARTA).date().replace(day=1)]
    while len(months) < number:
        months.insert(0, this := (this - timedelta(days=1)).replace(day=1))
    first = datetime.combine(months[0], time.min, JAKARTA)
    month = func.date_trunc(text("'month'"), func.timezone(text("'Asia/Jakarta'"), report.c.received_at))
    on_time = func.count().filter(report.c.answered_at <= report.c.answer_by)
    query = select(month, func.count(), on_time).where(report.c.received_at >= first).group_by(text("1"))
    found = {row[0].date(): (row[1], row[2]) for row in await session.execute(query)}
    return tuple(Month(day, *found.get(day, (0, 0))) for day in months)


async def performance(session: AsyncSession, *, now: datetime, limit: int) -> tuple[Performance, ...]:
    """The agencies with the most published reports."""
    overdue = func.count().filter(*_overdue(now))
    answered = func.count(report.c.answered_at)
    query = (
        select(
            report.c.lead,
            func.count().label("reports"),
            answered + overdue,
            func.count().filter(report.c.answered_at <= report.c.answer_by),
            func.count(report.c.closed_at),
            overdue,
        )
        .group_by(report.c.lead)
        .order_by(text("reports desc"), report.c.lead)
        .limit(limit)
    )
    return tuple(Performance(*row) for row in await session.execute(query))


async def agency_names(session: AsyncSession, codes: Iterable[str]) -> dict[str, str]:
    """Names by code; a code that is not in the directory stands for itself."""
    wanted = set(codes)
    rows = await session.execute(select(agency.c.code, agency.c.name).where(agency.c.code.in_(wanted)))
    known: dict[str, str] = {row.code: row.name for row in rows}
    return {code: known.get(code, code) for code in wanted}


async def institutions(session: AsyncSession) -> tuple[Institution, ...]:
    """The directory without the units below: by kind, then by name."""
    reports = select(report.c.lead, func.count().label("n")).group_by(report.c.lead).subquery()
    query = (
        select(agency, func.coalesce(reports.c.n, 0).label("reports"))
        .outerjoin(reports, reports.c.lead == agency.c.code)
        .where(agency.c.parent.is_(None))
        .order_by(agency.c.name)
    )
    return tuple(
        Institution(row.code, row.name, AgencyKind(row.kind), row.connected_since is not None, row.reports)
        for row in await session.execute(query)
    )


async def leading_agencies(session: AsyncSession) -> Sequence[tuple[str, str]]:
    """(code, name) of the agencies that have published reports, by name."""
    leads = select(report.c.report_id).where(report.c.lead == agency.c.code).exists()
    query = select(agency.c.code, agency.c.name).where(leads).order_by(agency.c.name)
    return [(row.code, row.name) for row in await session.execute(query)]


async def category_names(session: AsyncSession, language: str) -> dict[str, str]:
    """All categories by code, named in a language, in the order of their names."""
    name = category.c.name_en if language == "en" else category.c.name
    return {
        row.code: row.name for row in await session.execute(select(category.c.code, name.label("name")).order_by(name))
    }


async def open_polls(session: AsyncSession, *, now: datetime, limit: int) -> tuple[Poll, ...]:
    """Polls that take votes now, the first to close first."""
    query = (
        select(poll.c.poll_id, poll.c.question, poll.c.closes_at)
        .where(~poll.c.closed, poll.c.opens_at <= now, poll.c.closes_at > now)
        .order_by(poll.c.closes_at)
        .limit(limit)
    )
    return tuple(Poll(*row) for row in await session.execute(query))


async def calendar(session: AsyncSession) -> WorkingCalendar:
    """The working calendar as far as it was heard of; the decreed one otherwise."""
    years = (await session.execute(select(calendar_year))).all()
    if not years:
        return default_calendar()
    heard = {year.year for year in years}
    kept = {day for day in default_calendar().days_off if day.year not in heard}
    return of_days(max(year.version for year in years), kept.union(*(year.days_off for year in years)))


async def policies(session: AsyncSession, settings: Settings) -> dict[ClockName, int]:
    """Working days of the clocks, as heard of or as set."""
    known = {
        ClockName.VERIFICATION: settings.verification_days,
        ClockName.RESPONSE: settings.response_days,
        ClockName.CLOSURE: settings.closure_days,
    }
    return known | {ClockName(row.clock): row.working_days for row in await session.execute(select(clock_policy))}


def _conditions(wanted: Wanted) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if wanted.words:
        found.append(report.c.words.bool_op("@@")(func.websearch_to_tsquery(text("'indonesian'"), wanted.words)))
    if wanted.region:
        found.append(_in_region(wanted.region))
    equal = {
        "lead": wanted.agency,
        "kind": wanted.kind,
        "category": wanted.category,
        "status": wanted.status,
    }
    found += [report.c[name] == value for name, value in equal.items() if value]
    if wanted.since:
        found.append(func.timezone("Asia/Jakarta", report.c.received_at) >= wanted.since)
    return found


def _in_region(code: str) -> ColumnElement[bool]:
    return (report.c.region == code) | report.c.region.startswith(f"{code}.", autoescape=True)


def _overdue(now: datetime) -> tuple[ColumnElement[bool], ...]:
    return report.c.answered_at.is_(None), report.c.answer_by < now, report.c.closed_at.is_(None)


def _newest(query: Select[Any]) -> Select[Any]:
    return query.order_by(report.c.disposed_at.desc(), report.c.report_id)


def _line(row: Row[Any]) -> Line:
    return Line(**_typed(dict(row._mapping)))  # noqa: SLF001 - SQLAlchemy's documented name of it


def _report(row: Row[Any]) -> Report:
    values = _typed(dict(row._mapping))  # noqa: SLF001 - as above
    values["channel"] = Channel(values["channel"])
    values["dispositions"] = _DISPOSITIONS.validate_python(values["dispositions"])
    values["entries"] = _ENTRIES.validate_python(values["entries"])
    return Report(**values)


def _typed(values: dict[str, Any]) -> dict[str, Any]:
    return values | {"kind": Kind(values["kind"]), "status": Status(values["status"]), "zone": Zone(values["zone"])}
