"""Any order of everything that can happen to a report, against the rules that must always hold."""

from datetime import datetime, timedelta
from uuid import uuid4

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from services.dispatch import domain, publication
from services.dispatch.cases import Author, Case, Flags
from services.dispatch.domain import KindNotAllowed, NotOpen, NotTheirs
from services.dispatch.publication import NotPublic
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind, Status
from tests.dispatch.builders import METRO, MONDAY, PLN, SCHEDULE, draft, verified

AUTHORS = [
    Author(AuthorRole.REPORTER),
    Author(AuthorRole.ADMINISTRATOR, uuid4()),
    Author(AuthorRole.AGENCY, uuid4(), "PD-1872"),
    Author(AuthorRole.AGENCY, uuid4(), "BUMN-001"),
    Author(AuthorRole.AGENCY, uuid4(), "KL-999"),
]


class ReportLife(RuleBasedStateMachine):
    """A report that may be known or not, and what was published of it, as `actions` would do it."""

    def __init__(self) -> None:
        super().__init__()
        self.now: datetime = MONDAY
        self.event = verified(agencies=("PD-1872", "BUMN-001"), lead="PD-1872")
        self.remembered = Flags()
        self.case: Case | None = None
        self.published: list[int] = []
        self.public = False
        self.forbidden_since: int | None = None
        self.thread = 0
        self.last_follow_up: int | None = None
        self.objected: int | None = None

    def keep(self, case: Case) -> None:
        self.case = case
        if case.public:
            publication.snapshot(case, len(self.published) + 1, now=self.now)
            self.published.append(case.thread_version)
        self.public = case.public

    @rule(hours=st.integers(1, 24 * 20))
    def time_goes_on(self, hours: int) -> None:
        self.now += timedelta(hours=hours)

    @rule(confidential=st.booleans())
    @precondition(lambda self: self.case is None)
    def is_verified(self, confidential: bool) -> None:
        event = self.event.model_copy(update={"confidential": confidential})
        case, disposed = domain.open_case(event, [METRO, PLN], self.remembered, SCHEDULE, now=self.now)
        assert bool(disposed) is not self.remembered.withdrawn
        if confidential:
            self.remembered |= Flags(confidential=True)
            self.forbidden_since = self.forbidden_since or len(self.published)
        self.keep(case)

    @rule(raised=st.sampled_from([Flags(anonymous=True), Flags(confidential=True), Flags(withdrawn=True)]))
    def flags_are_raised(self, raised: Flags) -> None:
        self.remembered |= raised
        if raised.forbid_publication and self.forbidden_since is None:
            self.forbidden_since = len(self.published)
        if self.case is not None:
            case = domain.protect(self.case, raised)
            assert case.thread_version >= self.case.thread_version
            self.thread = case.thread_version
            self.keep(case)

    @rule(kind=st.sampled_from(EntryKind), author=st.sampled_from(AUTHORS))
    @precondition(lambda self: self.case is not None)
    def somebody_writes(self, kind: EntryKind, author: Author) -> None:
        assert self.case is not None
        try:
            case, posted = domain.post(self.case, draft(kind), author, SCHEDULE, now=self.now)
        except (NotOpen, NotTheirs, KindNotAllowed):
            return
        assert self.case.status in domain.OPEN
        assert author.station != "KL-999"
        assert posted.thread_version == self.thread + 1
        self.thread = posted.thread_version
        if kind.is_follow_up and author.station == "PD-1872":
            self.last_follow_up, self.objected = self.thread, None
        elif kind in (EntryKind.REPLY, EntryKind.STATEMENT):
            self.objected = self.thread
        self.keep(case)

    @rule(back=st.integers(-1, 4))
    @precondition(lambda self: self.case is not None)
    def the_timer_fires(self, back: int) -> None:
        assert self.case is not None
        basis = self.case.thread_version - back
        closed = domain.close(self.case, basis, now=self.now)
        if closed is None:
            return
        assert self.last_follow_up is not None
        assert self.objected is None
        assert self.last_follow_up <= basis
        assert closed[1].thread_version == self.thread + 1
        self.thread = closed[1].thread_version
        self.keep(closed[0])

    @rule(clock=st.sampled_from(ClockName), days=st.integers(-3, 3))
    @precondition(lambda self: self.case is not None)
    def sla_moves_a_limit(self, clock: ClockName, days: int) -> None:
        assert self.case is not None
        case = domain.reschedule(self.case, clock, "PD-1872", self.now + timedelta(days=days))
        if case != self.case:
            self.keep(case)

    @invariant()
    def nothing_is_public_after_a_flag_forbade_it(self) -> None:
        if self.forbidden_since is None:
            return
        assert len(self.published) <= self.forbidden_since
        assert not self.public
        if self.case is not None:
            try:
                publication.snapshot(self.case, 99, now=self.now)
            except NotPublic:
                return
            raise AssertionError("a forbidden report would be published")

    @invariant()
    def an_anonymous_report_names_nobody(self) -> None:
        if self.case is not None and self.remembered.anonymous:
            assert self.case.shown_label is None
            if self.case.public:
                assert publication.snapshot(self.case, 99, now=self.now).reporter_label is None

    @invariant()
    def it_is_closed_only_after_a_follow_up_and_silence_runs_only_then(self) -> None:
        if self.case is None:
            return
        if self.case.status is Status.CLOSED:
            assert self.case.first_follow_up_at is not None
            assert self.case.closed_at is not None
        if self.case.closes_at is not None:
            assert self.case.status is Status.IN_FOLLOW_UP
            assert self.last_follow_up is not None
        assert (self.case.closes_at is None) == (self.case.silence_version is None)

    @invariant()
    def nobody_is_asked_for_anything_once_it_is_over(self) -> None:
        if self.case is not None and self.case.status not in domain.OPEN:
            assert all(held.due_at is None for held in self.case.dispositions)

    @invariant()
    def entries_are_numbered_upwards_and_keep_their_names(self) -> None:
        if self.case is not None:
            numbers = [entry.thread_version for entry in self.case.entries]
            assert numbers == sorted(set(numbers))
            assert len({entry.entry_id for entry in self.case.entries}) == len(numbers)


TestReportLife = ReportLife.TestCase
TestReportLife.settings = settings(max_examples=150, stateful_step_count=30, deadline=None)
