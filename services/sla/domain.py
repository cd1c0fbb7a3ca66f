"""The working-day clocks of a report, reckoned from what happened to it (rules.md §3, §5, §6).

A report's facts form a set; `reckon` puts them in order and says how its clocks stand, so that facts may become known in any order.
`settle` holds that against what is stored and says what the others must be told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from shared.contracts.deadlines import (
    ClosureDue,
    DeadlineMet,
    DeadlineMissed,
    DeadlinePaused,
    DeadlineSet,
    DeadlinesEvent,
    ReminderDue,
)
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind
from shared.working_days import WorkingCalendar

NAMESPACE = UUID("6f0c1c5e-0a39-5d39-9f0e-2f3e6d1f4f55")


class Happened(StrEnum):
    """Kinds of fact, in the order in which they count when they carry the same moment."""

    SUBMITTED = "submitted"
    RETURNED = "returned"
    SUPPLEMENTED = "supplemented"
    HELD = "held"
    RELEASED = "released"
    REJECTED = "rejected"
    VERIFIED = "verified"
    DISPOSED = "disposed"
    POSTED = "posted"
    CLOSED = "closed"
    WITHDRAWN = "withdrawn"


_RANK = {what: rank for rank, what in enumerate(Happened)}


class State(StrEnum):
    """How a deadline stands."""

    RUNNING = "running"
    PAUSED = "paused"
    MET = "met"
    MISSED = "missed"
    """Its time is over and what it waits for has not happened."""
    FIRED = "fired"
    """A closure or its warning is due and was announced."""
    CANCELLED = "cancelled"


@dataclass(frozen=True, slots=True)
class Fact:
    """Something that happened to a report, as an event told it."""

    fact_id: UUID
    """The event's `ce_id`."""
    what: Happened
    at: datetime
    agency: str | None = None
    disposition_id: UUID | None = None
    previous: UUID | None = None
    lead: bool = False
    thread_version: int | None = None
    author: AuthorRole | None = None
    kind: EntryKind | None = None


@dataclass(frozen=True, slots=True)
class Deadline:
    """One clock of a report."""

    deadline_id: UUID
    report_id: UUID
    clock: ClockName
    agency: str | None
    """Whose clock it is, where it is an agency's."""
    basis: str
    """Which run of this clock: the thread version of the follow-up that a closure counts from. A new run may fire again."""
    working_days: int
    """The policy it started under; later policies do not touch it."""
    started_at: datetime
    due_at: datetime
    state: State
    ended_at: datetime | None = None
    """When it was met or cancelled."""
    thread_version: int | None = None
    """The newest version of the thread that a closure is based on."""
    warns_of: datetime | None = None
    """Of a warning: when the closure itself is due."""
    fired_at: datetime | None = None
    calendar_version: int = 0


@dataclass(frozen=True, slots=True)
class Policy:
    """What clocks are reckoned with."""

    calendar: WorkingCalendar
    working_days: Mapping[ClockName, int]


def identify(report_id: UUID, clock: ClockName, subject: str = "") -> UUID:
    """The id of a clock: the same whoever reckons it, however often."""
    return uuid5(NAMESPACE, f"{report_id}:{clock}:{subject}")


def in_order(facts: Iterable[Fact]) -> list[Fact]:
    """Facts as they happened; independent of the order in which they became known."""
    return sorted(facts, key=lambda f: (f.at, _RANK[f.what], f.thread_version or 0, str(f.fact_id)))


def resume(calendar: WorkingCalendar, moment: datetime, remaining: int) -> datetime:
    """When a clock is due that goes on at `moment` with so many working days left.

    With none left, the day on which it was paused was the last one: it may be used up on the next working day, today included.
    """
    due = calendar.add(moment, remaining)
    return due if due >= moment else calendar.add(moment, 1)


