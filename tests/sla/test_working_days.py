from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.working_days import days_off_of, default_calendar, of_days

JAKARTA = timedelta(hours=7)
years = st.dates(date(2025, 1, 1), date(2027, 12, 31))
moments = st.datetimes(datetime(2025, 3, 1), datetime(2027, 9, 30)).map(lambda m: m.replace(tzinfo=UTC))  # noqa: DTZ001 - made aware


def works(day: date, off: frozenset[date]) -> bool:
    return day.weekday() < 5 and day not in off


def step(day: date, off: frozenset[date], days: int) -> date:
    """The nth working day after or before a day, one day at a time."""
    direction = timedelta(days=1 if days > 0 else -1)
    left = abs(days)
    while left:
        day += direction
        left -= works(day, off)
    return day


@settings(deadline=None, max_examples=50)
@given(moments, st.integers(1, 60), st.frozensets(years, max_size=200))
def test_the_nth_working_day_after_is_the_one_counted_by_hand(
    moment: datetime, days: int, off: frozenset[date]
) -> None:
    due = of_days(1, off).add(moment, days)
    expected = step((moment + JAKARTA).date(), off, days)
    assert due == datetime.combine(expected, time(23, 59, 59), UTC) - JAKARTA


@settings(deadline=None, max_examples=50)
@given(moments, st.integers(-40, -1), st.frozensets(years, max_size=200))
def test_the_nth_working_day_before_is_the_one_counted_by_hand(
    moment: datetime, days: int, off: frozenset[date]
) -> None:
    due = of_days(1, off).add(moment, days)
    expected = step((moment + JAKARTA).date(), off, days)
    assert due == datetime.combine(expected, time(23, 59, 59), UTC) - JAKARTA


@settings(deadline=None, max_examples=50)
@given(moments, st.integers(0, 400), st.frozensets(years, max_size=200))
def test_working_days_between_are_those_counted_by_hand(moment: datetime, hours: int, off: frozenset[date]) -> None:
    later = moment + timedelta(hours=hours)
    first, last = (moment + JAKARTA).date(), (later + JAKARTA).date()
    counted = sum(works(first + timedelta(days=n), off) for n in range(1, (last - first).days + 1))
    assert of_days(1, off).between(moment, later) == counted


@settings(deadline=None, max_examples=50)
@given(moments, st.integers(1, 60), st.frozensets(years, max_size=200))
def test_what_is_added_lies_between(moment: datetime, days: int, off: frozenset[date]) -> None:
    calendar = of_days(1, off)
    assert calendar.between(moment, calendar.add(moment, days)) == days


def test_the_day_begins_in_jakarta_wherever_the_report_comes_from() -> None:
    calendar = of_days(1, [])
    last_second = datetime(2026, 11, 2, 16, 59, 59, tzinfo=UTC)
    assert calendar.add(last_second, 1).astimezone(UTC).day == 3
    assert calendar.add(last_second + timedelta(seconds=1), 1).astimezone(UTC).day == 4


@pytest.mark.parametrize(
    ("day", "joint_leave"),
    [(date(2026, 3, 20), True), (date(2026, 3, 21), False), (date(2026, 8, 17), False), (date(2026, 12, 25), False)],
)
def test_decreed_days_are_known(day: date, joint_leave: bool) -> None:
    found = {off.day: off for off in days_off_of(day.year)}
    assert found[day].joint_leave is joint_leave
    assert not default_calendar().is_working_day(day)
