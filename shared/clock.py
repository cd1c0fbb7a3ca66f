"""The domain's time: what working-day clocks and dates on pages go by.

Tokens, signatures, back-off and metrics use wall time instead.
"""

import json
import os
import tempfile
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Protocol

from shared.settings import ServiceSettings


class Clock(Protocol):
    """Tells the time."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""


class SystemClock:
    """The machine's time."""

    def now(self) -> datetime:
        """The moment, aware, in UTC."""
        return datetime.now(UTC)


class FixedClock:
    """Stands still until it is moved; for unit tests."""

    def __init__(self, moment: datetime) -> None:
        self.moment = moment

    def now(self) -> datetime:
        """The moment it was set to."""
        return self.moment

    def advance(self, by: timedelta) -> None:
        """Move on."""
        self.moment += by


class OffsetClock:
    """The machine's time plus an offset kept in a file that all services of a stack read at each call."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def now(self) -> datetime:
        """The moved moment; the machine's own while the file does not exist."""
        return datetime.now(UTC) + read_offset(self._path)


def read_offset(path: Path) -> timedelta:
    """The offset in the file; zero where there is none."""
    try:
        return timedelta(seconds=float(json.loads(path.read_text())["offset_seconds"]))
    except FileNotFoundError:
        return timedelta()


def write_offset(path: Path, offset: timedelta) -> None:
    """Replace the offset at once: a reader sees the old one or the new one."""
    with tempfile.NamedTemporaryFile("w", dir=path.parent, prefix=path.name, delete=False) as scratch:
        json.dump({"offset_seconds": offset.total_seconds()}, scratch)
    Path(scratch.name).chmod(0o644)
    os.replace(scratch.name, path)  # noqa: PTH105 - Path.replace is the same call


def open_clock(settings: ServiceSettings) -> Clock:
    """The clock a service goes by; production settings have refused a movable one already."""
    return OffsetClock(settings.clock_file) if settings.clock_file else SystemClock()
