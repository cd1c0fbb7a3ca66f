"""Who may write what, what it does to the clocks, and when silence closes a report."""

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.dispatch import domain
from services.dispatch.cases import Author, Case, Flags, Unit
from services.dispatch.domain import AgencyExcluded, KindNotAllowed, NotOpen, NotTheirs
from services.dispatch.timeline import Happening, timeline
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind, Status
from tests.dispatch.builders import (
    METRO,
    MONDAY,
    PLN,
    REPORTER,
    ROADS,
    SCHEDULE,
    draft,
    officer_of,
    opened,
)

ADMINISTRATOR = Author(AuthorRole.ADMINISTRATOR, uuid4())
DAY = timedelta(days=1)


def write(case: Case, kind: EntryKind, author: Author | None = None, after: timedelta = timedelta()) -> Case:
    return domain.post(case, draft(kind), author or officer_of(), SCHEDULE, now=MONDAY + after)[0]


def test_each_agency_gets_a_clock_of_its_own_and_one_is_in_the_lead() -> None:
    case = opened(METRO, PLN)
    assert [(d.agency, d.lead, d.due_at) for d in case.dispositions] == [
        ("PD-1872", True, SCHEDULE.answer_by(MONDAY)),
        ("BUMN-001", False, SCHEDULE.answer_by(MONDAY)),
    ]
    assert case.status is Status.DISPOSED


def test_an_initial_response_meets_the_clock_and_is_no_follow_up() -> None:
    case = write(opened(), EntryKind.INITIAL, after=DAY)
    assert case.dispositions[0].answered_at == MONDAY + DAY
    assert case.dispositions[0].due_at is None
    assert (case.status, case.closes_at) == (Status.DISPOSED, None)


@pytest.mark.parametrize("kind", [EntryKind.PROGRESS, EntryKind.RESOLUTION])
def test_a_follow_up_of_the_lead_starts_ten_working_days_of_silence(kind: EntryKind) -> None:
    case = write(opened(), kind, after=DAY)
    assert (case.status, case.first_follow_up_at) == (Status.IN_FOLLOW_UP, MONDAY + DAY)
    assert case.closes_at == SCHEDULE.closes_at(MONDAY + DAY)


def test_a_later_follow_up_starts_the_silence_anew_and_the_first_is_remembered() -> None:
    case = write(write(opened(), EntryKind.PROGRESS), EntryKind.RESOLUTION, after=3 * DAY)
    assert case.closes_at == SCHEDULE.closes_at(MONDAY + 3 * DAY)
    assert case.first_follow_up_at == MONDAY


def test_a_follow_up_of_another_agency_starts_no_silence() -> None:
    case = write(opened(METRO, PLN), EntryKind.PROGRESS, officer_of("BUMN-001"))
    assert (case.status, case.closes_at) == (Status.IN_FOLLOW_UP, None)
    assert [d.answered_at for d in case.dispositions] == [None, MONDAY]
    assert domain.close(case, case.thread_version, now=MONDAY) is None


@pytest.mark.parametrize(("author", "kind"), [(REPORTER, EntryKind.REPLY), (ADMINISTRATOR, EntryKind.STATEMENT)])
def test_a_reply_or_statement_ends_the_silence_and_asks_the_lead_again(author: Author, kind: EntryKind) -> None:
    case = write(write(opened(METRO, PLN), EntryKind.PROGRESS), kind, author, after=2 * DAY)
    assert case.closes_at is None
    assert case.dispositions[0].due_at == SCHEDULE.answer_by(MONDAY + 2 * DAY)
    assert case.dispositions[1].due_at == SCHEDULE.answer_by(MONDAY)
    again = write(case, kind, author, after=3 * DAY)
    assert again.dispositions[0].due_at == case.dispositions[0].due_at
    answered = write(again, EntryKind.RESOLUTION, after=4 * DAY)
    assert answered.dispositions[0].due_at is None
    assert answered.dispositions[0].answered_at == MONDAY


