"""What a published report amounts to: its stage, its thread, its promises. Pure; `now` is an argument."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.publications import PublicDisposition, PublicEntry
from shared.contracts.vocabulary import AuthorRole, Channel, ClockName, EntryKind, Kind, Status, Zone
from shared.working_days import WorkingCalendar

Policies = Mapping[ClockName, int]
"""Working days of each clock."""


@dataclass(frozen=True, slots=True)
class Line:
    """A report in a list."""

    tracking_id: str
    kind: Kind
    category: str
    status: Status
    title: str
    body: str
    region: str | None
    zone: Zone
    lead: str
    received_at: datetime
    disposed_at: datetime
    first_follow_up_at: datetime | None
    closes_at: datetime | None
    closed_at: datetime | None
    answer_by: datetime | None
    answered_at: datetime | None

    @property
    def reached(self) -> int:
        """The stop it is at, 1–5 (rules.md §2)."""
        return stage_of(self.status)

    @property
    def closed(self) -> bool:
        """Whether all five stops lie behind it."""
        return self.status is Status.CLOSED


@dataclass(frozen=True, slots=True)
class Report(Line):
    """A report on its page."""

    report_id: UUID
    channel: Channel
    event_date: date | None
    place: str | None
    anonymous: bool
    reporter_label: str | None
    verified_at: datetime
    dispositions: tuple[PublicDisposition, ...]
    entries: tuple[PublicEntry, ...]


@dataclass(frozen=True, slots=True)
class Poll:
    """An open poll."""

    poll_id: UUID
    question: str
    closes_at: datetime


class What(StrEnum):
    """What stands in a thread."""

    REPORT = "report"
    ENTRY = "entry"
    DISPOSED = "disposed"
    CLOSES = "closes"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Item:
    """One thing in a thread: the report itself, a contribution, or something that happened."""

    what: What
    at: datetime
    entry: PublicEntry | None = None
    disposition: PublicDisposition | None = None


class Promise(StrEnum):
    """How a promise stands."""

    KEPT = "kept"
    LATE = "late"
    """Kept, but too late."""
    RUNNING = "running"
    DUE_TODAY = "due-today"
    OVERDUE = "overdue"
    OPEN = "open"
    """Beyond the limit for a reason that may be good: waiting for the reporter stops the disposition clock (rules.md §3), and a closure is
    decided by whoever commits first (rules.md §6)."""


@dataclass(frozen=True, slots=True)
class Clock:
    """A promise: what was promised, until when, how it stands."""

    name: ClockName
    promise: Promise
    limit: int
    """Working days."""
    due: datetime
    days: int
    """Working days that it took; for a running one, that remain; for an overdue one, that it is late."""
    done_at: datetime | None = None
    agency: str | None = None


def stage_of(status: Status) -> int:
    """The stop that a published report is at; every published one has been disposed."""
    return {Status.IN_FOLLOW_UP: 4, Status.CLOSED: 5}.get(status, 3)


def thread(report: Report) -> tuple[Item, ...]:
    """Everything on the report's page in the order in which it happened; at one moment, hand-overs come before answers."""
    items = [Item(What.REPORT, report.received_at)]
    items += [Item(What.DISPOSED, d.disposed_at, disposition=d) for d in report.dispositions]
    items += [Item(What.ENTRY, e.posted_at, entry=e) for e in report.entries]
    if report.closed_at is not None:
        items.append(Item(What.CLOSED, report.closed_at))
    order = {What.REPORT: 0, What.DISPOSED: 1, What.ENTRY: 2, What.CLOSED: 3}
    items.sort(key=lambda item: (item.at, order[item.what]))
    if report.closed_at is None and report.closes_at is not None:
        items.append(Item(What.CLOSES, report.closes_at))
    return tuple(items)


def clocks(report: Report, calendar: WorkingCalendar, policies: Policies, *, now: datetime) -> tuple[Clock, ...]:
    """The promises that were made about a report, in the order in which they were made (rules.md §3, §5, §6)."""
    return (
        _disposition_clock(report, calendar, policies),
        *(_response_clock(d, calendar, policies, now) for d in report.dispositions),
        *_closure_clock(report, calendar, policies, now),
    )


def is_overdue(line: Line, *, now: datetime) -> bool:
    """Whether the agency's answer is late now."""
    return line.answered_at is None and line.answer_by is not None and line.answer_by < now and not line.closed


def initial_answer(report: Report) -> datetime | None:
    """When an agency first said anything: that meets the clock, but is no follow-up yet (rules.md §5)."""
    answers = (e.posted_at for e in report.entries if e.author is AuthorRole.AGENCY and e.kind.meets_response_clock)
    return min(answers, default=None)


def last_follow_up(report: Report) -> PublicEntry | None:
    """The newest follow-up, whose silence closes the report."""
    follow_ups = [e for e in report.entries if e.author is AuthorRole.AGENCY and e.kind.is_follow_up]
    return max(follow_ups, key=lambda e: e.posted_at, default=None)


def solved_by(report: Report) -> PublicEntry | None:
    """What the agency says it did."""
    solutions = [e for e in report.entries if e.kind is EntryKind.RESOLUTION]
    return max(solutions, key=lambda e: e.posted_at, default=None) or last_follow_up(report)


def since(now: datetime, days: int) -> datetime:
    """The moment so many days before."""
    return now - timedelta(days=days)


def _disposition_clock(report: Report, calendar: WorkingCalendar, policies: Policies) -> Clock:
    limit = policies[ClockName.VERIFICATION]
    first = min((d.disposed_at for d in report.dispositions), default=report.disposed_at)
    took, due = calendar.between(report.received_at, first), calendar.add(report.received_at, limit)
    promise = Promise.KEPT if first <= due else Promise.OPEN
    return Clock(ClockName.VERIFICATION, promise, limit, due, took, first)


def _response_clock(given: PublicDisposition, calendar: WorkingCalendar, policies: Policies, now: datetime) -> Clock:
    due, done = given.answer_by, given.answered_at
    if done is not None:
        promise = Promise.KEPT if done <= due else Promise.LATE
        days = calendar.between(given.disposed_at, done)
    elif now > due:
        promise, days = Promise.OVERDUE, calendar.between(due, now)
    else:
        days = calendar.between(now, due)
        promise = Promise.RUNNING if days else Promise.DUE_TODAY
    return Clock(ClockName.RESPONSE, promise, policies[ClockName.RESPONSE], due, days, done, given.unit or given.agency)


def _closure_clock(report: Report, calendar: WorkingCalendar, policies: Policies, now: datetime) -> tuple[Clock, ...]:
    limit = policies[ClockName.CLOSURE]
    if report.closed_at is not None or report.closes_at is None:
        return ()
    if now > report.closes_at:
        return (Clock(ClockName.CLOSURE, Promise.OPEN, limit, report.closes_at, 0),)
    days = calendar.between(now, report.closes_at)
    promise = Promise.RUNNING if days else Promise.DUE_TODAY
    return (Clock(ClockName.CLOSURE, promise, limit, report.closes_at, days),)
