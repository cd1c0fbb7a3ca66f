"""A notify service on a database of its own, with a telephone and a mailbox in the test's hand."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest_asyncio
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.notify import handlers
from services.notify import tables as t
from services.notify.channels import Parcel
from services.notify.domain import Outcome, State
from services.notify.sender import Sender
from services.notify.settings import Settings
from shared.clock import FixedClock
from shared.contracts.event import Event
from shared.contracts.notifications import MessageChannel
from shared.sealing import OpeningKey, new_private_key
from tests.conftest import SessionsOf
from tests.notify.world import METRO_EVENT, NOW, Story
from tests.support.flow import Flow


@dataclass
class Phone:
    """Takes what is sent; answers with the outcomes it was given, then with success."""

    outcomes: list[Outcome] = field(default_factory=list)
    got: list[Parcel] = field(default_factory=list)

    async def send(self, parcel: Parcel) -> Outcome:
        outcome = self.outcomes.pop(0) if self.outcomes else Outcome.SENT
        if outcome in (Outcome.SENT, Outcome.UNKNOWN):
            self.got.append(parcel)
        return outcome

    @property
    def texts(self) -> list[str]:
        return [parcel.rendered.text for parcel in self.got]


@dataclass
class Notify:
    """The service under test."""

    sessions: async_sessionmaker[AsyncSession]
    settings: Settings
    clock: FixedClock
    wall: FixedClock
    key: OpeningKey
    flow: Flow
    sms: Phone
    mail: Phone

    @property
    def sender(self) -> Sender:
        """A sender as a fresh process would have it."""
        return Sender(
            self.sessions,
            self.settings,
            clock=self.clock,
            wall=self.wall,
            key=self.key,
            routes={MessageChannel.SMS: self.sms, MessageChannel.EMAIL: self.mail},
        )

    async def give(self, *events: Event) -> list[UUID]:
        """Deliver events; their ids."""
        ids = [uuid4() for _ in events]
        for event, event_id in zip(events, ids, strict=True):
            await self.flow.give(event, event_id=event_id)
        return ids

    async def send(self) -> None:
        """Send until nothing is ready."""
        while await self.sender.round():
            pass

    async def retry(self) -> None:
        """Let events that waited for their cause take effect."""
        retries = asyncio.create_task(self.flow.main.retry_parked())
        try:
            async with asyncio.timeout(30):
                while await self.flow.parked():  # noqa: ASYNC110 - what changes is rows in a database
                    await asyncio.sleep(0.05)
        finally:
            retries.cancel()
            await asyncio.wait([retries])

    async def states(self) -> Sequence[State]:
        """States of all messages in the order in which they became due."""
        async with self.sessions() as session:
            found = await session.scalars(select(t.message.c.state).order_by(t.message.c.position))
            return [State(state) for state in found]

    async def known(self, story: Story) -> None:
        """The report and its contact data are known; the receipt has gone out and is forgotten."""
        await self.give(METRO_EVENT, story.submitted(), story.contact(self.key))
        await self.send()
        self.sms.got.clear()
        self.mail.got.clear()
        await self.flow.clear()


@pytest_asyncio.fixture
async def notify(sessions_of: SessionsOf) -> Notify:
    settings = Settings.model_validate(
        {
            "environment": "test",
            "database_url": "postgresql+psycopg://unused",
            "kafka": "unused",
            "kafka_security": "plaintext",
            "internal_token": "invented",
            "public_url": "https://www.lapor.example",
        }
    )
    sessions = sessions_of("notify")
    clock, wall = FixedClock(NOW), FixedClock(datetime(2026, 12, 1, tzinfo=UTC))
    flow = Flow("notify", sessions, handlers.routes(wall), handlers.urgent_routes(wall))
    key = OpeningKey(new_private_key())
    return Notify(sessions, settings, clock, wall, key, flow, Phone(), Phone())
