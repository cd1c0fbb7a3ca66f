"""Closes polls when their time is over."""

import asyncio
from collections.abc import Awaitable, Callable

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.polls import actions
from shared.clock import Clock


def closing(sessions: async_sessionmaker[AsyncSession], clock: Clock, interval: float) -> Callable[[], Awaitable[None]]:
    """A ticker that looks every `interval` seconds of wall time; one poll, one transaction."""

    async def close_polls() -> None:
        while True:
            await close_due(sessions, clock)
            await asyncio.sleep(interval)

    return close_polls


async def close_due(sessions: async_sessionmaker[AsyncSession], clock: Clock) -> int:
    """Close all that are due; returns how many. Several instances share the work."""
    number, more = 0, True
    while more:
        async with sessions.begin() as session:
            more = await actions.close_next(session, now=clock.now())
        number += more
    return number
