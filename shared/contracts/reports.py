"""Topic `reports`: what citizens sent, as received. Written by intake."""

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
    TrackingId,
)


class ReportsEvent(Event):
    """Keyed by report."""

    topic = "reports"
    report_id: UUID

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class ReportSubmitted(ReportsEvent):
    """A report was received and will survive any crash."""

    type = "report-submitted.v1"

    tracking_id: TrackingId
    reporter_ref: UUID
    """Names the reporter of this one report; only identity can map it to a person."""
    reporter_label: str | None
    """What may be shown for the reporter: a name, or a phone number without its last four digits; None when anonymous or nothing was given."""
    has_contact: bool
    """Whether contact data was given: it reaches identity sealed, on `intake.contacts`."""
    kind: Kind
    channel: Channel
    language: Language
    anonymous: bool
    confidential: bool
    title: str = Field(max_length=200)
    body: str = Field(max_length=10_000)
    event_date: date | None
    place: Place
    agency_wish: AgencyCode | None = None
    """Agency the reporter named, or a keyword of the SMS matched."""
    category_wish: CategoryCode | None = None
    attachments: tuple[Attachment, ...] = ()
    received_at: AwareDatetime
    verify_by: AwareDatetime
    """End of the third working day, as told to the reporter."""


class ReportSupplemented(ReportsEvent):
    """The reporter completed a returned report."""

    type = "report-supplemented.v1"

    command_id: UUID
    text: str = Field(max_length=10_000)
