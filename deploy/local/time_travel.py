"""Moves the domain clock of a running embedded stack, all services together.

The clock goes from deadline to deadline and waits at each until everything that follows from it has happened, so that a warning and a closing
never fall together. Production settings refuse a clock that can be moved.
"""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cached_property

import psycopg

from deploy.local.flow import Flow, count
from deploy.local.problem import Problem
from deploy.local.stack import Stack
from shared.clock import OffsetClock, write_offset
from shared.working_days import WorkingCalendar, default_calendar, of_days
from shared.zones import JAKARTA

BEHIND = timedelta(seconds=1)
"""How far past a deadline the clock is set, so that it has passed for every reader."""
FIRING_SECONDS = 60
"""How long the tickers may take to do what is due."""


@dataclass(frozen=True)
class Ticking:
    """What one service's ticker does when its time comes."""

    service: str
    what: str
    due: str
    """Counts what should have happened by a moment."""
    upcoming: str | None = None
    """Finds the next moment after one and until another; None where the domain's time decides nothing."""


TICKING = (
    Ticking(
        "sla",
        "deadlines",
        "select count(*) from deadline where state = 'running' and due_at <= %s",
        "select min(due_at) from deadline where state = 'running' and due_at > %s and due_at <= %s",
    ),
    Ticking(
        "polls",
        "polls to close",
        "select count(*) from poll where closed_at is null and closes_at <= %s",
        "select min(closes_at) from poll where closed_at is null and closes_at > %s and closes_at <= %s",
    ),
    Ticking(
        "notify",
        "messages to send",
        # tried again by wall time; a message whose next try lies in the future holds nobody
        "select count(*) from message where state in ('ready', 'sending') and next_attempt_at <= now() and %s is not null",
    ),
)
_DAYS_OFF = "select version, days_off from calendar_year"
_SPAN = re.compile(r"(\d+)\s*(working-days?|days?|hours?|minutes?)")

Show = Callable[[str], None]


class TimeTravel:
    """The movable clock of one stack."""

    def __init__(self, stack: Stack, show: Show = lambda _: None) -> None:
        self._stack, self._show = stack, show
        self._clock = OffsetClock(stack.layout.clock)

    @cached_property
    def _flow(self) -> Flow:
        return Flow(self._stack)

    def now(self) -> datetime:
        """The domain's time (UTC)."""
        return self._clock.now()

    def calendar(self) -> WorkingCalendar:
        """The working days that sla goes by, or the decreed ones while it has none."""
        with psycopg.connect(self._stack.database_url("sla"), connect_timeout=5) as connection:
            years = connection.execute(_DAYS_OFF.encode()).fetchall()
        if not years:
            return default_calendar()
        days = (datetime.fromisoformat(day["day"]).date() for _, year in years for day in year)
        return of_days(max(version for version, _ in years), days)

    def advance(self, span: str) -> datetime:
        """Move on by `10 working-days` (to just after the end of the tenth), `3 days`, `2 hours` or `5 minutes`; returns the new time.

        Raises:
            Problem: the span is not one of these, or the stack does not come to rest.
        """
        return self.forward_to(target(span, self.now(), self.calendar()))

    def set(self, moment: datetime) -> datetime:
        """Move to a moment; back only while no report has a deadline yet.

        Raises:
            Problem: it lies in the past of a stack that has reports.
        """
        if moment >= self.now():
            return self.forward_to(moment)
        if count(self._stack, "sla", "select count(*) from deadline"):
            raise Problem(
                "The clock goes back only in a stack without reports: their deadlines would lie in their own future."
            )
        self._write(moment)
        return self.now()

    def forward_to(self, moment: datetime) -> datetime:
        """Move on to a moment, stopping at every deadline on the way."""
        self.settle()
        while (due := self._next_deadline(moment)) is not None:
            self._write(min(due + BEHIND, moment))
            self._show(f"{shown(self.now())}: a deadline")
            self.settle()
        self._write(moment)
        self.settle()
        return self.now()

    def settle(self) -> None:
        """Wait until nothing is due and nothing is on its way.

        Raises:
            Problem: it takes too long; says what still moves.
        """
        limit = time.monotonic() + FIRING_SECONDS
        while True:
            self._flow.wait()
            due = self._due()
            # a ticker may have worked between the two looks: then what it staged is on its way, or what followed is due
            if not due and self._flow.still() is None and not self._due():
                return
            if time.monotonic() > limit:
                words = (
                    ", ".join(f"{ticking.service}'s {ticking.what}" for ticking in due) or "something always follows"
                )
                raise Problem(f"Due and not done: {words}. `lapor status` may tell whether all services run.")
            time.sleep(0.1)

    def _due(self) -> list[Ticking]:
        now = self.now()
        return [ticking for ticking in TICKING if count(self._stack, ticking.service, ticking.due, now)]

    def _next_deadline(self, until: datetime) -> datetime | None:
        found: list[datetime] = []
        for ticking in TICKING:
            if ticking.upcoming:
                with psycopg.connect(self._stack.database_url(ticking.service), connect_timeout=5) as connection:
                    row = connection.execute(ticking.upcoming.encode(), (self.now(), until)).fetchone()
                found += [row[0]] if row and row[0] else []
        return min(found, default=None)

    def _write(self, moment: datetime) -> None:
        write_offset(self._stack.layout.clock, moment - datetime.now(UTC))


def target(span: str, now: datetime, calendar: WorkingCalendar) -> datetime:
    """The moment that a span leads to.

    Raises:
        Problem: it cannot be read.
    """
    match = _SPAN.fullmatch(span.strip())
    if not match:
        raise Problem(f"{span!r} is no span of time: write `10 working-days`, `3 days`, `2 hours` or `5 minutes`.")
    number, unit = int(match.group(1)), match.group(2).rstrip("s")
    if unit == "working-day":
        return calendar.add(now, number) + BEHIND
    return now + number * {"day": timedelta(days=1), "hour": timedelta(hours=1), "minute": timedelta(minutes=1)}[unit]


def shown(moment: datetime) -> str:
    """As clocks in Jakarta show it."""
    return moment.astimezone(JAKARTA).strftime("%A %d %B %Y, %H:%M:%S WIB")
