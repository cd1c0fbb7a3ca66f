"""What the desk's pages show: words for codes, times as urgency, the contents of the two pages."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import StrEnum
from urllib.parse import urlencode

from sqlalchemy.ext.asyncio import AsyncSession

from services.verification import actions, domain, reference, store
from services.verification.cases import OPEN, Agency, Case, Category, Entry, Question
from services.verification.settings import Settings
from services.verification.store import Counts, Filters, Position, ReportClock
from shared import regions
from shared.contracts.vocabulary import Channel, ClockName, Kind, RejectionReason, Status
from shared.web import N_
from shared.working_days import WorkingCalendar
from shared.zones import JAKARTA

KINDS = {
    Kind.COMPLAINT: N_("Pengaduan"),
    Kind.ASPIRATION: N_("Aspirasi"),
    Kind.INFORMATION_REQUEST: N_("Permintaan informasi"),
}
CHANNELS = {
    Channel.WEB: N_("Situs"),
    Channel.SMS: N_("SMS"),
    Channel.APP: N_("Aplikasi"),
    Channel.PARTNER: N_("Mitra"),
    Channel.DESK: N_("Petugas"),
}
STATUSES = {
    Status.RECEIVED: N_("Menunggu verifikasi"),
    Status.NEEDS_COMPLETION: N_("Menunggu pelapor"),
    Status.PENDING: N_("Tertunda"),
    Status.VERIFIED: N_("Sudah diverifikasi"),
    Status.DISPOSED: N_("Didisposisikan"),
    Status.REJECTED: N_("Ditolak"),
    Status.WITHDRAWN: N_("Ditarik pelapor"),
}
QUESTIONS = {
    Question.WHO: N_("siapa"),
    Question.WHAT: N_("apa"),
    Question.WHERE: N_("di mana"),
    Question.WHEN: N_("kapan"),
    Question.WHY: N_("mengapa"),
    Question.HOW: N_("bagaimana"),
}
CLOCKS = {
    ClockName.VERIFICATION: N_("Verifikasi dan disposisi"),
    ClockName.COMPLETION: N_("Pelapor melengkapi"),
    ClockName.RESPONSE: N_("Jawaban instansi"),
    ClockName.CLOSURE: N_("Penutupan"),
    ClockName.CLOSURE_WARNING: N_("Peringatan penutupan"),
}
REASONS = {
    RejectionReason.ELECTION_BODY: (
        N_("Penyelenggara pemilu (KPU, Bawaslu)"),
        N_("Jalurnya: Bawaslu atau DKPP."),
    ),
    RejectionReason.CRIMINAL_CASE: (
        N_("Perkara pidana"),
        N_("Jalurnya: kantor polisi terdekat. Keluhan atas layanan polisi dan jaksa tetap kami terima."),
    ),
    RejectionReason.PRIVATE_COMPANY: (
        N_("Perusahaan swasta"),
        N_("Jalurnya: perusahaan itu, lalu badan penyelesaian sengketa konsumen."),
    ),
    RejectionReason.IN_JUDICIAL_PROCESS: (
        N_("Sedang diperiksa pengadilan"),
        N_("Jalurnya: pengadilan yang memeriksa; perilaku hakim ke Komisi Yudisial."),
    ),
    RejectionReason.ONLY_SOCIAL_MEDIA: (
        N_("Hanya berdasar media sosial"),
        N_("Jalurnya: lapor lagi dengan kejadian yang dialami atau dilihat sendiri."),
    ),
    RejectionReason.NOT_GOVERNMENT_PERFORMANCE: (
        N_("Tidak menyangkut kinerja pemerintah"),
        N_("Jalurnya: pihak yang bersangkutan."),
    ),
}


class View(StrEnum):
    """The lists of the desk; the values stand in addresses."""

    QUEUE = "antrean"
    COMPLETION = "pelapor"
    PENDING = "tertunda"
    DONE = "selesai"


VIEWS: Mapping[View, tuple[str, frozenset[Status]]] = {
    View.QUEUE: (N_("Antrean"), frozenset({Status.RECEIVED})),
    View.COMPLETION: (N_("Menunggu pelapor"), frozenset({Status.NEEDS_COMPLETION})),
    View.PENDING: (N_("Tertunda"), frozenset({Status.PENDING})),
    View.DONE: (N_("Selesai diputuskan"), frozenset(STATUSES) - OPEN),
}


class Urgency(StrEnum):
    """How near a promise is."""

    LATE = "late"
    TODAY = "today"
    TOMORROW = "tomorrow"
    LATER = "later"


@dataclass(frozen=True)
class Due:
    """When something is due, in words' terms; `days` counts working days late."""

    at: datetime
    urgency: Urgency
    days: int = 0


