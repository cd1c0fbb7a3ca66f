"""Tries parked lanes again: the head with back-off, its followers after it, in order."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Iterable, Sequence

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.messaging import parking
from shared.messaging.failures import is_outage
from shared.messaging.parking import Due, Parked

logger = logging.getLogger(__name__)

Handle = Callable[[AsyncSession, Sequence[Parked]], Awaitable[set[str]]]
IDLE = 1.0
"""Seconds between looks while nothing is due: another replica may have parked and died."""
SLICE = 1.0
"""Seconds given to one lane before another has its turn."""
REMEMBERED = 10_000
"""Keys that just took effect."""
MOST = 256
"""Events of one lane in one transaction."""


class Retries:
    """The retrying half of a receiver."""

    def __init__(
        self, consumer: str, sessions: async_sessionmaker[AsyncSession], handle: Handle, cap: float | None
    ) -> None:
        self._consumer = consumer
        self._sessions = sessions
        self._handle = handle
        self._cap = cap
        self._poked = asyncio.Event()
        self._fresh: set[str] = set()

    def poke(self, keys: Iterable[str] = ()) -> None:
        """Something was parked, or events of these keys took effect: look at once.

        A lane that was being tried just then could not be woken, and may have missed its cause by a moment.
        """
        if len(self._fresh) > REMEMBERED:
            self._fresh.clear()
        self._fresh.update(keys)
        self._poked.set()

    async def run(self) -> None:
        """For ever; survives the database's absence and its own mistakes."""
        trouble = 0
        while True:
            self._poked.clear()
            try:
                while await self._retry_one():
                    pass
                async with self._sessions.begin() as session:
                    pause = await parking.seconds_until_due(session, self._consumer)
                trouble = 0
            except Exception as error:
                if not is_outage(error):
                    logger.exception("consumer %s: retrying parked events failed", self._consumer)
                trouble += 1
                await asyncio.sleep(min(0.2 * 2.0**trouble, 30.0))
                continue
            try:  # at least a little: a lane in another replica's hands is due and not ours
                wait = IDLE if pause is None else min(max(pause, 0.05), IDLE)
                await asyncio.wait_for(self._poked.wait(), wait)
            except TimeoutError:
                pass

    async def _retry_one(self) -> bool:
        """Work on the lane that is due first; False if none is.

        One event at first; after each success twice as many, until the lane is empty, an event fails or time is up.
        """
        until = time.monotonic() + SLICE
        size = 1
        lane: Due | None = None
        while True:
            try:
                async with self._sessions.begin() as session:
                    found = await parking.due(session, self._consumer, lane)
                    if found is None:
                        return lane is not None
                    lane = found
                    self._fresh.discard(lane.lane)
                    closed = await self._advance(session, lane, size)
            except Exception as error:
                if lane is None or is_outage(error):
                    raise
                if size > 1:  # which of them is found out alone
                    size = 1
                    continue
                async with self._sessions.begin() as session:
                    missed = lane.lane in self._fresh
                    await parking.postpone(session, self._consumer, lane, error, again=missed, cap=self._cap)
                return True
            if closed or time.monotonic() > until:
                return True
            size = min(size * 2, MOST)

    async def _advance(self, session: AsyncSession, lane: Due, size: int) -> bool:
        """Handle the first events of a lane; whether it is done with for now."""
        events = await parking.heads(session, self._consumer, lane, size)
        if events:
            keys = await self._handle(session, events)
            await parking.remove(session, events)
            await parking.wake(session, self._consumer, keys)
        return await parking.close(session, self._consumer, lane) or not events