def reckon(report_id: UUID, facts: Iterable[Fact], policy: Policy, stored: Sequence[Deadline] = ()) -> list[Deadline]:
    """All clocks of a report as its facts leave them: running, paused, met or cancelled.

    Of what is stored, only the policies that clocks started under and the moments of warnings are used.
    """
    ordered = in_order(facts)
    runs = _Runs(report_id, policy, {(d.deadline_id, d.basis): d for d in stored})
    _verification(ordered, runs)
    _completion(ordered, runs)
    _thread(ordered, runs)
    withdrawn = next((f for f in ordered if f.what is Happened.WITHDRAWN), None)
    if withdrawn is not None:
        for found in list(runs.made.values()):
            runs.end(found, State.CANCELLED, withdrawn.at)
    return list(runs.made.values())


@dataclass
class _Runs:
    """The clocks of one report while they are being reckoned."""

    report_id: UUID
    policy: Policy
    stored: Mapping[tuple[UUID, str], Deadline]
    made: dict[UUID, Deadline] = field(default_factory=dict)

    def start(
        self,
        clock: ClockName,
        fact: Fact,
        *,
        subject: str = "",
        basis: str = "",
        agency: str | None = None,
        warns_of: datetime | None = None,
        not_before: datetime | None = None,
    ) -> Deadline:
        identity = identify(self.report_id, clock, subject)
        before = self.stored.get((identity, basis))
        days = before.working_days if before else self.policy.working_days[clock]
        due = self.policy.calendar.add(fact.at, days)
        made = Deadline(
            identity,
            self.report_id,
            clock,
            agency,
            basis,
            days,
            started_at=fact.at,
            due_at=max(due, not_before) if not_before else due,
            state=State.RUNNING,
            thread_version=fact.thread_version,
            warns_of=warns_of,
            calendar_version=self.policy.calendar.version,
        )
        self.made[identity] = made
        return made

    def end(self, found: Deadline, state: State, at: datetime) -> None:
        current = self.made[found.deadline_id]
        if current.state in (State.RUNNING, State.PAUSED):
            self.made[found.deadline_id] = replace(current, state=state, ended_at=at)

    def running(self, *clocks: ClockName) -> list[Deadline]:
        return [d for d in self.made.values() if d.clock in clocks and d.state is State.RUNNING]


def _verification(facts: Sequence[Fact], runs: _Runs) -> None:
    """Three working days from receipt to the first disposition; pauses for the reporter and for agencies not connected (rules.md §3)."""
    submitted = next((f for f in facts if f.what is Happened.SUBMITTED), None)
    if submitted is None:
        return
    calendar = runs.policy.calendar
    clock = runs.start(ClockName.VERIFICATION, submitted)
    waiting: set[Happened] = set()
    remaining: int | None = None
    for fact in facts:
        was_waiting = bool(waiting)
        match fact.what:
            case Happened.DISPOSED:
                runs.end(clock, State.MET, fact.at)
                return
            case Happened.REJECTED | Happened.CLOSED:
                runs.end(clock, State.CANCELLED, fact.at)
                return
            case Happened.RETURNED | Happened.HELD:
                waiting.add(fact.what)
            case Happened.SUPPLEMENTED:
                waiting.discard(Happened.RETURNED)
            case Happened.RELEASED:
                waiting.discard(Happened.HELD)
            case Happened.VERIFIED:
                waiting.clear()
            case _:
                continue
        if waiting and not was_waiting:
            # what is late already stays late, however long the reporter takes
            remaining = calendar.between(fact.at, clock.due_at) if fact.at <= clock.due_at else None
            clock = replace(clock, state=State.PAUSED)
        elif was_waiting and not waiting:
            due = clock.due_at if remaining is None else resume(calendar, fact.at, remaining)
            clock = replace(clock, state=State.RUNNING, due_at=due)
        runs.made[clock.deadline_id] = clock


