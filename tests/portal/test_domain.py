"""Stages, threads and promises of a published report."""

from dataclasses import replace
from typing import Any

import pytest

from services.portal import domain
from services.portal.domain import Promise, Report, What
from shared.contracts.publications import Publication, PublicDisposition, PublicEntry
from shared.contracts.vocabulary import ClockName, EntryKind, Status
from shared.working_days import default_calendar
from tests.builders.events import METRO, at
from tests.portal.conftest import closed, publication, report_id, waiting

CALENDAR = default_calendar()
POLICIES = {ClockName.VERIFICATION: 3, ClockName.RESPONSE: 5, ClockName.CLOSURE: 10}


def as_report(event: Publication, **differences: Any) -> Report:
    """As the store would give it."""
    led = event.dispositions[-1]
    names = set(Report.__dataclass_fields__) - {"place", "region", "answer_by", "answered_at"}
    values = {name: getattr(event, name) for name in names}
    report = Report(
        **values,
        place=event.place.text,
        region=event.place.region,
        answer_by=led.answer_by,
        answered_at=led.answered_at,
    )
    return replace(report, **differences)


@pytest.mark.parametrize(
    ("status", "reached"),
    [(Status.DISPOSED, 3), (Status.IN_FOLLOW_UP, 4), (Status.CLOSED, 5), (Status.DUPLICATE, 3)],
)
def test_every_published_report_is_at_one_of_the_last_three_stops(status: Status, reached: int) -> None:
    assert domain.stage_of(status) == reached


def test_the_thread_is_in_the_order_in_which_it_happened() -> None:
    later = PublicEntry(
        entry_id=report_id(7), author="reporter", agency=None, kind="reply", text="Terima kasih", posted_at=at(5)
    )
    event = publication()
    thread = domain.thread(as_report(event, entries=(later, *event.entries)))
    assert [item.what for item in thread] == [What.REPORT, What.DISPOSED, What.ENTRY, What.ENTRY, What.CLOSES]
    assert thread[3].entry == later


def test_a_closed_report_says_when_and_no_longer_when_it_will() -> None:
    thread = domain.thread(as_report(closed()))
    assert [item.what for item in thread][-1] is What.CLOSED


def test_a_hand_over_comes_before_an_answer_of_the_same_moment() -> None:
    event = publication()
    entry = event.entries[0].model_copy(update={"posted_at": event.disposed_at})
    thread = domain.thread(as_report(event, entries=(entry,)))
    assert [item.what for item in thread][1:3] == [What.DISPOSED, What.ENTRY]


def _clock(report: Report, name: ClockName, now: object = None) -> domain.Clock:
    clocks = domain.clocks(report, CALENDAR, POLICIES, now=now or at(19))  # type: ignore[arg-type]
    return next(clock for clock in clocks if clock.name is name)


def test_disposition_within_the_limit_was_kept() -> None:
    clock = _clock(as_report(publication()), ClockName.VERIFICATION)
    assert (clock.promise, clock.days, clock.due) == (Promise.KEPT, 1, at(5, 16, 59).replace(second=59))


def test_disposition_after_the_limit_is_not_called_late_for_the_reporter_may_have_been_asked() -> None:
    clock = _clock(as_report(waiting(received_at=at(2, month=10))), ClockName.VERIFICATION)
    assert clock.promise is Promise.OPEN


@pytest.mark.parametrize(
    ("now", "promise", "days"),
    [
        (at(4), Promise.RUNNING, 4),
        (at(9), Promise.RUNNING, 1),
        (at(10, 1), Promise.DUE_TODAY, 0),
        (at(11), Promise.OVERDUE, 1),
        (at(16), Promise.OVERDUE, 4),
    ],
)
def test_an_unanswered_report_runs_falls_due_and_is_late(now: object, promise: Promise, days: int) -> None:
    clock = _clock(as_report(waiting()), ClockName.RESPONSE, now)
    assert (clock.promise, clock.days) == (promise, days)


def test_an_answer_in_time_kept_the_promise_and_a_late_one_did_not() -> None:
    assert _clock(as_report(publication()), ClockName.RESPONSE).promise is Promise.KEPT
    late = PublicDisposition(
        disposition_id=report_id(1),
        agency=METRO,
        unit=f"{METRO}-PU",
        lead=True,
        disposed_at=at(3),
        answer_by=at(10),
        answered_at=at(12),
    )
    clock = _clock(as_report(publication(), dispositions=(late,)), ClockName.RESPONSE)
    assert (clock.promise, clock.days, clock.agency) == (Promise.LATE, 7, f"{METRO}-PU")


def test_silence_counts_down_to_the_closing_day() -> None:
    report = as_report(publication(closes_at=at(18, 16, 59)))
    assert _clock(report, ClockName.CLOSURE, at(16)).days == 2
    assert _clock(report, ClockName.CLOSURE, at(18, 3)).promise is Promise.DUE_TODAY
    assert _clock(report, ClockName.CLOSURE, at(20)).promise is Promise.OPEN
    assert ClockName.CLOSURE not in {c.name for c in domain.clocks(as_report(closed()), CALENDAR, POLICIES, now=at(19))}


def test_overdue_is_what_waits_beyond_its_limit() -> None:
    assert domain.is_overdue(as_report(waiting()), now=at(11))
    assert not domain.is_overdue(as_report(waiting()), now=at(10))
    assert not domain.is_overdue(as_report(publication()), now=at(30))


def test_an_initial_response_is_an_answer_but_no_follow_up() -> None:
    entry = PublicEntry(
        entry_id=report_id(9), author="agency", agency=METRO, kind="initial", text="Kami periksa.", posted_at=at(4)
    )
    report = as_report(waiting(), entries=(entry,))
    assert (domain.initial_answer(report), domain.solved_by(report)) == (at(4), None)


def test_what_was_done_is_the_resolution_or_else_the_last_progress() -> None:
    progress = publication().entries[0]
    resolution = progress.model_copy(
        update={"kind": EntryKind.RESOLUTION, "entry_id": report_id(3), "posted_at": at(3)}
    )
    assert domain.solved_by(as_report(publication())) == progress
    assert domain.solved_by(as_report(publication(), entries=(progress, resolution))) == resolution
