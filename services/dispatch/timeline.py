"""A report's thread in the order of time: what people wrote and what happened between. Pure; words are the templates'."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from services.dispatch.cases import Case, Disposition, Entry


class Happening(StrEnum):
    """What a line tells."""

    REPORT = "report"
    ENTRY = "entry"
    DISPOSED = "disposed"
    MISSED = "missed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the thread."""

    what: Happening
    at: datetime
    entry: Entry | None = None
    disposition: Disposition | None = None


def timeline(case: Case) -> list[Line]:
    """All lines; where two moments are the same, in the order in which they must have happened."""
    return sorted(_lines(case), key=lambda line: line.at)


def _lines(case: Case) -> Iterator[Line]:
    yield Line(Happening.REPORT, case.received_at)
    for held in case.dispositions:
        yield Line(Happening.DISPOSED, held.disposed_at, disposition=held)
    for entry in case.entries:
        yield Line(Happening.ENTRY, entry.posted_at, entry=entry)
    for held in case.dispositions:
        if held.missed_at is not None:
            yield Line(Happening.MISSED, held.missed_at, disposition=held)
    if case.closed_at is not None:
        yield Line(Happening.CLOSED, case.closed_at)
