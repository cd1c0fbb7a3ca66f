"""What the other services say, about one report."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from shared.contracts.accounts import ContactStored
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlinePaused, DeadlineSet
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.event import Event
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.notifications import MessageChannel, NotificationFailed, NotificationSent
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reports import ReportSubmitted
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind, RejectionReason, Zone

HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class Others:
    """Makes events of a submitted report; `after` is hours after it was received."""

    report: ReportSubmitted

    def at(self, after: float) -> datetime:
        return self.report.received_at + after * HOUR

    def _case(self, after: float) -> dict[str, Any]:
        return {
            "occurred_at": self.at(after),
            "report_id": self.report.report_id,
            "tracking_id": self.report.tracking_id,
            "reporter_ref": self.report.reporter_ref,
        }

    def verified(self, after: float = 1) -> ReportVerified:
        return ReportVerified(
            **self._case(after),
            decided_by=uuid4(),
            reporter_label=None,
            channel=self.report.channel,
            language=self.report.language,
            kind=self.report.kind,
            category="jalan",
            category_version=1,
            title=self.report.title,
            body=self.report.body,
            public_body=self.report.body,
            event_date=None,
            place=self.report.place,
            zone=Zone.WIB,
            anonymous=False,
            confidential=False,
            agencies=("PD-1872",),
            lead="PD-1872",
            received_at=self.report.received_at,
            verified_at=self.at(after),
        )

    def returned(self, after: float = 1) -> ReportReturned:
        return ReportReturned(
            **self._case(after), decided_by=uuid4(), missing="Sebutkan RT dan RW-nya", complete_by=self.at(after + 240)
        )

    def rejected(self, after: float = 1) -> ReportRejected:
        reason = RejectionReason.PRIVATE_COMPANY
        return ReportRejected(**self._case(after), decided_by=uuid4(), reason=reason, explanation="Bank swasta")

    def held(self, after: float = 1) -> ReportHeld:
        return ReportHeld(**self._case(after), decided_by=uuid4(), agency="PD-1872")

    def released(self, after: float = 2) -> ReportReleased:
        return ReportReleased(**self._case(after), decided_by=uuid4(), agency="PD-1872")

    def disposed(self, after: float = 2) -> ReportDisposed:
        return ReportDisposed(
            **self._case(after),
            disposition_id=uuid4(),
            agency="PD-1872",
            lead=True,
            disposed_at=self.at(after),
            answer_by=self.at(after + 120),
        )

    def posted(
        self, kind: EntryKind, after: float = 3, version: int = 1, author: AuthorRole = AuthorRole.AGENCY
    ) -> EntryPosted:
        agency = "PD-1872" if author is AuthorRole.AGENCY else None
        return EntryPosted(
            **self._case(after),
            thread_version=version,
            entry_id=uuid4(),
            command_id=None,
            author=author,
            agency=agency,
            disposition_id=None,
            kind=kind,
        )

    def closed(self, after: float = 9, version: int = 2) -> ReportClosed:
        return ReportClosed(**self._case(after), thread_version=version)

    def _clock(self, clock: ClockName, after: float) -> dict[str, Any]:
        return {
            "occurred_at": self.at(after),
            "report_id": self.report.report_id,
            "deadline_id": UUID(int=list(ClockName).index(clock)),
            "clock": clock,
        }

    def clock_set(self, clock: ClockName, after: float = 0, due: float = 100) -> DeadlineSet:
        return DeadlineSet(**self._clock(clock, after), due_at=self.at(due), calendar_version=1)

    def clock_paused(self, clock: ClockName, after: float = 1) -> DeadlinePaused:
        return DeadlinePaused(**self._clock(clock, after))

    def clock_met(self, clock: ClockName, after: float = 2) -> DeadlineMet:
        return DeadlineMet(**self._clock(clock, after), met_at=self.at(after), late=False)

    def clock_missed(self, clock: ClockName, after: float = 101) -> DeadlineMissed:
        return DeadlineMissed(**self._clock(clock, after), due_at=self.at(100))

    def notified(self, after: float = 0.1) -> NotificationSent:
        return NotificationSent(
            occurred_at=self.at(after),
            report_id=self.report.report_id,
            notification_id=uuid4(),
            template="received",
            channel=MessageChannel.SMS,
            cause=uuid4(),
        )

    def not_notified(self, after: float = 0.1) -> NotificationFailed:
        return NotificationFailed(
            occurred_at=self.at(after),
            report_id=self.report.report_id,
            notification_id=uuid4(),
            template="received",
            channel=MessageChannel.EMAIL,
            cause=uuid4(),
            reason="refused",
        )

    def contact_stored(self) -> ContactStored:
        return ContactStored(
            occurred_at=self.at(0.1), reporter_ref=self.report.reporter_ref, report_id=self.report.report_id
        )

    def flags(self, *, anonymous: bool = False, confidential: bool = False) -> FlagsDecided:
        return FlagsDecided(
            occurred_at=self.at(1),
            report_id=self.report.report_id,
            anonymous=anonymous,
            confidential=confidential,
            decided_by=uuid4(),
        )

    def whole_life(self) -> list[Event]:
        """From verification to closure."""
        return [
            self.clock_set(ClockName.VERIFICATION, 0.1),
            self.notified(),
            self.verified(1),
            self.disposed(2),
            self.clock_met(ClockName.VERIFICATION, 2.1),
            self.clock_set(ClockName.RESPONSE, 2.2, 122),
            self.posted(EntryKind.INITIAL, 3, 1),
            self.posted(EntryKind.RESOLUTION, 4, 2),
            self.clock_set(ClockName.CLOSURE, 4.1, 300),
            self.closed(301, 3),
        ]