@dataclass(frozen=True)
class Line:
    """A case in a list."""

    case: Case
    due: Due
    region: str | None
    wish: Category | None
    agency: Agency | None
    """The one it is held for."""


@dataclass(frozen=True)
class QueuePage:
    """What the list page shows."""

    lines: Sequence[Line]
    number: int
    """Of all cases the filters leave; None of them for what is decided, which may be a million."""
    counts: Counts
    next: Position | None


@dataclass(frozen=True)
class CasePage:
    """What the case page shows."""

    case: Case
    due: Due
    history: Sequence[Entry]
    clocks: Sequence[tuple[ReportClock, Due | None]]
    agencies: Sequence[Agency]
    categories: Sequence[Category]
    category: Category | None
    """Whose completeness rules are shown: the one asked for, else the reporter's wish."""
    unanswered: Sequence[Question]
    wished_agency: Agency | None
    """The agency itself where the reporter named a unit of it."""
    default_agency: Agency | None
    held_for: Agency | None
    region: str | None
    answer_by: datetime
    complete_by: datetime


def due(moment: datetime, *, now: datetime, calendar: WorkingCalendar) -> Due:
    """How near a moment is, by days in Jakarta."""
    day, today = moment.astimezone(JAKARTA).date(), now.astimezone(JAKARTA).date()
    if moment < now:
        return Due(moment, Urgency.LATE, calendar.between(moment, now))
    if day == today:
        return Due(moment, Urgency.TODAY)
    return Due(moment, Urgency.TOMORROW if day == today + timedelta(days=1) else Urgency.LATER)


def end_of_day(now: datetime) -> datetime:
    """The last moment of today in Jakarta."""
    return datetime.combine(now.astimezone(JAKARTA).date(), time.max, JAKARTA)


def place_name(region: str | None) -> str | None:
    """`Kota Metro, Lampung`; the code itself where it is unknown."""
    return (regions.path_of(region) or region) if region else None


async def queue_page(
    session: AsyncSession, filters: Filters, after: Position | None, *, size: int, now: datetime
) -> QueuePage:
    """One page of a list."""
    cases = await store.queue(session, filters, after, size + 1)
    shown = cases[:size]
    calendar = await reference.calendar(session)
    categories = {category.code: category for category in await reference.categories(session)}
    held = await reference.agencies_named(session, {case.held_for for case in shown if case.held_for})
    lines = [
        Line(
            case,
            due(case.due_at, now=now, calendar=calendar),
            place_name(case.place.region),
            categories.get(case.category_wish or ""),
            held.get(case.held_for or ""),
        )
        for case in shown
    ]
    return QueuePage(
        lines=lines,
        number=await store.count(session, filters) if filters.statuses <= OPEN else len(lines),
        counts=await store.counts(session, OPEN, now=now, today_ends=end_of_day(now)),
        next=Position(shown[-1].due_at, shown[-1].report_id) if len(cases) > size else None,
    )


async def case_page(
    session: AsyncSession, case: Case, settings: Settings, *, category: str | None, now: datetime
) -> CasePage:
    """Everything an administrator needs to decide a case."""
    calendar = await reference.calendar(session)
    categories = await reference.categories(session)
    by_code = {entry.code: entry for entry in categories}
    chosen = by_code.get(category or case.category_wish or "")
    wanted = {code for code in (case.agency_wish, case.held_for, chosen and chosen.default_agency) if code}
    named = await reference.agencies_named(session, wanted)
    wished = named.get(case.agency_wish or "")
    if wished is not None and wished.parent is not None:
        wished = await reference.agency_above(session, wished.code)
    return CasePage(
        case=case,
        due=due(case.due_at, now=now, calendar=calendar),
        history=await store.history(session, case.report_id),
        clocks=[
            (clock, due(clock.due_at, now=now, calendar=calendar) if clock.due_at else None)
            for clock in await store.clocks(session, case.report_id)
        ],
        agencies=await reference.agencies(session),
        categories=categories,
        category=chosen,
        unanswered=domain.missing_questions(case, chosen) if chosen else (),
        wished_agency=wished,
        default_agency=named.get((chosen and chosen.default_agency) or ""),
        held_for=named.get(case.held_for or ""),
        region=place_name(case.place.region),
        answer_by=await actions.promise(session, ClockName.RESPONSE, settings.response_days, now=now),
        complete_by=await actions.promise(session, ClockName.COMPLETION, settings.completion_days, now=now),
    )


def address(**query: str | None) -> str:
    """This desk's address with a query, ending so that more can be added."""
    given = {name: value for name, value in query.items() if value}
    return f"/meja/verifikasi?{urlencode(given)}&" if given else "/meja/verifikasi?"
