"""What identity does by itself: keys and demo accounts at start, then tidying up."""

import asyncio
import logging
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.identity.actions import accounts, credentials, keys
from services.identity.equipment import Equipment
from services.identity.store import accounts as account_store
from services.identity.store import attempts

logger = logging.getLogger(__name__)
NEEDS_EVERY = 1.0
"""Seconds between looks for credentials that waited long enough for contact data."""
TIDY_EVERY = 60.0
REVOCATIONS_KEPT = timedelta(minutes=5)
"""Beyond their end: clocks differ."""


class Tending:
    """The tickers of identity; each opens a transaction of its own for each round."""

    def __init__(self, equipment: Equipment, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._equipment, self._sessions = equipment, sessions

    async def begin(self) -> None:
        """Make sure of signing key and demo accounts. Safe to repeat, and in several replicas at once: they take turns."""
        path = self._equipment.settings.demo_accounts
        demo = accounts.read_demo_accounts(path) if path is not None else None
        async with self._sessions.begin() as session:
            await keys.provide(session, self._equipment)
            added = await accounts.seed(session, self._equipment, demo) if demo else 0
        logger.info("keys published, %s demo accounts opened", added)

    async def give_up_needs(self) -> int:
        """One round over credentials whose contact data did not come. Returns how many there were."""
        async with self._sessions.begin() as session:
            return await credentials.give_up_needs(session, self._equipment)

    async def tidy(self) -> None:
        """One round of forgetting what no longer counts."""
        now = self._equipment.wall.now()
        async with self._sessions.begin() as session:
            await keys.retire(session, self._equipment)
            await attempts.forget(session, now - self._equipment.settings.slow_window)
            await account_store.forget_sessions(session, now - REVOCATIONS_KEPT)

    async def tend_keys(self) -> None:
        """Ticker: begin, then tidy for ever."""
        await self.begin()
        while True:
            await self.tidy()
            await asyncio.sleep(TIDY_EVERY)

    async def tend_needs(self) -> None:
        """Ticker: answer overdue needs for ever."""
        while True:
            await self.give_up_needs()
            await asyncio.sleep(NEEDS_EVERY)