def _completion(facts: Sequence[Fact], runs: _Runs) -> None:
    """Ten working days for the reporter to complete a returned report (rules.md §3)."""
    current: Deadline | None = None
    for fact in facts:
        match fact.what:
            case Happened.RETURNED:
                if current is not None:
                    runs.end(current, State.CANCELLED, fact.at)
                current = runs.start(ClockName.COMPLETION, fact, subject=str(fact.fact_id))
            case Happened.SUPPLEMENTED if current is not None:
                runs.end(current, State.MET, fact.at)
            case Happened.VERIFIED | Happened.REJECTED | Happened.HELD | Happened.DISPOSED | Happened.CLOSED if (
                current is not None
            ):
                runs.end(current, State.CANCELLED, fact.at)
            case _:
                pass


def _thread(facts: Sequence[Fact], runs: _Runs) -> None:
    """Each agency's five working days, and the silence after the lead's follow-up (rules.md §4–§6)."""
    dispositions: dict[UUID, Fact] = {}
    lead: Fact | None = None
    followed_up = False
    for fact in facts:
        if fact.what is Happened.DISPOSED and fact.disposition_id is not None:
            lead = fact if fact.lead else lead
            _dispose(fact, dispositions.get(fact.previous) if fact.previous else None, runs)
            dispositions[fact.disposition_id] = fact
        elif fact.what is Happened.CLOSED:
            for found in list(runs.made.values()):
                runs.end(found, State.CANCELLED, fact.at)
        elif fact.what is Happened.POSTED and fact.kind is not None:
            known = dispositions.get(fact.disposition_id) if fact.disposition_id else None
            agency = fact.agency or (known.agency if known else None)
            if fact.author is AuthorRole.AGENCY and fact.kind.meets_response_clock:
                for found in runs.running(ClockName.RESPONSE):
                    if found.agency == agency:
                        runs.end(found, State.MET, fact.at)
                if fact.kind.is_follow_up and lead is not None and lead.agency == agency:
                    followed_up = True
                    _await_silence(fact, runs)
            elif _asks_again(fact) and followed_up and lead is not None:
                for found in runs.running(ClockName.CLOSURE, ClockName.CLOSURE_WARNING):
                    runs.end(found, State.CANCELLED, fact.at)
                if not any(d.agency == lead.agency for d in runs.running(ClockName.RESPONSE)):
                    subject = f"{lead.disposition_id}:{fact.thread_version}"
                    runs.start(ClockName.RESPONSE, fact, subject=subject, agency=lead.agency)
            for found in runs.running(ClockName.CLOSURE, ClockName.CLOSURE_WARNING):
                runs.made[found.deadline_id] = replace(found, thread_version=fact.thread_version)


def _dispose(fact: Fact, previous: Fact | None, runs: _Runs) -> None:
    """A disposition inside the agency goes on under the agency's clock; one to another agency starts that agency's own."""
    if previous is not None and previous.agency == fact.agency:
        return
    if previous is not None:
        for found in runs.running(ClockName.RESPONSE):
            if found.agency == previous.agency:
                runs.end(found, State.CANCELLED, fact.at)
    runs.start(ClockName.RESPONSE, fact, subject=str(fact.disposition_id), agency=fact.agency)


def _asks_again(fact: Fact) -> bool:
    return fact.author in (AuthorRole.REPORTER, AuthorRole.ADMINISTRATOR) and fact.kind is not EntryKind.THANKS


def _await_silence(fact: Fact, runs: _Runs) -> None:
    """Closure, and its warning some working days before. A warning that came late moves the closure: it must leave its time to reply."""
    basis = str(fact.thread_version)
    warning = runs.stored.get((identify(runs.report_id, ClockName.CLOSURE_WARNING), basis))
    closure = runs.start(ClockName.CLOSURE, fact, basis=basis)
    if warning is not None and warning.fired_at is not None and came_late(warning, runs.policy.calendar):
        gap = closure.working_days - warning.working_days
        earliest = runs.policy.calendar.add(warning.fired_at, gap)
        closure = runs.start(ClockName.CLOSURE, fact, basis=basis, not_before=earliest)
    runs.start(ClockName.CLOSURE_WARNING, fact, basis=basis, warns_of=closure.due_at)


