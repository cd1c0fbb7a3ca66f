"""The operator's command that enters a decree on days off: `python -m services.sla decree FILE.csv`."""

import asyncio
import getpass
import sys
from collections.abc import Sequence
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sla import actions
from services.sla.calendar import BadDecree, Change, read_decree
from services.sla.settings import Settings
from shared import database
from shared.clock import Clock, open_clock


def enter_decree(path: Path, settings: Settings) -> int:
    """Read the file, publish the changed years, reckon all open clocks anew; the exit status."""
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            changes = read_decree(file)
    except (OSError, UnicodeDecodeError, BadDecree) as error:
        sys.stderr.write(f"{path.name}: {error}\n")
        return 2
    years, reports = asyncio.run(_enter(changes, settings))
    sys.stdout.write(
        f"Changed years: {', '.join(map(str, years)) or 'none'}. Reports reckoned with the new calendar: {reports}.\n"
    )
    return 0


async def _enter(changes: Sequence[Change], settings: Settings) -> tuple[list[int], int]:
    engine = database.engine(settings.database_url.get_secret_value())
    try:
        sessions = database.sessions(engine, settings.service)
        actor = f"operator:{getpass.getuser()}"
        return await take_over(sessions, changes, open_clock(settings), actor=actor, batch=settings.tick_batch)
    finally:
        await engine.dispose()


async def take_over(
    sessions: async_sessionmaker[AsyncSession], changes: Sequence[Change], clock: Clock, *, actor: str, batch: int
) -> tuple[list[int], int]:
    """Store the decree, then reckon open clocks batch by batch; what an interruption leaves, the ticker goes on with.

    Returns:
        The changed years, and how many reports were reckoned anew here.
    """
    async with sessions.begin() as session:
        years = await actions.decree(session, changes, actor=actor, now=clock.now())
    reports = 0
    while True:
        async with sessions.begin() as session:
            done = await actions.recompute_outdated(session, now=clock.now(), limit=batch)
        reports += done
        if not done:
            return years, reports
