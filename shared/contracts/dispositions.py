"""Topic `dispositions`: which agency must answer a report. Written by dispatch."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Event
from shared.contracts.vocabulary import AgencyCode, TrackingId


class ReportDisposed(Event):
    """A report was handed to an agency, or inside it to a unit (rules.md §4)."""

    type = "report-disposed.v1"
    topic = "dispositions"

    report_id: UUID
    tracking_id: TrackingId
    reporter_ref: UUID
    disposition_id: UUID
    agency: AgencyCode
    unit: AgencyCode | None = None
    lead: bool
    previous: UUID | None = None
    """The disposition this one continues, None for the first."""
    disposed_at: AwareDatetime
    answer_by: AwareDatetime

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)
