"""What a reporter is told of each stage and of what happened, in words and with dates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.intake.actions import Promises
from services.intake.domain import Report
from services.intake.leaks import Leak
from services.intake.progress import Happened, Milestone, Progress
from shared.contracts.vocabulary import (
    AgencyCode,
    AuthorRole,
    Channel,
    EntryKind,
    Kind,
    RejectionReason,
    Status,
)
from shared.web import N_, Language

KINDS = {
    Kind.COMPLAINT: N_("Pengaduan"),
    Kind.ASPIRATION: N_("Aspirasi"),
    Kind.INFORMATION_REQUEST: N_("Permintaan informasi"),
}
CHANNELS = {
    Channel.WEB: N_("lewat situs"),
    Channel.SMS: N_("lewat SMS"),
    Channel.APP: N_("lewat aplikasi"),
    Channel.PARTNER: N_("lewat mitra"),
    Channel.DESK: N_("lewat petugas"),
}
REASONS = {
    RejectionReason.ELECTION_BODY: N_(
        "Laporan tentang penyelenggara pemilu tidak dapat kami teruskan. Sampaikan kepada DKPP atau Bawaslu."
    ),
    RejectionReason.CRIMINAL_CASE: N_(
        "Tindak pidana ditangani kepolisian. Laporkan ke kantor polisi atau telepon 110."
    ),
    RejectionReason.PRIVATE_COMPANY: N_(
        "Perusahaan swasta di luar wewenang kami. Hubungi perusahaannya atau lembaga perlindungan konsumen."
    ),
    RejectionReason.IN_JUDICIAL_PROCESS: N_("Perkaranya sedang diperiksa pengadilan, jadi tidak dapat kami tangani."),
    RejectionReason.ONLY_SOCIAL_MEDIA: N_(
        "Laporan ini hanya bersumber dari media sosial. Kirim lagi dengan hal yang Anda lihat atau alami sendiri."
    ),
    RejectionReason.NOT_GOVERNMENT_PERFORMANCE: N_("Isinya tidak menyangkut kinerja pemerintah."),
}
LEAKS = {
    Leak.PHONE: N_("nomor telepon"),
    Leak.EMAIL: N_("alamat surel"),
    Leak.NIK: N_("NIK"),
    Leak.PLATE: N_("nomor kendaraan"),
    Leak.NAME: N_("nama Anda"),
}
STATUSES = {
    Status.RECEIVED: (N_("Menunggu verifikasi"), "grey"),
    Status.NEEDS_COMPLETION: (N_("Perlu dilengkapi"), "yellow"),
    Status.REJECTED: (N_("Tidak dapat diteruskan"), "grey"),
    Status.WITHDRAWN: (N_("Ditarik pelapor"), "grey"),
    Status.PENDING: (N_("Menunggu instansi terhubung"), "yellow"),
    Status.VERIFIED: (N_("Sudah diverifikasi"), ""),
    Status.DISPOSED: (N_("Menunggu jawaban instansi"), ""),
    Status.IN_FOLLOW_UP: (N_("Ditindaklanjuti"), ""),
    Status.CLOSED: (N_("Selesai"), "green"),
}
"""What a status is called, and the colour of its tag."""


@dataclass(frozen=True)
class News:
    """One line of what happened."""

    at: datetime
    text: str
    picture: str = "system"


def stage_facts(
    report: Report, progress: Progress, promises: Promises, names: Mapping[AgencyCode, str], lang: Language
) -> list[str]:
    """What happened or will happen at each of the five stops."""
    received = lang.gettext(
        "Diterima %(day)s, pukul %(time)s.",
        day=lang.day(report.received_at, report.zone),
        time=lang.time(report.received_at, report.zone),
    )
    return [
        received,
        _verification(report, progress, lang),
        _disposition(report, progress, names, lang),
        _follow_up(report, progress, promises, lang),
        _closing(report, progress, promises, lang),
    ]


def _verification(report: Report, progress: Progress, lang: Language) -> str:
    decision = progress.decision
    if progress.status is Status.WITHDRAWN and not progress.disposed:
        return lang.gettext("Berhenti: Anda menarik laporan ini.")
    if progress.status is Status.REJECTED and decision:
        return lang.gettext("Tidak dapat diteruskan, %(day)s.", day=lang.day(decision.occurred_at, report.zone))
    if progress.asked:
        return lang.gettext("Ada yang perlu Anda lengkapi. Hitungan hari berhenti sementara.")
    if progress.verified:
        day = lang.day(progress.verified.occurred_at, report.zone)
        return lang.gettext("Jelas dan lengkap, %(day)s.", day=day)
    if decision and decision.kind is Happened.HELD:
        return lang.gettext("Sudah dibaca administrator, %(day)s.", day=lang.day(decision.occurred_at, report.zone))
    return lang.gettext("Administrator membaca laporan Anda. Bila ada yang kurang, kami bertanya.")


def _disposition(report: Report, progress: Progress, names: Mapping[AgencyCode, str], lang: Language) -> str:
    if progress.disposed:
        latest = progress.disposed[-1]
        agency = names.get(latest.agency or "", latest.agency or "")
        return lang.gettext(
            "%(agency)s menerimanya, %(day)s.", agency=agency, day=lang.day(latest.occurred_at, report.zone)
        )
    if progress.status is Status.PENDING and progress.decision:
        agency = names.get(progress.decision.agency or "", "")
        return lang.gettext("%(agency)s belum terhubung. Laporan diteruskan begitu terhubung.", agency=agency)
    if progress.status in (Status.REJECTED, Status.WITHDRAWN):
        return lang.gettext("Tidak diteruskan.")
    if progress.verify_by is None:
        return lang.gettext("Setelah Anda melengkapi laporan, instansi yang berwenang menerimanya.")
    day = lang.day(progress.verify_by)
    if report.confidential:
        return lang.gettext("Paling lambat %(day)s, instansi yang berwenang menerimanya. Tidak ditayangkan.", day=day)
    return lang.gettext(
        "Paling lambat %(day)s, instansi yang berwenang menerimanya dan laporan tampil di situs ini.", day=day
    )


def _follow_up(report: Report, progress: Progress, promises: Promises, lang: Language) -> str:
    if progress.followed_up:
        return lang.gettext("Ditindaklanjuti %(day)s.", day=lang.day(progress.followed_up.occurred_at, report.zone))
    if progress.answered:
        return lang.gettext("Jawaban pertama %(day)s.", day=lang.day(progress.answered.occurred_at, report.zone))
    if progress.answer_by:
        return lang.gettext("Dijawab paling lambat %(day)s.", day=lang.day(progress.answer_by))
    return lang.ngettext(
        "Instansi menjawab paling lambat %(num)s hari kerja sejak menerimanya.",
        "Instansi menjawab paling lambat %(num)s hari kerja sejak menerimanya.",
        promises.response_days,
    )


def _closing(report: Report, progress: Progress, promises: Promises, lang: Language) -> str:
    if progress.closed:
        return lang.gettext("Ditutup %(day)s.", day=lang.day(progress.closed.occurred_at, report.zone))
    if progress.closes_at:
        return lang.gettext("%(day)s bila tidak ada tanggapan.", day=lang.day(progress.closes_at))
    return lang.ngettext(
        "Ditutup bila %(num)s hari kerja tidak ada tanggapan lagi.",
        "Ditutup bila %(num)s hari kerja tidak ada tanggapan lagi.",
        promises.closure_days,
    )


def news(
    report: Report, milestones: Sequence[Milestone], names: Mapping[AgencyCode, str], lang: Language
) -> list[News]:
    """What happened, oldest first."""
    told = [
        News(report.received_at, lang.gettext("Laporan diterima, %(way)s.", way=lang.gettext(CHANNELS[report.channel])))
    ]
    for milestone in sorted(milestones, key=lambda m: m.occurred_at):
        agency = names.get(milestone.agency or "", milestone.agency or "")
        if line := _line(milestone, agency, lang):
            told.append(News(milestone.occurred_at, *line))
    if report.withdrawn_at:
        told.append(News(report.withdrawn_at, lang.gettext("Anda menarik laporan ini."), "cross"))
    return sorted(told, key=lambda line: line.at)


def _line(milestone: Milestone, agency: str, lang: Language) -> tuple[str, str] | None:
    match milestone.kind:
        case Happened.VERIFIED:
            return lang.gettext("Administrator menyatakan laporan jelas dan lengkap."), "check"
        case Happened.RETURNED:
            return lang.gettext("Administrator meminta Anda melengkapi laporan."), "info"
        case Happened.SUPPLEMENTED:
            return lang.gettext("Anda melengkapi laporan."), "user"
        case Happened.REJECTED:
            return lang.gettext("Administrator tidak dapat meneruskan laporan."), "cross"
        case Happened.HELD:
            return lang.gettext("Laporan ditahan sampai %(agency)s terhubung.", agency=agency), "clock"
        case Happened.RELEASED:
            return lang.gettext("Laporan kembali diproses."), "system"
        case Happened.DISPOSED:
            return lang.gettext("Laporan diteruskan ke %(agency)s.", agency=agency), "system"
        case Happened.CLOSED:
            return lang.gettext("Laporan ditutup."), "check"
        case Happened.POSTED:
            return _entry(milestone, agency, lang)
        case Happened.NOTIFIED:
            return lang.gettext("Kabar tentang laporan ini terkirim kepada Anda."), "bell"
        case Happened.NOT_NOTIFIED:
            return lang.gettext("Kabar tentang laporan ini tidak dapat dikirim kepada Anda."), "alert"
        case _:
            return None


def _entry(milestone: Milestone, agency: str, lang: Language) -> tuple[str, str] | None:
    if milestone.author is AuthorRole.REPORTER:
        return lang.gettext("Anda menanggapi."), "user"
    if milestone.author is AuthorRole.ADMINISTRATOR:
        return lang.gettext("Administrator menanggapi."), "shield"
    if milestone.author is not AuthorRole.AGENCY:
        return None
    if milestone.entry is EntryKind.QUESTION:
        return lang.gettext("%(agency)s bertanya kepada Anda.", agency=agency), "agency"
    if milestone.entry is EntryKind.INITIAL:
        return lang.gettext("%(agency)s memberi tanggapan awal.", agency=agency), "agency"
    return lang.gettext("%(agency)s menindaklanjuti laporan Anda.", agency=agency), "agency"
