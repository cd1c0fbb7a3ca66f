"""Topic `deadlines`: the working-day clocks of reports. Written by sla."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Event
from shared.contracts.vocabulary import AgencyCode, ClockName


class DeadlinesEvent(Event):
    """Keyed by report."""

    topic = "deadlines"
    report_id: UUID
    deadline_id: UUID
    clock: ClockName
    agency: AgencyCode | None = None
    """Whose clock it is, where it is an agency's."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class DeadlineSet(DeadlinesEvent):
    """A clock runs; setting the same deadline again moves it."""

    type = "deadline-set.v1"

    due_at: AwareDatetime
    calendar_version: int


class DeadlinePaused(DeadlinesEvent):
    """A clock waits for the reporter."""

    type = "deadline-paused.v1"


class DeadlineMet(DeadlinesEvent):
    """What was promised was done; `late` says whether in time."""

    type = "deadline-met.v1"

    met_at: AwareDatetime
    late: bool


class DeadlineMissed(DeadlinesEvent):
    """The time is over and nothing was done."""

    type = "deadline-missed.v1"

    due_at: AwareDatetime


class ReminderDue(DeadlinesEvent):
    """A deadline is near: for the closure warning, two working days before closing."""

    type = "reminder-due.v1"

    due_at: AwareDatetime
    """When the deadline itself is due."""


class ClosureDue(DeadlinesEvent):
    """Ten working days of silence have run since the follow-up; dispatch decides under its own lock."""

    type = "closure-due.v1"

    thread_version: int
    """The thread this is based on; without effect on a newer one."""
