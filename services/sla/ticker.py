"""Looks for what is due, as long as the service runs. Replicas share the work: each skips what another has locked."""

import asyncio
import logging

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sla import actions
from services.sla.settings import Settings
from shared.clock import Clock

logger = logging.getLogger(__name__)


class Ticker:
    """Seeds calendar and policies, then fires clocks by the domain's time.

    Nothing is kept in memory: a restart or an outage, however long, loses no deadline and fires none twice.
    """

    def __init__(self, sessions: async_sessionmaker[AsyncSession], clock: Clock, settings: Settings) -> None:
        self._sessions = sessions
        self._clock = clock
        self._settings = settings

    async def run(self) -> None:
        """Until cancelled."""
        await self.seed()
        while True:
            if not await self.tick():
                await asyncio.sleep(self._settings.tick_seconds)

    async def seed(self) -> None:
        """Make sure that calendar and policies are published."""
        years = range(self._settings.calendar_first_year, self._settings.calendar_last_year + 1)
        async with self._sessions.begin() as session:
            await actions.seed(session, years, self._settings.clock_policies, now=self._clock.now())

    async def tick(self) -> bool:
        """One look: clocks of an older calendar first, then what is due. Whether there may be more."""
        limit = self._settings.tick_batch
        async with self._sessions() as session:
            if not await actions.is_work_waiting(session, now=self._clock.now()):
                return False
        async with self._sessions.begin() as session:
            recomputed = await actions.recompute_outdated(session, now=self._clock.now(), limit=limit)
        if recomputed:
            logger.info("%s reports reckoned with the new calendar", recomputed)
            return True
        async with self._sessions.begin() as session:
            fired = await actions.fire_due(session, now=self._clock.now(), limit=limit)
        if fired:
            logger.info("%s deadlines fired", fired)
        return fired == limit
