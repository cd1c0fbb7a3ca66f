"""Gives a service events as Kafka would, and reads what it staged in answer: real database, no broker."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.contracts.event import Event, State, Tombstone
from shared.contracts.registry import EVENTS, TOPICS
from shared.messaging import Receiver, Routes


@dataclass
class WireRecord:
    """A Kafka record as a consumer gets it."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    partition: int = 0
    offset: int = 0
    timestamp: int = 0


def wire(event: Event, *, event_id: UUID | None = None, source: str | None = None) -> WireRecord:
    """The event as its producer would publish it. The same `event_id` again is a redelivery."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id or uuid4()),
        "ce_type": event.type,
        "ce_source": source or f"/{TOPICS[event.topic].producer}",
        "ce_time": event.occurred_at.isoformat(),
        "ce_subject": event.key,
        "content-type": "application/json",
    }
    if isinstance(event, State | Tombstone):
        headers["ce_stateversion"] = str(event.version)
    body = None if isinstance(event, Tombstone) else event.model_dump_json().encode()
    return WireRecord(event.topic, event.key.encode(), body, [(k, v.encode()) for k, v in headers.items()])


@dataclass
class Staged:
    """An event found in the outbox."""

    id: UUID
    topic: str
    key: str
    event: Event
    headers: dict[str, str] = field(default_factory=dict)


class Flow:
    """One service under test."""

    def __init__(
        self,
        service: str,
        sessions: async_sessionmaker[AsyncSession],
        routes: Routes,
        urgent: Routes | None = None,
        *,
        unordered: bool = False,
    ) -> None:
        self.sessions = sessions
        self.main = Receiver(service, service, sessions, routes, unordered=unordered)
        self.urgent = Receiver(service, f"{service}.urgent", sessions, urgent or Routes(), unordered=True)

    async def give(self, *events: Event, event_id: UUID | None = None) -> None:
        """Deliver events in this order, each to the consumer that its topic belongs to, one batch each."""
        for event in events:
            receiver = self.urgent if TOPICS[event.topic].urgent else self.main
            await receiver.receive([wire(event, event_id=event_id)])

    async def give_twice(self, event: Event) -> None:
        """Deliver one event and deliver it again."""
        event_id = uuid4()
        await self.give(event, event_id=event_id)
        await self.give(event, event_id=event_id)

    async def staged(self, *types: type[Event]) -> list[Any]:
        """The events in the outbox, in order; of these types only, if any are named."""
        found = [row.event for row in await self.outbox()]
        return [event for event in found if isinstance(event, types)] if types else found

    async def outbox(self) -> list[Staged]:
        """What waits in the outbox, with ids and headers, in order."""
        async with self.sessions() as session:
            rows = (
                await session.execute(
                    text("select topic, key, headers::text as headers, body from outbox order by position")
                )
            ).all()
        found = []
        for row in rows:
            headers = json.loads(row.headers)
            model = EVENTS[headers["ce_type"]]
            if row.body is None:
                event: Event = model.model_validate(
                    {
                        "record_key": row.key,
                        "version": int(headers["ce_stateversion"]),
                        "occurred_at": headers["ce_time"],
                    }
                )
            else:
                event = model.model_validate_json(bytes(row.body))
            found.append(Staged(UUID(headers["ce_id"]), row.topic, row.key, event, headers))
        return found

    async def clear(self) -> None:
        """Forget what was staged, as the relay does after publishing."""
        async with self.sessions.begin() as session:
            await session.execute(text("delete from outbox"))

    async def parked(self) -> int:
        """How many events are parked."""
        async with self.sessions() as session:
            return int(await session.scalar(text("select count(*) from parked")) or 0)