def came_late(warning: Deadline, calendar: WorkingCalendar) -> bool:
    """Whether a warning went out more than a working day after its time, as after an outage."""
    return warning.fired_at is not None and calendar.between(warning.due_at, warning.fired_at) > 1


def settle(stored: Deadline | None, reckoned: Deadline, *, now: datetime) -> tuple[Deadline, list[DeadlinesEvent]]:
    """What to store of a reckoned clock, and what to tell the others.

    A clock that fired does not fire again in the same run, unless its due date has moved into the future.
    """
    same_run = stored if stored is not None and stored.basis == reckoned.basis else None
    if same_run and _is_over(same_run, reckoned):
        return same_run, []
    was = same_run.state if same_run else None
    fired_at = same_run.fired_at if same_run else None
    moved = (
        same_run is None or was not in (State.RUNNING, State.MISSED, State.FIRED) or same_run.due_at != reckoned.due_at
    )
    if reckoned.state is State.RUNNING and moved and reckoned.due_at > now:
        fired_at = None
    state = reckoned.state
    if state is State.RUNNING and fired_at is not None:
        state = fired_state(reckoned.clock)
    events: list[DeadlinesEvent] = []
    if (reckoned.state is State.RUNNING and moved) or (was is None and reckoned.state is not State.CANCELLED):
        events.append(_set(reckoned, now))
    if reckoned.state is State.PAUSED and was is not State.PAUSED:
        events.append(DeadlinePaused(occurred_at=now, **_named(reckoned)))
    if reckoned.state is State.MET and reckoned.ended_at is not None:
        late = reckoned.ended_at > reckoned.due_at
        events.append(DeadlineMet(occurred_at=now, met_at=reckoned.ended_at, late=late, **_named(reckoned)))
    return replace(reckoned, state=state, fired_at=fired_at), events


def _is_over(stored: Deadline, reckoned: Deadline) -> bool:
    """Whether a clock ended before, as it is reckoned now; a later decree does not change what was promised then."""
    if stored.state is not reckoned.state or stored.state not in (State.MET, State.CANCELLED):
        return False
    same_promise = stored.due_at == reckoned.due_at or stored.calendar_version != reckoned.calendar_version
    return stored.ended_at == reckoned.ended_at and same_promise


def drop(stored: Deadline, *, now: datetime) -> Deadline:
    """A stored clock that a fact which became known late has undone."""
    return stored if stored.state is State.CANCELLED else replace(stored, state=State.CANCELLED, ended_at=now)


def fired_state(clock: ClockName) -> State:
    """What a clock is when its time is over."""
    return State.FIRED if clock in (ClockName.CLOSURE, ClockName.CLOSURE_WARNING) else State.MISSED


def fire(deadline: Deadline, *, now: datetime) -> tuple[Deadline, DeadlinesEvent]:
    """The time of a running clock is over."""
    fired = replace(deadline, state=fired_state(deadline.clock), fired_at=now)
    return fired, announce(deadline, now=now)


def announce(deadline: Deadline, *, now: datetime) -> DeadlinesEvent:
    """What the others are told when a clock has run out."""
    if deadline.clock is ClockName.CLOSURE:
        return ClosureDue(occurred_at=now, thread_version=deadline.thread_version or 0, **_named(deadline))
    if deadline.clock is ClockName.CLOSURE_WARNING:
        return ReminderDue(occurred_at=now, due_at=deadline.warns_of or deadline.due_at, **_named(deadline))
    return DeadlineMissed(occurred_at=now, due_at=deadline.due_at, **_named(deadline))


def _set(deadline: Deadline, now: datetime) -> DeadlineSet:
    return DeadlineSet(
        occurred_at=now, due_at=deadline.due_at, calendar_version=deadline.calendar_version, **_named(deadline)
    )


def _named(deadline: Deadline) -> dict[str, object]:
    return {
        "report_id": deadline.report_id,
        "deadline_id": deadline.deadline_id,
        "clock": deadline.clock,
        "agency": deadline.agency,
    }
