"""Topic `privacy-decisions`: flags set by an administrator. Written by verification; never waits."""

from uuid import UUID

from shared.contracts.event import Event


class FlagsDecided(Event):
    """An administrator added flags. Merged as a union: False means unchanged, never cleared (rules.md §3)."""

    type = "privacy-flags-decided.v1"
    topic = "privacy-decisions"

    report_id: UUID
    anonymous: bool
    confidential: bool
    decided_by: UUID
    """Staff account."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)
