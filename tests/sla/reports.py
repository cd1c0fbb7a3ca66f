"""Invented reports as the other services would tell sla of them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.contracts.vocabulary import (
    AuthorRole,
    Channel,
    EntryKind,
    Kind,
    Language,
    Place,
    RejectionReason,
    Zone,
)

METRO, LAMPUNG = "PD-1872", "PD-18"


def at(day: int, hour: int = 9, month: int = 11) -> datetime:
    """A moment of November 2026, WIB is seven hours ahead; the 2nd is a Monday and no day of the month is off."""
    return datetime(2026, month, day, hour - 7 if hour >= 7 else 0, tzinfo=UTC)


def end_of(day: int, month: int = 11) -> datetime:
    """The last second of a day in Jakarta."""
    return datetime(2026, month, day, 16, 59, 59, tzinfo=UTC)


@dataclass(frozen=True)
class Story:
    """The events of one report."""

    report_id: UUID = field(default_factory=uuid4)
    reporter_ref: UUID = field(default_factory=uuid4)
    disposition_id: UUID = field(default_factory=uuid4)
    tracking_id: str = "2611048273"

    @property
    def _named(self) -> dict[str, object]:
        return {"report_id": self.report_id, "tracking_id": self.tracking_id, "reporter_ref": self.reporter_ref}

    def submitted(self, when: datetime, *, confidential: bool = False) -> ReportSubmitted:
        return ReportSubmitted(
            occurred_at=when,
            reporter_label=None,
            has_contact=True,
            kind=Kind.COMPLAINT,
            channel=Channel.WEB,
            language=Language.INDONESIAN,
            anonymous=False,
            confidential=confidential,
            title="Lampu jalan padam",
            body="Lampu jalan di depan pasar padam sejak hari Minggu.",
            event_date=None,
            place=Place(region="18.72"),
            received_at=when,
            verify_by=when,
            **self._named,
        )

    def supplemented(self, when: datetime) -> ReportSupplemented:
        return ReportSupplemented(occurred_at=when, report_id=self.report_id, command_id=uuid4(), text="Di Jalan Pala")

    def verified(self, when: datetime, *, confidential: bool = False) -> ReportVerified:
        return ReportVerified(
            occurred_at=when,
            decided_by=uuid4(),
            reporter_label=None,
            channel=Channel.WEB,
            language=Language.INDONESIAN,
            kind=Kind.COMPLAINT,
            category="penerangan-jalan",
            category_version=1,
            title="Lampu jalan padam",
            body="Lampu jalan padam",
            public_body="Lampu jalan padam",
            event_date=None,
            place=Place(region="18.72"),
            zone=Zone.WIB,
            anonymous=False,
            confidential=confidential,
            agencies=(METRO,),
            lead=METRO,
            received_at=when,
            verified_at=when,
            **self._named,
        )

    def returned(self, when: datetime) -> ReportReturned:
        return ReportReturned(
            occurred_at=when, decided_by=uuid4(), missing="Nama jalan", complete_by=when, **self._named
        )

    def rejected(self, when: datetime) -> ReportRejected:
        reason = RejectionReason.PRIVATE_COMPANY
        return ReportRejected(occurred_at=when, decided_by=uuid4(), reason=reason, **self._named)

    def held(self, when: datetime) -> ReportHeld:
        return ReportHeld(occurred_at=when, decided_by=uuid4(), agency=LAMPUNG, **self._named)

    def released(self, when: datetime) -> ReportReleased:
        return ReportReleased(occurred_at=when, decided_by=uuid4(), agency=LAMPUNG, **self._named)

    def disposed(
        self,
        when: datetime,
        *,
        agency: str = METRO,
        lead: bool = True,
        disposition_id: UUID | None = None,
        previous: UUID | None = None,
    ) -> ReportDisposed:
        return ReportDisposed(
            occurred_at=when,
            disposition_id=disposition_id or self.disposition_id,
            agency=agency,
            lead=lead,
            previous=previous,
            disposed_at=when,
            answer_by=when,
            **self._named,
        )

    def answered(
        self, when: datetime, version: int, kind: EntryKind = EntryKind.PROGRESS, *, agency: str = METRO
    ) -> EntryPosted:
        return self._posted(when, version, AuthorRole.AGENCY, kind, agency)

    def replied(self, when: datetime, version: int, kind: EntryKind = EntryKind.REPLY) -> EntryPosted:
        return self._posted(when, version, AuthorRole.REPORTER, kind, None)

    def _posted(
        self, when: datetime, version: int, author: AuthorRole, kind: EntryKind, agency: str | None
    ) -> EntryPosted:
        return EntryPosted(
            occurred_at=when,
            entry_id=uuid4(),
            command_id=None,
            author=author,
            agency=agency,
            disposition_id=self.disposition_id if agency == METRO else None,
            kind=kind,
            thread_version=version,
            **self._named,
        )

    def closed(self, when: datetime, version: int) -> ReportClosed:
        return ReportClosed(occurred_at=when, thread_version=version, **self._named)

    def withdrawn(self, when: datetime) -> ReportWithdrawn:
        return ReportWithdrawn(occurred_at=when, report_id=self.report_id)

    def made_confidential(self, when: datetime) -> FlagsSet:
        return FlagsSet(occurred_at=when, report_id=self.report_id, anonymous=False, confidential=True)
