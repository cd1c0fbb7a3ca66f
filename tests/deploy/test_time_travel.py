"""Spans of time lead to the moment they name."""

from datetime import UTC, datetime, timedelta

import psycopg
import pytest

from deploy.local.problem import Problem
from deploy.local.time_travel import _DAYS_OFF, BEHIND, TICKING, Ticking, target
from shared.working_days import default_calendar
from tests.support.databases import Databases

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


@pytest.mark.parametrize("ticking", TICKING, ids=lambda ticking: ticking.service)
def test_what_is_due_is_found_in_the_tables_that_the_service_has(ticking: Ticking, databases: Databases) -> None:
    with databases.fresh(ticking.service) as url, psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute(ticking.due.encode(), (WEDNESDAY,)).fetchone() == (0,)
        assert connection.execute(b"select count(*) from outbox").fetchone() == (0,)
        if ticking.upcoming:
            between = (WEDNESDAY, WEDNESDAY + timedelta(days=30))
            assert connection.execute(ticking.upcoming.encode(), between).fetchone() == (None,)


def test_the_calendar_is_read_from_the_tables_that_sla_has(databases: Databases) -> None:
    with databases.fresh("sla") as url, psycopg.connect(url.replace("+psycopg", "")) as connection:
        assert connection.execute(_DAYS_OFF.encode()).fetchall() == []
