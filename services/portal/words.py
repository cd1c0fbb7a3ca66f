"""Indonesian words for what the contracts name; all are msgids.

What happened is told in the zone of the place. A limit is the end of a day in Jakarta, for the whole country (rules.md §Words): further east that
moment is already tomorrow, so limits are told as Jakarta's day everywhere.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from services.portal.domain import Clock, Line, Policies, Promise, Report, initial_answer, is_overdue
from shared.contracts.agencies import AgencyKind
from shared.contracts.vocabulary import Channel, ClockName, EntryKind, Kind, Status, Zone
from shared.web import N_, NP_, Language
from shared.working_days import WorkingCalendar

KINDS: Mapping[Kind, str] = {
    Kind.COMPLAINT: N_("Pengaduan"),
    Kind.ASPIRATION: N_("Aspirasi"),
    Kind.INFORMATION_REQUEST: N_("Permintaan informasi"),
}
CHANNELS: Mapping[Channel, str] = {
    Channel.WEB: N_("lewat situs"),
    Channel.SMS: N_("lewat SMS"),
    Channel.APP: N_("lewat aplikasi"),
    Channel.PARTNER: N_("lewat mitra"),
    Channel.DESK: N_("lewat petugas"),
}
STATUSES: Mapping[Status, str] = {
    Status.DISPOSED: N_("Disposisi"),
    Status.IN_FOLLOW_UP: N_("Tindak Lanjut"),
    Status.CLOSED: N_("Selesai"),
}
"""The ones that a published report can be filtered by."""
ENTRIES: Mapping[EntryKind, str] = {
    EntryKind.INITIAL: N_("Tanggapan awal"),
    EntryKind.QUESTION: N_("Pertanyaan"),
    EntryKind.PROGRESS: N_("Perkembangan"),
    EntryKind.RESOLUTION: N_("Tindak lanjut"),
    EntryKind.THANKS: N_("Terima kasih"),
}
INSTITUTIONS: Mapping[AgencyKind, str] = {
    AgencyKind.MINISTRY: N_("Kementerian"),
    AgencyKind.INSTITUTION: N_("Lembaga"),
    AgencyKind.LOCAL_GOVERNMENT: N_("Pemerintah daerah"),
    AgencyKind.STATE_ENTERPRISE: N_("Badan usaha milik negara"),
}
IN_DAYS = NP_("dalam %(days)s hari kerja")
LATE_BY = NP_("jawaban terlambat %(days)s hari kerja")


def stage_word(line: Line, lang: Language) -> str:
    """The name of the stop that a report is at."""
    return (
        lang.pgettext("tahap", "Selesai")
        if line.closed
        else lang.gettext(STATUSES.get(line.status, STATUSES[Status.DISPOSED]))
    )


def standing(line: Line, lang: Language, calendar: WorkingCalendar, *, now: datetime) -> tuple[str, str]:
    """What a list row says after the stage, and its colour: `ok`, `soon`, `late` or none."""
    if line.closed_at is not None:
        days = calendar.between(line.received_at, line.closed_at)
        return lang.ngettext(IN_DAYS, IN_DAYS, days, days=lang.number(days)), "ok"
    if is_overdue(line, now=now) and line.answer_by is not None:
        days = calendar.between(line.answer_by, now)
        return lang.ngettext(LATE_BY, LATE_BY, days, days=lang.number(days)), "late"
    if line.first_follow_up_at is not None and line.closes_at is not None:
        day = lang.day(line.closes_at)
        return lang.gettext("ditutup %(day)s bila tidak ada tanggapan", day=day), ""
    if line.answered_at is not None:
        return lang.gettext("sudah ditanggapi %(day)s", day=lang.day(line.answered_at, line.zone)), "ok"
    if line.answer_by is not None:
        return lang.gettext("menunggu jawaban sampai %(day)s", day=lang.day(line.answer_by)), ""
    return "", ""


def stage_facts(report: Report, lang: Language, lead: str, policies: Policies) -> list[str]:
    """What happened, or will happen, at each of the five stops."""

    def day(moment: datetime) -> str:
        return lang.short_day(moment, report.zone)

    first_answer = initial_answer(report)
    if report.first_follow_up_at is not None:
        answer = lang.gettext("%(day)s, oleh instansi", day=day(report.first_follow_up_at))
    elif first_answer is not None:
        answer = lang.gettext("Tanggapan awal %(day)s", day=day(first_answer))
    elif report.answer_by is not None:
        answer = lang.gettext("Dijawab paling lambat %(day)s", day=lang.short_day(report.answer_by))
    else:
        answer = ""
    if report.closed_at is not None:
        closing = day(report.closed_at)
    elif report.closes_at is not None:
        closing = lang.gettext("%(day)s bila tidak ada tanggapan", day=lang.short_day(report.closes_at))
    else:
        days = lang.number(policies[ClockName.CLOSURE])
        closing = lang.gettext("Setelah %(days)s hari kerja tanpa tanggapan", days=days)
    return [
        f"{day(report.received_at)}, {lang.gettext(CHANNELS[report.channel])}",
        lang.gettext("%(day)s, jelas dan lengkap", day=day(report.verified_at)),
        f"{day(report.disposed_at)}, {lead}",
        answer,
        closing,
    ]


@dataclass(frozen=True, slots=True)
class Said:
    """A promise in words, for the clock macro."""

    state: str
    picture: str
    head: str
    body: str
    judgement: str


def said(clock: Clock, lang: Language, zone: Zone, agency: str) -> Said:
    """A promise in words."""
    values = {
        "days": lang.number(clock.days),
        "limit": lang.number(clock.limit),
        "due": lang.day(clock.due),
        "done": lang.day(clock.done_at, zone) if clock.done_at else "",
        "agency": agency,
    }
    head, body = _CLOCKS[clock.name, clock.promise]
    state, picture, judgement = _JUDGEMENTS[clock.promise]
    if clock.days == 0 and clock.promise is Promise.KEPT:
        head = _SAME_DAY[clock.name]
    return Said(
        state,
        picture,
        lang.ngettext(head, head, clock.days, **values),
        lang.gettext(body, **values),
        lang.ngettext(judgement, judgement, clock.days, **values) if judgement else "",
    )


_SAME_DAY = {
    ClockName.VERIFICATION: N_("Diteruskan pada hari yang sama"),
    ClockName.RESPONSE: N_("Dijawab pada hari yang sama"),
}
_LIMIT = N_("Batasnya %(limit)s hari kerja, %(due)s.")
_ANSWER_LIMIT = N_("%(agency)s, batasnya %(due)s.")
_CLOSING = N_("%(limit)s hari kerja sejak tindak lanjut terakhir.")
_CLOCKS = {
    (ClockName.VERIFICATION, Promise.KEPT): (NP_("Diteruskan dalam %(days)s hari kerja"), _LIMIT),
    (ClockName.VERIFICATION, Promise.OPEN): (
        NP_("Diteruskan dalam %(days)s hari kerja"),
        N_("Batasnya %(limit)s hari kerja; waktu menunggu kelengkapan dari pelapor tidak dihitung."),
    ),
    (ClockName.RESPONSE, Promise.KEPT): (NP_("Dijawab dalam %(days)s hari kerja"), _ANSWER_LIMIT),
    (ClockName.RESPONSE, Promise.LATE): (NP_("Dijawab dalam %(days)s hari kerja"), _ANSWER_LIMIT),
    (ClockName.RESPONSE, Promise.RUNNING): (N_("Menunggu jawaban"), _ANSWER_LIMIT),
    (ClockName.RESPONSE, Promise.DUE_TODAY): (N_("Menunggu jawaban"), _ANSWER_LIMIT),
    (ClockName.RESPONSE, Promise.OVERDUE): (N_("Belum dijawab"), _ANSWER_LIMIT),
    (ClockName.CLOSURE, Promise.RUNNING): (N_("Ditutup %(due)s"), _CLOSING),
    (ClockName.CLOSURE, Promise.DUE_TODAY): (N_("Ditutup %(due)s"), _CLOSING),
    (ClockName.CLOSURE, Promise.OPEN): (N_("Segera ditutup"), _CLOSING),
}
_JUDGEMENTS = {
    Promise.KEPT: ("ok", "check", N_("Tepat waktu")),
    Promise.LATE: ("late", "alert", N_("Terlambat")),
    Promise.OPEN: ("", "check", ""),
    Promise.RUNNING: ("", "clock", NP_("Tinggal %(days)s hari kerja")),
    Promise.DUE_TODAY: ("soon", "clock", N_("Batasnya hari ini")),
    Promise.OVERDUE: ("late", "alert", NP_("Terlambat %(days)s hari kerja")),
}
