"""Topic `publications`: exactly what the public may see of a report. State, written by dispatch.

Nothing confidential ever enters; the one permitted derivative of a person is `reporter_label`.
"""

from datetime import date
from uuid import UUID

from pydantic import AwareDatetime, Field

from shared.contracts.event import State, Tombstone
from shared.contracts.vocabulary import (
    AgencyCode,
    AuthorRole,
    CategoryCode,
    Channel,
    EntryKind,
    Kind,
    Part,
    Place,
    Status,
    TrackingId,
    Zone,
)


class PublicEntry(Part):
    """One entry of the public thread."""

    entry_id: UUID
    author: AuthorRole
    agency: AgencyCode | None
    unit: AgencyCode | None = None
    kind: EntryKind
    text: str
    posted_at: AwareDatetime


class PublicDisposition(Part):
    """One hand-over, for the thread's event lines and the clocks."""

    disposition_id: UUID
    agency: AgencyCode
    unit: AgencyCode | None = None
    lead: bool
    disposed_at: AwareDatetime
    answer_by: AwareDatetime
    answered_at: AwareDatetime | None = None


class Publication(State):
    """A published report with its thread."""

    type = "publication.v1"
    topic = "publications"

    report_id: UUID
    tracking_id: TrackingId
    kind: Kind
    category: CategoryCode
    channel: Channel
    status: Status
    title: str = Field(max_length=200)
    body: str = Field(max_length=10_000)
    event_date: date | None
    place: Place
    zone: Zone
    anonymous: bool
    reporter_label: str | None
    """None when anonymous."""
    lead: AgencyCode
    received_at: AwareDatetime
    verified_at: AwareDatetime
    disposed_at: AwareDatetime
    first_follow_up_at: AwareDatetime | None = None
    closes_at: AwareDatetime | None = None
    """When ten working days of silence will have run; None while nothing runs."""
    closed_at: AwareDatetime | None = None
    dispositions: tuple[PublicDisposition, ...]
    entries: tuple[PublicEntry, ...] = ()

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class PublicationWithdrawn(Tombstone):
    """The report is no longer public; whoever holds a copy removes it and never takes it back."""

    type = "publication-withdrawn.v1"
    topic = "publications"
