"""Topic `reporter-privacy`: what reporters decide about their own privacy, any time. Written by intake; never waits."""

from uuid import UUID

from shared.contracts.event import Event


class ReporterPrivacyEvent(Event):
    """Keyed by report."""

    topic = "reporter-privacy"
    report_id: UUID

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class FlagsSet(ReporterPrivacyEvent):
    """The reporter raised flags. Merged as a union: False means unchanged, never cleared (rules.md §7)."""

    type = "reporter-flags-set.v1"

    anonymous: bool
    confidential: bool


class ReportWithdrawn(ReporterPrivacyEvent):
    """The reporter took the report back."""

    type = "report-withdrawn.v1"
