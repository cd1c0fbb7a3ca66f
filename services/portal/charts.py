"""Geometry of the charts; templates draw it, a table beside repeats every number."""

from collections.abc import Sequence
from dataclasses import dataclass

from services.portal.store import Month
from shared.web import Language

WIDTH, HEIGHT, LEFT, BOTTOM, TOP = 560.0, 260.0, 44.0, 26.0, 14.0
"""SVG units."""
STEPS = (1, 2, 5)
LINES = 4
"""Grid lines above zero, about."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One month: all of it, and of that the part answered on time."""

    label: str
    x: float
    width: float
    top: float
    height: float
    part_top: float
    part_height: float
    value: int


@dataclass(frozen=True, slots=True)
class Line:
    """A grid line with its number."""

    y: float
    label: str


@dataclass(frozen=True, slots=True)
class Chart:
    """Bars over months."""

    bars: tuple[Bar, ...]
    lines: tuple[Line, ...]
    zero: float
    width: float
    height: float
    left: float


def months(rows: Sequence[Month], lang: Language) -> Chart:
    """The chart of the statistics page."""
    most = max((row.received for row in rows), default=0)
    step = step_of(most)
    top_value = max(step * -(-most // step), step)
    zero = HEIGHT - BOTTOM

    def y(value: float) -> float:
        return round(zero - (zero - TOP) * value / top_value, 1)

    each = (WIDTH - LEFT) / max(len(rows), 1)
    bars = tuple(
        Bar(
            label=lang.month(row.first),
            x=round(LEFT + place * each + each * 0.16, 1),
            width=round(each * 0.68, 1),
            top=y(row.received),
            height=round(zero - y(row.received), 1),
            part_top=y(row.answered_on_time),
            part_height=round(zero - y(row.answered_on_time), 1),
            value=row.received,
        )
        for place, row in enumerate(rows)
    )
    lines = tuple(Line(y(value), lang.number(value)) for value in range(0, top_value + 1, step))
    return Chart(bars, lines, zero, WIDTH, HEIGHT, LEFT)


def step_of(most: int) -> int:
    """A round distance between grid lines, so that about four of them reach `most`."""
    size = 1
    while True:
        for factor in STEPS:
            if factor * size * LINES >= most:
                return factor * size
        size *= 10
