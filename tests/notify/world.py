"""Invented reports, people and codes as the other services would tell notify of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.deadlines import ReminderDue
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sealed import Contact, ContactDetails, ContactErased, CredentialIssued, Purpose, Secret
from shared.contracts.verifications import ReportHeld, ReportRejected, ReportReturned
from shared.contracts.vocabulary import (
    AuthorRole,
    Channel,
    ClockName,
    EntryKind,
    Kind,
    Language,
    Place,
    RejectionReason,
    Zone,
)
from shared.sealing import OpeningKey

METRO = "PD-1872"
NOW = datetime(2026, 11, 2, 3, tzinfo=UTC)
DUE = datetime(2026, 11, 5, 16, 59, 59, tzinfo=UTC)
PHONE, EMAIL, CODE = "+6281200001708", "dewi.rekaan@contoh.invalid", "K7Q2-M9XW-TP4H-Z3ABC"

METRO_EVENT = Agency(
    occurred_at=NOW,
    version=1,
    code=METRO,
    parent=None,
    kind=AgencyKind.LOCAL_GOVERNMENT,
    name="Pemerintah Kota Metro",
    short_name="Pemkot Metro",
    region="18.72",
    zone=Zone.WIB,
    connected_since=None,
)


@dataclass(frozen=True)
class Story:
    """The events of one report."""

    channel: Channel = Channel.SMS
    language: Language = Language.INDONESIAN
    report_id: UUID = field(default_factory=uuid4)
    reporter_ref: UUID = field(default_factory=uuid4)
    disposition_id: UUID = field(default_factory=uuid4)
    tracking_id: str = "2611048273"

    @property
    def _named(self) -> dict[str, object]:
        return {
            "occurred_at": NOW,
            "report_id": self.report_id,
            "tracking_id": self.tracking_id,
            "reporter_ref": self.reporter_ref,
        }

    def submitted(self, *, has_contact: bool = True, confidential: bool = False) -> ReportSubmitted:
        return ReportSubmitted(
            reporter_label=None,
            has_contact=has_contact,
            kind=Kind.COMPLAINT,
            channel=self.channel,
            language=self.language,
            anonymous=False,
            confidential=confidential,
            title="Pungutan di loket",
            body="Petugas loket meminta uang untuk formulir yang gratis.",
            event_date=None,
            place=Place(region="18.72"),
            received_at=NOW,
            verify_by=DUE,
            **self._named,
        )

    def returned(self, missing: str = "Di loket mana, dan kapan?") -> ReportReturned:
        return ReportReturned(decided_by=uuid4(), missing=missing, complete_by=DUE, **self._named)

    def rejected(self, reason: RejectionReason = RejectionReason.PRIVATE_COMPANY) -> ReportRejected:
        return ReportRejected(decided_by=uuid4(), reason=reason, explanation="Maaf.", **self._named)

    def held(self) -> ReportHeld:
        return ReportHeld(decided_by=uuid4(), agency=METRO, **self._named)

    def disposed(self, *, lead: bool = True, previous: UUID | None = None) -> ReportDisposed:
        return ReportDisposed(
            disposition_id=self.disposition_id,
            agency=METRO,
            lead=lead,
            previous=previous,
            disposed_at=NOW,
            answer_by=DUE,
            **self._named,
        )

    def posted(
        self, author: AuthorRole = AuthorRole.AGENCY, kind: EntryKind = EntryKind.PROGRESS, version: int = 1
    ) -> EntryPosted:
        return EntryPosted(
            entry_id=uuid4(),
            command_id=None,
            author=author,
            agency=METRO if author is AuthorRole.AGENCY else None,
            disposition_id=self.disposition_id,
            kind=kind,
            thread_version=version,
            **self._named,
        )

    def closed(self) -> ReportClosed:
        return ReportClosed(thread_version=2, **self._named)

    def reminder(self, clock: ClockName = ClockName.CLOSURE_WARNING) -> ReminderDue:
        return ReminderDue(occurred_at=NOW, report_id=self.report_id, deadline_id=uuid4(), clock=clock, due_at=DUE)

    def withdrawn(self) -> ReportWithdrawn:
        return ReportWithdrawn(occurred_at=NOW, report_id=self.report_id)

    def made_confidential(self) -> FlagsSet:
        return FlagsSet(occurred_at=NOW, report_id=self.report_id, anonymous=False, confidential=True)

    def contact(
        self, key: OpeningKey, *, phone: str | None = PHONE, email: str | None = EMAIL, version: int = 1
    ) -> Contact:
        details = ContactDetails(name="Dewi Rekaan", phone=phone, email=email)
        return Contact(
            occurred_at=NOW,
            version=version,
            reporter_ref=self.reporter_ref,
            key_id=key.public.key_id,
            sealed=key.public.seal(details.model_dump_json().encode()),
        )

    def erased(self, version: int = 2) -> ContactErased:
        return ContactErased(occurred_at=NOW, version=version, record_key=str(self.reporter_ref))

    def credential(self, key: OpeningKey, cause: UUID, code: str | None = CODE) -> CredentialIssued:
        sealed = key.public.seal(Secret(code=code).model_dump_json().encode()) if code else None
        return CredentialIssued(
            occurred_at=NOW,
            report_id=self.report_id,
            reporter_ref=self.reporter_ref,
            cause=cause,
            purpose=Purpose.ACTIVATION,
            key_id=key.public.key_id if sealed else None,
            sealed=sealed,
            expires_at=NOW + timedelta(days=7) if sealed else None,
        )
