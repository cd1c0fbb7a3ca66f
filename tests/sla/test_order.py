"""Whatever the order in which a report's facts become known, its clocks end up the same, and as an oracle says that walks day by day."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from random import Random
from uuid import UUID, uuid4

from hypothesis import given, settings
from hypothesis import strategies as st

from services.sla.domain import Deadline, Fact, Happened, Policy, State, drop, reckon, settle
from services.sla.settings import Settings
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind
from shared.working_days import of_days

REPORT, METRO, DISPOSITION = uuid4(), "PD-1872", uuid4()
POLICIES = Settings.model_fields["clock_policies"].default
FIRST = date(2026, 11, 2)
JAKARTA = timedelta(hours=7)

days_off = st.frozensets(st.dates(FIRST, FIRST + timedelta(days=60)), max_size=12)
steps = st.lists(
    st.tuples(
        st.sampled_from(["return", "supplement", "hold", "release", "dispose", "answer", "reply", "thanks", "initial"]),
        st.integers(1, 100),  # hours since the step before
    ),
    max_size=14,
)


class Plain:
    """Working days counted one by one."""

    def __init__(self, off: frozenset[date]) -> None:
        self.off = off

    def works(self, day: date) -> bool:
        return day.weekday() < 5 and day not in self.off

    def day(self, moment: datetime) -> date:
        return (moment + JAKARTA).date()

    def end(self, day: date) -> datetime:
        return datetime.combine(day, time(23, 59, 59), UTC) - JAKARTA

    def after(self, moment: datetime, days: int) -> datetime:
        day = self.day(moment)
        while days:
            day += timedelta(days=1)
            days -= self.works(day)
        return self.end(day)

    def left(self, earlier: datetime, later: datetime) -> int:
        day, count = self.day(earlier), 0
        while day < self.day(later):
            day += timedelta(days=1)
            count += self.works(day)
        return count


@dataclass
class Oracle:
    """Keeps the clocks as a clerk would, who hears of everything in order."""

    days: Plain
    verify: tuple[str, datetime | None] = ("none", None)
    left: int | None = None
    reasons: set[str] = field(default_factory=set)
    respond: tuple[str, datetime | None] = ("none", None)
    close: tuple[str, datetime | None] = ("none", None)
    version: int = 0
    followed: bool = False

    def hear(self, what: str, now: datetime) -> None:
        getattr(self, f"hear_{what.replace('-', '_')}")(now)

    def hear_submit(self, now: datetime) -> None:
        self.verify = ("running", self.days.after(now, 3))

    def hear_return(self, now: datetime) -> None:
        self._pause("reporter", now)

    def hear_hold(self, now: datetime) -> None:
        self._pause("agency", now)

    def _pause(self, why: str, now: datetime) -> None:
        state, due = self.verify
        if state == "running" and due is not None:
            self.left = self.days.left(now, due) if now <= due else None
            self.verify = ("paused", due)
        if self.verify[0] == "paused":
            self.reasons.add(why)

    def hear_supplement(self, now: datetime) -> None:
        self._resume("reporter", now)

    def hear_release(self, now: datetime) -> None:
        self._resume("agency", now)

    def _resume(self, why: str, now: datetime) -> None:
        state, due = self.verify
        self.reasons.discard(why)
        if state != "paused" or self.reasons:
            return
        if self.left is not None:
            today = self.days.day(now)
            due = self.days.after(now, self.left)
            if self.left == 0:
                due = self.days.end(today) if self.days.works(today) else self.days.after(now, 1)
        self.verify = ("running", due)

    def hear_dispose(self, now: datetime) -> None:
        if self.verify[0] in ("running", "paused"):
            self.verify = ("met", self.verify[1])
        self.respond = ("running", self.days.after(now, 5))

    def hear_answer(self, now: datetime) -> None:
        self.hear_initial(now)
        self.followed = True
        self.close = ("running", self.days.after(now, 10))

    def hear_initial(self, now: datetime) -> None:
        self.version += 1
        if self.respond[0] == "running":
            self.respond = ("met", self.respond[1])

    def hear_thanks(self, now: datetime) -> None:
        self.version += 1

    def hear_reply(self, now: datetime) -> None:
        self.version += 1
        if not self.followed:
            return
        if self.close[0] == "running":
            self.close = ("cancelled", self.close[1])
        if self.respond[0] != "running":
            self.respond = ("running", self.days.after(now, 5))


def told(chosen: list[tuple[str, int]], oracle: Oracle) -> list[Fact]:
    """A possible history: the steps that make sense, and what the oracle makes of them."""
    now = datetime(2026, 11, 2, 2, tzinfo=UTC)
    facts = [Fact(uuid4(), Happened.SUBMITTED, now)]
    oracle.hear("submit", now)
    disposed = False
    for what, hours in chosen:
        now += timedelta(hours=hours)
        thread = what in ("answer", "reply", "thanks", "initial")
        if thread is not disposed:
            continue
        oracle.hear(what, now)
        disposed = disposed or what == "dispose"
        facts.append(_fact(what, now, oracle.version))
    return facts


def _fact(what: str, now: datetime, version: int) -> Fact:
    plain = {
        "return": Happened.RETURNED,
        "supplement": Happened.SUPPLEMENTED,
        "hold": Happened.HELD,
        "release": Happened.RELEASED,
    }
    if what in plain:
        return Fact(uuid4(), plain[what], now)
    if what == "dispose":
        return Fact(uuid4(), Happened.DISPOSED, now, agency=METRO, disposition_id=DISPOSITION, lead=True)
    kinds = {
        "answer": (AuthorRole.AGENCY, EntryKind.PROGRESS),
        "initial": (AuthorRole.AGENCY, EntryKind.INITIAL),
        "reply": (AuthorRole.REPORTER, EntryKind.REPLY),
        "thanks": (AuthorRole.REPORTER, EntryKind.THANKS),
    }
    author, kind = kinds[what]
    agency = METRO if author is AuthorRole.AGENCY else None
    return Fact(uuid4(), Happened.POSTED, now, agency=agency, thread_version=version, author=author, kind=kind)


def last(deadlines: list[Deadline], clock: ClockName) -> tuple[str, datetime | None]:
    """The newest run of a clock, as the oracle writes it."""
    found = sorted((d for d in deadlines if d.clock is clock), key=lambda d: d.started_at)
    return (str(found[-1].state), found[-1].due_at) if found else ("none", None)


@settings(deadline=None, max_examples=100)
@given(steps, days_off)
def test_the_clocks_stand_as_the_oracle_says(chosen: list[tuple[str, int]], off: frozenset[date]) -> None:
    oracle = Oracle(Plain(off))
    facts = told(chosen, oracle)
    found = reckon(REPORT, facts, Policy(of_days(1, off), POLICIES))
    assert last(found, ClockName.VERIFICATION) == oracle.verify
    assert last(found, ClockName.RESPONSE) == oracle.respond
    assert last(found, ClockName.CLOSURE) == oracle.close
    running = [d for d in found if d.clock is ClockName.CLOSURE and d.state is State.RUNNING]
    assert all(d.thread_version == oracle.version for d in running)


@settings(deadline=None, max_examples=60)
@given(steps, days_off, st.randoms())
def test_facts_in_any_order_leave_the_same_clocks(
    chosen: list[tuple[str, int]], off: frozenset[date], random: Random
) -> None:
    policy = Policy(of_days(1, off), POLICIES)
    facts = told(chosen, Oracle(Plain(off)))
    now = max(fact.at for fact in facts)
    in_order, shuffled = _stored(facts, policy, now), _stored(random.sample(facts, len(facts)), policy, now)
    alive = {identity: d for identity, d in in_order.items() if d.state is not State.CANCELLED}
    assert alive == {identity: d for identity, d in shuffled.items() if d.state is not State.CANCELLED}


def _stored(facts: list[Fact], policy: Policy, now: datetime) -> dict[UUID, Deadline]:
    """What is stored after the facts became known one by one."""
    stored: dict[UUID, Deadline] = {}
    for known in range(1, len(facts) + 1):
        found = reckon(REPORT, facts[:known], policy, list(stored.values()))
        stored |= {d.deadline_id: settle(stored.get(d.deadline_id), d, now=now)[0] for d in found}
        gone = stored.keys() - {d.deadline_id for d in found}
        stored |= {identity: drop(stored[identity], now=now) for identity in gone}
    return stored
