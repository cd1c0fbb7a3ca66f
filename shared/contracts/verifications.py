"""Topic `verifications`: what the administrators decided about a report. Written by verification."""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import Event
from shared.contracts.vocabulary import (
    AgencyCode,
    Attachment,
    CategoryCode,
    Channel,
    Kind,
    Language,
    Place,
    RejectionReason,
    TrackingId,
    Zone,
)


class VerificationsEvent(Event):
    """Keyed by report."""

    topic = "verifications"
    report_id: UUID
    tracking_id: TrackingId
    reporter_ref: UUID
    decided_by: UUID
    """Staff account."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class ReportVerified(VerificationsEvent):
    """Clear and complete, for these agencies: the whole case as decided, so that dispatch needs nothing else."""

    type = "report-verified.v1"

    reporter_label: str | None
    channel: Channel
    language: Language
    kind: Kind
    category: CategoryCode
    category_version: int
    title: str = Field(max_length=200)
    body: str = Field(max_length=10_000)
    """As the agency reads it."""
    public_body: str = Field(max_length=10_000)
    """As the public reads it, redactions applied."""
    event_date: date | None
    place: Place
    zone: Zone
    anonymous: bool
    confidential: bool
    agencies: tuple[AgencyCode, ...] = Field(min_length=1)
    lead: AgencyCode
    excluded_agencies: tuple[AgencyCode, ...] = ()
    """Never to see it (retaliation), nor any unit below them."""
    attachments: tuple[Attachment, ...] = ()
    received_at: AwareDatetime
    verified_at: AwareDatetime


class ReportReturned(VerificationsEvent):
    """Incomplete: the reporter is asked, the verification clock pauses."""

    type = "report-returned.v1"

    missing: str = Field(max_length=1_000)
    """What is asked of the reporter, in the reporter's language."""
    complete_by: AwareDatetime


class ReportRejected(VerificationsEvent):
    """Out of scope."""

    type = "report-rejected.v1"

    reason: RejectionReason
    explanation: str | None = Field(default=None, max_length=1_000)


class ReportHeld(VerificationsEvent):
    """Pending: the right agency is not connected."""

    type = "report-held.v1"

    agency: AgencyCode


class ReportReleased(VerificationsEvent):
    """No longer pending: back in the queue, the clock resumes."""

    type = "report-released.v1"

    agency: AgencyCode