def test_a_reply_before_any_follow_up_asks_for_nothing_new() -> None:
    case = write(write(opened(), EntryKind.QUESTION), EntryKind.REPLY, REPORTER, after=DAY)
    assert case.dispositions[0].due_at is None


def test_thanks_ask_for_nothing_and_let_the_silence_run() -> None:
    before = write(opened(), EntryKind.RESOLUTION)
    case = write(before, EntryKind.THANKS, REPORTER, after=DAY)
    assert (case.closes_at, case.dispositions) == (before.closes_at, before.dispositions)
    for basis in (before.thread_version, case.thread_version):
        assert domain.close(case, basis, now=MONDAY + 20 * DAY) is not None


@pytest.mark.parametrize("kind", [EntryKind.REPLY, EntryKind.PROGRESS])
def test_a_timer_based_on_an_older_silence_closes_nothing(kind: EntryKind) -> None:
    followed = write(opened(), EntryKind.PROGRESS)
    case = write(followed, kind, REPORTER if kind is EntryKind.REPLY else None, after=DAY)
    assert domain.close(case, followed.thread_version, now=MONDAY + 20 * DAY) is None
    assert domain.close(followed, followed.thread_version + 1, now=MONDAY + 20 * DAY) is None


def test_a_closed_report_takes_nothing_more() -> None:
    closed = domain.close(write(opened(), EntryKind.RESOLUTION), 1, now=MONDAY + 15 * DAY)
    assert closed is not None
    case, event = closed
    assert (case.status, case.closed_at, event.thread_version) == (Status.CLOSED, MONDAY + 15 * DAY, 2)
    for author, kind in ((REPORTER, EntryKind.REPLY), (officer_of(), EntryKind.PROGRESS)):
        with pytest.raises(NotOpen):
            write(case, kind, author)
    assert domain.close(case, case.thread_version, now=MONDAY) is None


@pytest.mark.parametrize("kind", list(EntryKind))
def test_everybody_writes_only_what_is_theirs(kind: EntryKind) -> None:
    for author in (officer_of(), REPORTER, ADMINISTRATOR, Author(AuthorRole.SYSTEM)):
        if kind in domain.KINDS.get(author.role, ()):
            assert write(opened(), kind, author).entries[-1].author is author.role
        else:
            with pytest.raises(KindNotAllowed):
                write(opened(), kind, author)


def test_only_officers_who_hold_the_report_answer_it() -> None:
    for_city, for_roads = opened(METRO), opened(ROADS)
    for case, station in ((for_city, "BUMN-001"), (for_city, "PD-1872-PU"), (for_roads, "PD-1872-HUB")):
        with pytest.raises(NotTheirs):
            write(case, EntryKind.INITIAL, officer_of(station))
    with pytest.raises(NotTheirs):
        write(for_city, EntryKind.INITIAL, Author(AuthorRole.AGENCY, uuid4()))
    entry = write(for_roads, EntryKind.INITIAL, officer_of("PD-1872")).entries[-1]
    assert (entry.agency, entry.unit) == ("PD-1872", "PD-1872-PU")


def test_an_excluded_agency_and_its_units_are_never_handed_the_report() -> None:
    for excluded in ("PD-1872", "PD-1872-PU"):
        with pytest.raises(AgencyExcluded):
            opened(PLN, ROADS, excluded_agencies=(excluded,))
    opened(METRO, excluded_agencies=("PD-1872-PU",))


def test_a_withdrawn_report_asks_nobody_and_closes_never() -> None:
    case = domain.protect(write(opened(), EntryKind.PROGRESS), Flags(withdrawn=True))
    assert (case.status, case.public, case.closes_at) == (Status.WITHDRAWN, False, None)
    assert domain.close(case, case.thread_version, now=MONDAY) is None
    assert domain.protect(case, Flags(withdrawn=True)) == case
    with pytest.raises(NotOpen):
        write(case, EntryKind.REPLY, REPORTER)


