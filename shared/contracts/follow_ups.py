"""Topic `follow-ups`: what happened on a report's thread, without its texts. Written by dispatch."""

from uuid import UUID

from shared.contracts.event import Event
from shared.contracts.vocabulary import AgencyCode, AuthorRole, EntryKind, TrackingId


class FollowUpsEvent(Event):
    """Keyed by report."""

    topic = "follow-ups"
    report_id: UUID
    tracking_id: TrackingId
    reporter_ref: UUID
    thread_version: int
    """Counts the thread's changes; a closing timer based on an older one has no effect (rules.md §6)."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class EntryPosted(FollowUpsEvent):
    """Somebody wrote on the thread."""

    type = "entry-posted.v1"

    entry_id: UUID
    command_id: UUID | None
    """Given by the client, so that a repeated post is one entry."""
    author: AuthorRole
    agency: AgencyCode | None
    disposition_id: UUID | None
    kind: EntryKind


class ReportClosed(FollowUpsEvent):
    """A follow-up exists and ten working days of silence have run."""

    type = "report-closed.v1"
