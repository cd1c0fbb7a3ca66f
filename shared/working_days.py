"""Working days: Monday to Friday less national holidays and joint leave, in Asia/Jakarta (rules.md §Words)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from functools import cache
from typing import Literal

import numpy as np
from holidays import country_holidays

from shared.contracts.working_calendar import DayOff
from shared.zones import JAKARTA

END_OF_DAY = time(23, 59, 59)


@dataclass(frozen=True)
class WorkingCalendar:
    """The days off that are known, and what follows from them."""

    version: int
    days_off: frozenset[date]
    _days: np.busdaycalendar = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        holidays = np.array(sorted(self.days_off), dtype="datetime64[D]")
        object.__setattr__(self, "_days", np.busdaycalendar(holidays=holidays))

    def is_working_day(self, day: date) -> bool:
        """Whether work is done that day."""
        return bool(np.is_busday(np.datetime64(day), busdaycal=self._days))

    def add(self, moment: datetime, working_days: int) -> datetime:
        """The end of the nth working day after a moment, in UTC. The day of the moment is day 0, also a day off.

        `working_days` may be negative: the end of the nth working day before.
        """
        start = np.datetime64(moment.astimezone(JAKARTA).date())
        roll: Literal["backward", "forward"] = "backward" if working_days >= 0 else "forward"
        day = np.busday_offset(start, working_days, roll=roll, busdaycal=self._days).astype(date)
        return datetime.combine(day, END_OF_DAY, JAKARTA).astimezone(UTC)

    def between(self, earlier: datetime, later: datetime) -> int:
        """Working days from the day of `earlier` (not counted) to the day of `later` (counted)."""
        first = np.datetime64(earlier.astimezone(JAKARTA).date() + timedelta(days=1))
        end = np.datetime64(later.astimezone(JAKARTA).date() + timedelta(days=1))
        return int(np.busday_count(first, end, busdaycal=self._days))


def of_days(version: int, days: Iterable[date]) -> WorkingCalendar:
    """A calendar of these days off."""
    return WorkingCalendar(version, frozenset(days))


def days_off_of(year: int) -> tuple[DayOff, ...]:
    """National holidays and joint leave of a year, as far as decreed; later decrees come as new calendar versions."""
    public = country_holidays("ID", years=year, categories=("public",), language="id")
    leave = country_holidays("ID", years=year, categories=("government",), language="id")
    named = {day: (name, False) for day, name in public.items()}
    named |= {day: (name, True) for day, name in leave.items() if day not in named}
    return tuple(DayOff(day=day, name=name, joint_leave=joint) for day, (name, joint) in sorted(named.items()))


@cache
def default_calendar(first: int = 2024, last: int = 2028) -> WorkingCalendar:
    """For a service that has not heard from sla yet: the decreed days of these years, as version 0."""
    return of_days(0, (day.day for year in range(first, last + 1) for day in days_off_of(year)))
