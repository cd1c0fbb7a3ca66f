"""When what happens: stories are spread over the working days before today, at the hours that people keep."""

import random
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from enum import IntEnum

from deploy.local.demo.stories import Fate, Story
from shared.working_days import WorkingCalendar
from shared.zones import JAKARTA

DAYS = 34
"""Working days that the demonstration runs over."""
HOURS = (time(9, 10), time(14, 25))
"""When something happens, on one day and on the next."""


class Step(IntEnum):
    """What happens to a story, in the order in which it happens at one moment."""

    SEND = 1
    DECIDE = 2
    INITIAL = 3
    ANSWER = 4
    REPLY = 5


@dataclass(frozen=True)
class Due:
    """One thing to do."""

    story: int
    """Index among the stories."""
    step: Step


def working_days(calendar: WorkingCalendar, until: datetime, count: int = DAYS) -> list[datetime]:
    """The beginnings (WIB) of the last working days before the day of `until`, oldest first."""
    day, found = until.astimezone(JAKARTA).date() - timedelta(days=1), list[datetime]()
    while len(found) < count:
        if calendar.is_working_day(day):
            found.append(datetime.combine(day, time(), JAKARTA))
        day -= timedelta(days=1)
    return found[::-1]


def plan(stories: Sequence[Story], days: Sequence[datetime], seed: int = 1708) -> Mapping[datetime, list[Due]]:
    """What is due at each moment, in order of time; what would lie after the last day stays undone."""
    chance = random.Random(seed)  # noqa: S311 - a timetable, no secret
    slots = [datetime.combine(day.date(), HOURS[n % 2], JAKARTA) for n, day in enumerate(days)]
    due: dict[int, list[Due]] = defaultdict(list)
    for index, story in enumerate(stories):
        slot = int(len(slots) * (index / len(stories)) ** 0.9)
        due[slot].append(Due(index, Step.SEND))
        decided = slot + chance.choice((1, 1, 1, 1, 2, 2, 4))  # the last is late: more than three working days
        due[decided].append(Due(index, Step.DECIDE))
        if story.fate in (Fate.HELD, Fate.REJECTED, Fate.RETURNED, Fate.UNANSWERED):
            continue
        first = decided + chance.choice((1, 1, 2, 3, 3, 4, 7))  # the last is late: more than five working days
        if story.fate is Fate.INITIAL or chance.random() < 0.3:
            due[first].append(Due(index, Step.INITIAL))
        if story.fate is not Fate.INITIAL:
            answered = first + chance.choice((1, 1, 2, 3))
            due[answered].append(Due(index, Step.ANSWER))
            if story.fate is Fate.REPLIED:
                due[answered + 1].append(Due(index, Step.REPLY))
    return {
        slots[slot]: sorted(due[slot], key=lambda d: (d.step, d.story)) for slot in sorted(due) if slot < len(slots)
    }
