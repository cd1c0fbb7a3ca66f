"""The public pages. Nothing here changes anything."""

import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from urllib.parse import urlencode

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from services.portal import charts, domain, store, words
from services.portal.domain import Line, Policies, Report
from services.portal.settings import Settings
from services.portal.store import Wanted
from shared import regions
from shared.contracts.vocabulary import Kind, Status
from shared.web import Db, Lang, Language, Now, render
from shared.web.fields import clean_line
from shared.working_days import WorkingCalendar

LOOKS_LIKE_AN_ID = re.compile(r"[\d\s.-]{6,20}")
REGION = re.compile(r"\d\d(\.\d\d)?")
PAGE_NUMBER = re.compile(r"[1-9][0-9]{0,5}")
LONGEST_QUERY = 200
"""Letters of a search that are looked at."""
RECENT, AROUND, TOP = 3, 3, 8
"""Rows of the home page's and the report page's short lists, and of rankings."""
RANKED = 50
"""Agencies in the performance table."""


def router(settings: Settings) -> APIRouter:
    """Everything under `/` that no other service owns."""
    routes = APIRouter(default_response_class=Response)

    @routes.get("/")
    async def home(request: Request, db: Db, now: Now, lang: Lang) -> Response:
        since = domain.since(now, settings.recent_days)
        closed = await store.recently_closed(db, limit=RECENT + 1)
        calendar = await store.calendar(db)
        policies = await store.policies(db, settings)
        names = await store.agency_names(db, (report.lead for report in closed))
        counted = await store.counts(db, since=since)
        categories = await store.category_names(db, lang.code)
        return render(
            request,
            "home.html",
            now=now,
            recent_days=settings.recent_days,
            policies=policies,
            figures=await store.figures(db, now=now, since=since),
            topics=_ranked(counted.of("category"), categories)[:TOP],
            provinces=_ranked(counted.of("province"), {code: _region(code) for code in counted.of("province")})[:TOP],
            example=_example(closed, names, policies, lang),
            closed=[_row(report, lang, calendar, names[report.lead], now) for report in closed[1:] or closed],
            solved={report.tracking_id: domain.solved_by(report) for report in closed},
            polls=await store.open_polls(db, now=now, limit=1),
        )

    @routes.get("/laporan")
    async def reports(
        request: Request,
        db: Db,
        now: Now,
        lang: Lang,
        q: str = "",
        wilayah: str = "",
        instansi: str = "",
        jenis: str = "",
        kategori: str = "",
        tahap: str = "",
        sejak: str = "",
        halaman: str = "1",
    ) -> Response:
        asked = {
            "q": q,
            "wilayah": wilayah,
            "instansi": instansi,
            "jenis": jenis,
            "kategori": kategori,
            "tahap": tahap,
            "sejak": sejak,
        }
        given = {name: _clean(value) for name, value in asked.items()}
        if LOOKS_LIKE_AN_ID.fullmatch(given["q"]) and (digits := re.sub(r"\D", "", given["q"])):
            return RedirectResponse(f"/laporan/{digits}", 303)
        wanted = _wanted(given)
        last_page = max(1, settings.most_found // settings.page_length)
        page = _page_number(halaman, last_page)
        found = await store.find(db, wanted, page=page, settings=settings)
        names = await store.agency_names(
            db, [line.lead for line in found.lines] + ([wanted.agency] if wanted.agency else [])
        )
        categories = await store.category_names(db, lang.code)
        calendar = await store.calendar(db)
        in_force = {name: value for name, value in given.items() if value}
        return render(
            request,
            "reports.html",
            given=given,
            found=found,
            rows=[_row(line, lang, calendar, names[line.lead], now) for line in found.lines],
            page=page,
            last=-(-found.count // settings.page_length),
            address=f"/laporan?{urlencode(in_force)}&" if in_force else "/laporan?",
            chips=_chips(in_force, wanted, names, categories, lang),
            regions=_region_options(wanted.region),
            agencies=await store.leading_agencies(db),
            categories=categories,
        )

    @routes.get("/laporan/{tracking_id}")
    async def report(request: Request, db: Db, now: Now, lang: Lang, tracking_id: str) -> Response:
        digits = re.sub(r"[\s.-]", "", tracking_id)
        if digits != tracking_id and digits.isascii() and digits.isdigit():
            return RedirectResponse(f"/laporan/{digits}", 303)
        found = await store.by_tracking_id(db, tracking_id)
        if found is None:
            # One answer for every number that is not public, whatever the reason (rules.md §7)
            return render(request, "not_found.html", status_code=404, typed=_clean(tracking_id)[:20])
        calendar, policies = await store.calendar(db), await store.policies(db, settings)
        categories = await store.category_names(db, lang.code)
        around = await store.nearby(db, found, limit=AROUND)
        codes = {found.lead, *(line.lead for line in around)}
        codes |= {code for d in found.dispositions for code in (d.agency, d.unit) if code}
        codes |= {code for e in found.entries for code in (e.agency, e.unit) if code}
        names = await store.agency_names(db, codes)
        clocks = domain.clocks(found, calendar, policies, now=now)
        return render(
            request,
            "report.html",
            report=found,
            names=names,
            category=categories.get(found.category, ""),
            kind=words.KINDS[found.kind],
            region=regions.path_of(found.region) if found.region else None,
            trail=_trail(found),
            facts=words.stage_facts(found, lang, names[found.lead], policies),
            thread=domain.thread(found),
            entry_words=words.ENTRIES,
            channel=words.CHANNELS[found.channel],
            clocks=[words.said(clock, lang, found.zone, names.get(clock.agency or "", "")) for clock in clocks],
            around=[_row(line, lang, calendar, names[line.lead], now) for line in around],
            policies=policies,
        )

    @routes.get("/statistik")
    async def statistics(request: Request, db: Db, now: Now, lang: Lang) -> Response:
        counted = await store.counts(db)
        categories = await store.category_names(db, lang.code)
        ranking = await store.performance(db, now=now, limit=RANKED)
        months = await store.months(db, now=now, number=settings.months)
        return render(
            request,
            "statistics.html",
            now=now,
            figures=await store.figures(db, now=now),
            months=months,
            chart=charts.months(months, lang),
            kinds=_ranked(counted.of("kind"), {k: lang.gettext(v) for k, v in words.KINDS.items()}),
            channels=_ranked(counted.of("channel"), {k: lang.gettext(v) for k, v in words.CHANNELS.items()}),
            topics=_ranked(counted.of("category"), categories),
            provinces=_ranked(counted.of("province"), {code: _region(code) for code in counted.of("province")}),
            ranking=ranking,
            names=await store.agency_names(db, (row.agency for row in ranking)),
        )

    @routes.get("/instansi")
    async def institutions(request: Request, db: Db) -> Response:
        listed = await store.institutions(db)
        groups = [(title, [i for i in listed if i.kind is kind]) for kind, title in words.INSTITUTIONS.items()]
        return render(request, "institutions.html", groups=[group for group in groups if group[1]])

    for path, template in (
        ("/cara-melapor", "how_to.html"),
        ("/di-luar-lapor", "out_of_scope.html"),
        ("/anonim-dan-rahasia", "privacy.html"),
    ):
        routes.add_api_route(path, _page(template, settings), methods=["GET"])
    return routes


@dataclass(frozen=True, slots=True)
class Row:
    """A report as a list shows it."""

    line: Line
    region: str
    agency: str
    stage: str
    standing: str
    colour: str


@dataclass(frozen=True, slots=True)
class Example:
    """A solved report with its five stops, for the home page."""

    report: Report
    region: str
    facts: list[str]


@dataclass(frozen=True, slots=True)
class Chip:
    """A filter in force and the address without it."""

    text: str
    without: str


def _page(template: str, settings: Settings) -> Callable[..., Awaitable[Response]]:
    async def page(request: Request, db: Db) -> Response:
        return render(request, template, policies=await store.policies(db, settings))

    return page


def _row(line: Line, lang: Language, calendar: WorkingCalendar, agency: str, now: datetime) -> Row:
    standing, colour = words.standing(line, lang, calendar, now=now)
    return Row(line, _region(line.region), agency, words.stage_word(line, lang), standing, colour)


def _example(closed: Sequence[Report], names: Mapping[str, str], policies: Policies, lang: Language) -> Example | None:
    if not closed:
        return None
    report = closed[0]
    return Example(report, _region(report.region), words.stage_facts(report, lang, names[report.lead], policies))


def _region(code: str | None) -> str:
    """The regency or city of a region, or its province."""
    return (regions.name_of(code[:5]) or regions.name_of(code[:2]) or "") if code else ""


def _trail(report: Report) -> list[tuple[str, str]]:
    """(name, address) of the province and the regency."""
    codes = [report.region[:2], report.region[:5]] if report.region else []
    found = {code: regions.name_of(code) for code in codes}
    return [(name, f"/laporan?wilayah={code}") for code, name in found.items() if name]


def _ranked(counted: Mapping[str, int], names: Mapping[str, str]) -> list[tuple[str, int]]:
    return [(names.get(code, code), number) for code, number in counted.items()]


def _region_options(chosen: str | None) -> list[tuple[str, str]]:
    """(code, name) of all provinces; below the chosen one also its regencies and cities."""
    options = []
    for province in regions.provinces():
        options.append((province.code, province.name))
        if chosen and chosen[:2] == province.code:
            options += [(regency.code, f"– {regency.name}") for regency in regions.below(province.code)]
    return options


def _chips(
    in_force: Mapping[str, str],
    wanted: Wanted,
    agencies: Mapping[str, str],
    categories: Mapping[str, str],
    lang: Language,
) -> list[Chip]:
    shown = {
        "wilayah": wanted.region and regions.name_of(wanted.region),
        "instansi": wanted.agency and agencies[wanted.agency],
        "jenis": wanted.kind and lang.gettext(words.KINDS[wanted.kind]),
        "kategori": wanted.category and categories.get(wanted.category, wanted.category),
        "tahap": wanted.status and lang.gettext(words.STATUSES[wanted.status]),
        "sejak": wanted.since and lang.gettext("Sejak %(day)s", day=lang.short_day(wanted.since, year=True)),
    }
    chips = []
    for name, said in shown.items():
        if said:
            rest = {key: value for key, value in in_force.items() if key != name}
            chips.append(Chip(said, f"/laporan?{urlencode(rest)}" if rest else "/laporan"))
    return chips


def _wanted(given: Mapping[str, str]) -> Wanted:
    """The filters that make sense; others are left out."""
    region = given["wilayah"] if REGION.fullmatch(given["wilayah"]) else None
    statuses = {status.value for status in words.STATUSES}
    try:
        since = date.fromisoformat(given["sejak"]) if given["sejak"] else None
    except ValueError:
        since = None
    return Wanted(
        words=given["q"] or None,
        region=region if region and regions.name_of(region) else None,
        agency=given["instansi"] or None,
        kind=Kind(given["jenis"]) if given["jenis"] in {kind.value for kind in Kind} else None,
        category=given["kategori"] or None,
        status=Status(given["tahap"]) if given["tahap"] in statuses else None,
        since=since,
    )


def _page_number(text: str, last: int) -> int:
    return min(int(text), last) if PAGE_NUMBER.fullmatch(text) else 1


def _clean(text: str) -> str:
    """What was typed into the address, without letters that cannot be read."""
    try:
        cleaned: str = clean_line(text[:LONGEST_QUERY])
    except ValueError:
        return ""
    return cleaned
