"""Topic `working-calendar`: national holidays and joint leave. State, written by sla."""

from datetime import date

from shared.contracts.event import State
from shared.contracts.vocabulary import Part


class DayOff(Part):
    """A day that is no working day though it falls between Monday and Friday (weekend ones may be listed too)."""

    day: date
    name: str
    joint_leave: bool


class CalendarYear(State):
    """All days off of one year; `version` rises with each decree."""

    type = "calendar-year.v1"
    topic = "working-calendar"

    year: int
    days_off: tuple[DayOff, ...]

    @property
    def key(self) -> str:
        """The year."""
        return str(self.year)
