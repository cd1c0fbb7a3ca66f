"""The working calendar as sla keeps it: years of days off, and the decrees that change them."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import TextIO

from shared.contracts.working_calendar import DayOff
from shared.working_days import WorkingCalendar, of_days

COLUMNS = ("tanggal", "nama", "jenis")


class DayKind(StrEnum):
    """What a decree makes of a day; the words stand in its file."""

    HOLIDAY = "libur"
    JOINT_LEAVE = "cuti-bersama"
    WORKING_DAY = "hari-kerja"


class BadDecree(ValueError):
    """The file is no decree; the message names the line and what is wrong with it."""


@dataclass(frozen=True, slots=True)
class Year:
    """All days off of a year; `version` rises with each decree."""

    year: int
    version: int
    days_off: tuple[DayOff, ...]


@dataclass(frozen=True, slots=True)
class Change:
    """One line of a decree."""

    day: date
    name: str
    kind: DayKind


def read_decree(file: TextIO) -> list[Change]:
    """The lines of a CSV file with the columns `tanggal` (2027-03-10), `nama` and `jenis` (libur, cuti-bersama, hari-kerja).

    Raises:
        BadDecree: a column is missing, a line cannot be read, or a day stands there twice.
    """
    rows = csv.DictReader(file)
    if not set(COLUMNS) <= set(rows.fieldnames or ()):
        raise BadDecree(f"line 1: the columns {', '.join(COLUMNS)} are needed")
    changes: dict[date, Change] = {}
    for row in rows:
        try:
            change = Change(date.fromisoformat(row["tanggal"]), row["nama"].strip(), DayKind(row["jenis"]))
        except (ValueError, TypeError, AttributeError) as error:
            raise BadDecree(f"line {rows.line_num}: a day, a name and a kind are needed") from error
        if change.day in changes:
            raise BadDecree(f"line {rows.line_num}: {change.day} stands there twice")
        if not change.name and change.kind is not DayKind.WORKING_DAY:
            raise BadDecree(f"line {rows.line_num}: {change.day} has no name")
        changes[change.day] = change
    if not changes:
        raise BadDecree("the file names no day")
    return list(changes.values())


def decreed(days_off: Iterable[DayOff], changes: Iterable[Change]) -> tuple[DayOff, ...]:
    """The days off of a year after a decree, by day."""
    days = {day.day: day for day in days_off}
    for change in changes:
        if change.kind is DayKind.WORKING_DAY:
            days.pop(change.day, None)
        else:
            days[change.day] = DayOff(day=change.day, name=change.name, joint_leave=change.kind is DayKind.JOINT_LEAVE)
    return tuple(days[day] for day in sorted(days))


def assemble(years: Sequence[Year]) -> WorkingCalendar:
    """One calendar of all years. Its version is the sum of theirs: it rises with every decree of any year."""
    return _assemble(sum(year.version for year in years), tuple(day.day for year in years for day in year.days_off))


@lru_cache(maxsize=8)
def _assemble(version: int, days: tuple[date, ...]) -> WorkingCalendar:
    return of_days(version, days)