def test_the_limits_that_sla_reckoned_replace_ours_while_they_run() -> None:
    later = MONDAY + 30 * DAY
    case = opened(METRO, PLN)
    moved = domain.reschedule(case, ClockName.RESPONSE, "BUMN-001", later)
    assert [d.answer_by for d in moved.dispositions] == [SCHEDULE.answer_by(MONDAY), later]
    assert domain.reschedule(case, ClockName.CLOSURE, None, later) == case
    assert domain.reschedule(case, ClockName.COMPLETION, None, later) == case
    followed = write(case, EntryKind.PROGRESS)
    assert domain.reschedule(followed, ClockName.CLOSURE, None, later).closes_at == later
    assert domain.reschedule(followed, ClockName.RESPONSE, "PD-1872", later) == followed
    asked = write(followed, EntryKind.REPLY, REPORTER)
    again = domain.reschedule(asked, ClockName.RESPONSE, "PD-1872", later).dispositions[0]
    assert (again.due_at, again.answer_by) == (later, SCHEDULE.answer_by(MONDAY))


def test_a_missed_answer_is_marked_once_and_only_where_none_came() -> None:
    case = write(opened(METRO, PLN), EntryKind.INITIAL)
    marked = domain.mark_missed(case, None, missed_at=MONDAY + 8 * DAY)
    assert [d.missed_at for d in marked.dispositions] == [None, MONDAY + 8 * DAY]
    assert domain.mark_missed(marked, "BUMN-001", missed_at=MONDAY + 9 * DAY) == marked


def test_how_near_a_limit_is_counts_working_days() -> None:
    limit = SCHEDULE.answer_by(MONDAY)  # Monday next week, end of the day
    found = [domain.standing(limit, SCHEDULE.calendar, 1, now=MONDAY + n * DAY) for n in (0, 4, 6, 7, 8, 9)]
    assert [(s.late, s.near, s.days) for s in found] == [
        (False, False, 5),
        (False, True, 1),
        (False, True, 1),
        (False, True, 0),
        (True, False, 1),
        (True, False, 2),
    ]


def test_the_thread_tells_everything_in_the_order_of_time() -> None:
    case = domain.mark_missed(opened(METRO, PLN), "BUMN-001", missed_at=MONDAY + 8 * DAY)
    case = write(write(case, EntryKind.PROGRESS, after=DAY), EntryKind.THANKS, REPORTER, after=9 * DAY)
    closed = domain.close(case, 2, now=MONDAY + 20 * DAY)
    assert closed is not None
    assert [line.what for line in timeline(closed[0])] == [
        Happening.REPORT,
        Happening.DISPOSED,
        Happening.DISPOSED,
        Happening.ENTRY,
        Happening.MISSED,
        Happening.ENTRY,
        Happening.CLOSED,
    ]


flags = st.builds(Flags, st.booleans(), st.booleans(), st.booleans())


@given(flags, flags, flags)
def test_flags_join_in_any_order_and_never_go_down(one: Flags, two: Flags, three: Flags) -> None:
    assert one | two == two | one
    assert (one | two) | three == one | (two | three)
    assert one | one == one
    joined = one | two
    assert joined.forbid_publication == (one.forbid_publication or two.forbid_publication)


def test_a_unit_is_below_itself_and_everything_above_it() -> None:
    street = Unit("PD-31-PU-71", ("PD-31", "PD-31-PU", "PD-31-PU-71"))
    assert street.agency == "PD-31"
    assert [street.is_below(code) for code in ("PD-31", "PD-31-PU", "PD-31-PU-71", "PD-31-HUB")] == [
        True,
        True,
        True,
        False,
    ]


def test_the_rules_read_no_clock_and_change_nothing_in_place() -> None:
    case = opened()
    copy = replace(case)
    write(case, EntryKind.PROGRESS)
    domain.protect(case, Flags(confidential=True))
    assert case == copy
