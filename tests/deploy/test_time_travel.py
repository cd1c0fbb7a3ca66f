"""Spans of time lead to the moment they name."""

from datetime import UTC, datetime, timedelta

import pytest

from deploy.local.problem import Problem
from deploy.local.time_travel import BEHIND, target
from shared.working_days import default_calendar

WEDNESDAY = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
CALENDAR = default_calendar()


@pytest.mark.parametrize("count", [1, 3, 5, 10])
def test_working_days_end_just_after_every_clock_of_so_many_days_that_starts_now(count: int) -> None:
    assert target(f"{count} working-days", WEDNESDAY, CALENDAR) == CALENDAR.add(WEDNESDAY, count) + BEHIND


@pytest.mark.parametrize(
    ("span", "by"),
    [
        ("3 days", timedelta(days=3)),
        ("1 day", timedelta(days=1)),
        ("2 hours", timedelta(hours=2)),
        ("5minutes", timedelta(minutes=5)),
    ],
)
def test_other_spans_are_plain_time(span: str, by: timedelta) -> None:
    assert target(span, WEDNESDAY, CALENDAR) == WEDNESDAY + by


@pytest.mark.parametrize("span", ["", "soon", "-3 days", "3 weeks", "days"])
def test_what_is_no_span_is_refused_with_examples(span: str) -> None:
    with pytest.raises(Problem, match="10 working-days"):
        target(span, WEDNESDAY, CALENDAR)
