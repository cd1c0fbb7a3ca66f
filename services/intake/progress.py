"""How a report fares, put together from what the other services said of it, in whatever order it arrived (rules.md §2)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from services.intake.domain import Report
from shared.contracts.vocabulary import AgencyCode, AuthorRole, ClockName, EntryKind, RejectionReason, Status


class Happened(StrEnum):
    """What a milestone is."""

    VERIFIED = "verified"
    RETURNED = "returned"
    SUPPLEMENTED = "supplemented"
    REJECTED = "rejected"
    HELD = "held"
    RELEASED = "released"
    DISPOSED = "disposed"
    POSTED = "posted"
    CLOSED = "closed"
    CLOCK_SET = "clock-set"
    CLOCK_PAUSED = "clock-paused"
    CLOCK_MET = "clock-met"
    CLOCK_MISSED = "clock-missed"
    NOTIFIED = "notified"
    NOT_NOTIFIED = "not-notified"


DECISIONS = frozenset(
    {
        Happened.VERIFIED,
        Happened.RETURNED,
        Happened.SUPPLEMENTED,
        Happened.REJECTED,
        Happened.HELD,
        Happened.RELEASED,
    }
)
STAGES = {
    Status.RECEIVED: 2,
    Status.NEEDS_COMPLETION: 2,
    Status.REJECTED: 2,
    Status.WITHDRAWN: 2,
    Status.PENDING: 3,
    Status.VERIFIED: 3,
    Status.DISPOSED: 4,
    Status.IN_FOLLOW_UP: 4,
    Status.CLOSED: 5,
}
"""The stop a report is in, of Laporan, Verifikasi, Disposisi, Tindak Lanjut, Selesai."""


@dataclass(frozen=True)
class Milestone:
    """One thing another service said of a report, without texts of the thread."""

    event_id: UUID
    report_id: UUID
    kind: Happened
    occurred_at: datetime
    agency: AgencyCode | None = None
    due_at: datetime | None = None
    clock: ClockName | None = None
    deadline_id: UUID | None = None
    words: str | None = None
    """What is missing, or why it was rejected; written for the reporter."""
    reason: RejectionReason | None = None
    author: AuthorRole | None = None
    entry: EntryKind | None = None
    thread_version: int | None = None
    message: str | None = None
    """Way and template of a message: `sms:received`."""


@dataclass(frozen=True)
class Progress:
    """Where a report stands, for its reporter."""

    status: Status
    stage: int
    verify_by: datetime | None
    """Until when it is verified and disposed; None while that clock does not run."""
    verified: Milestone | None
    disposed: tuple[Milestone, ...]
    answered: Milestone | None
    """The first answer of an agency."""
    followed_up: Milestone | None
    """The latest follow-up."""
    closed: Milestone | None
    closes_at: datetime | None
    asked: Milestone | None
    """What the reporter is asked to complete."""
    decision: Milestone | None
    """The latest word of the administrators."""
    late: bool
    """Whether the clock that runs now was missed."""

    @property
    def over(self) -> bool:
        """Closed or rejected: nothing is to be taken back any more."""
        return self.status in (Status.CLOSED, Status.REJECTED)

    @property
    def public(self) -> bool:
        """Whether it was handed to an agency; from then on it is on the public site, unless confidential (rules.md §4)."""
        return bool(self.disposed)

    @property
    def answer_by(self) -> datetime | None:
        """Until when the agency that has it last must answer."""
        return self.disposed[-1].due_at if self.disposed else None


def of(report: Report, milestones: Iterable[Milestone]) -> Progress:
    """Where a report stands.

    Events of one topic keep their order (the sort is stable); between topics the time of the event decides.
    """
    told = sorted(milestones, key=lambda milestone: milestone.occurred_at)
    decision = _last(told, *DECISIONS)
    disposed = tuple(m for m in told if m.kind is Happened.DISPOSED)
    posted = [m for m in told if m.kind is Happened.POSTED]
    by_agency = [m for m in posted if m.author is AuthorRole.AGENCY and m.entry and m.entry.meets_response_clock]
    follow_ups = [m for m in posted if m.entry and m.entry.is_follow_up]
    closed = _closed(told, posted)
    status = _status(report, decision, disposed, follow_ups, closed)
    verification = _clock(told, ClockName.VERIFICATION)
    closure = _clock(told, ClockName.CLOSURE)
    return Progress(
        status=status,
        stage=STAGES[status],
        verify_by=_verify_by(report, verification),
        verified=_last(told, Happened.VERIFIED),
        disposed=disposed,
        answered=by_agency[0] if by_agency else None,
        followed_up=follow_ups[-1] if follow_ups else None,
        closed=closed,
        closes_at=closure.due_at if closure and closure.kind is Happened.CLOCK_SET else None,
        asked=decision if status is Status.NEEDS_COMPLETION else None,
        decision=decision,
        late=_late(status, told),
    )


def _status(
    report: Report,
    decision: Milestone | None,
    disposed: Sequence[Milestone],
    follow_ups: Sequence[Milestone],
    closed: Milestone | None,
) -> Status:
    if report.withdrawn_at is not None:
        return Status.WITHDRAWN
    if closed is not None:
        return Status.CLOSED
    if follow_ups:
        return Status.IN_FOLLOW_UP
    if disposed:
        return Status.DISPOSED
    decided = {
        Happened.VERIFIED: Status.VERIFIED,
        Happened.RETURNED: Status.NEEDS_COMPLETION,
        Happened.REJECTED: Status.REJECTED,
        Happened.HELD: Status.PENDING,
    }
    return decided.get(decision.kind, Status.RECEIVED) if decision else Status.RECEIVED


def _closed(told: Sequence[Milestone], posted: Sequence[Milestone]) -> Milestone | None:
    """The closure that no later entry of the thread undid."""
    closed = _last(told, Happened.CLOSED)
    newest = max((m.thread_version or 0 for m in posted), default=0)
    return closed if closed and (closed.thread_version or 0) >= newest else None


def _clock(told: Sequence[Milestone], clock: ClockName) -> Milestone | None:
    """The latest word of a clock."""
    return next((m for m in reversed(told) if m.clock is clock), None)


def _verify_by(report: Report, latest: Milestone | None) -> datetime | None:
    if latest is None:
        return report.verify_by
    return None if latest.kind is Happened.CLOCK_PAUSED else latest.due_at or report.verify_by


def _late(status: Status, told: Sequence[Milestone]) -> bool:
    clock = {
        Status.RECEIVED: ClockName.VERIFICATION,
        Status.VERIFIED: ClockName.VERIFICATION,
        Status.DISPOSED: ClockName.RESPONSE,
    }.get(status)
    latest = _clock(told, clock) if clock else None
    return latest is not None and latest.kind is Happened.CLOCK_MISSED


def _last(told: Sequence[Milestone], *kinds: Happened) -> Milestone | None:
    return next((m for m in reversed(told) if m.kind in kinds), None)
