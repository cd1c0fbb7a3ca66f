"""A sla service with a calendar, on a database of its own."""

from dataclasses import dataclass
from typing import Any

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.sla import handlers
from services.sla import tables as t
from services.sla.settings import Settings
from services.sla.ticker import Ticker
from shared.clock import FixedClock
from shared.contracts.event import Event
from shared.contracts.vocabulary import ClockName
from tests.conftest import SessionsOf
from tests.sla.reports import at
from tests.support.flow import Flow


@dataclass
class Sla:
    """The service under test, its clock in the test's hand."""

    sessions: async_sessionmaker[AsyncSession]
    clock: FixedClock
    settings: Settings
    flow: Flow
    ticker: Ticker

    async def tell(self, *events: Event) -> None:
        """Deliver events, each at its own moment."""
        for event in events:
            self.clock.moment = max(self.clock.moment, event.occurred_at)
            await self.flow.give(event)

    async def run_until_idle(self) -> None:
        """Tick until there is nothing more to do now."""
        while await self.ticker.tick():
            pass

    async def told(self, *types: type[Event]) -> list[Any]:
        """What was staged since the last time, seeding left out; then forgotten."""
        found = await self.flow.staged(*types)
        await self.flow.clear()
        return found

    async def clocks(self) -> dict[tuple[ClockName, str | None], Any]:
        """Rows of all deadlines, by clock and agency."""
        async with self.sessions() as session:
            rows = (await session.execute(select(t.deadline).order_by(t.deadline.c.started_at))).all()
        return {(ClockName(row.clock), row.agency): row for row in rows}


@pytest_asyncio.fixture
async def sla(sessions_of: SessionsOf) -> Sla:
    settings = Settings.model_validate(
        {
            "environment": "test",
            "database_url": "postgresql+psycopg://unused",
            "kafka": "unused",
            "kafka_security": "plaintext",
            "internal_token": "invented",
        }
    )
    sessions, clock = sessions_of("sla"), FixedClock(at(2))
    flow = Flow("sla", sessions, handlers.routes(clock), handlers.urgent_routes(clock))
    made = Sla(sessions, clock, settings, flow, Ticker(sessions, clock, settings))
    await made.ticker.seed()
    await flow.clear()
    return made
