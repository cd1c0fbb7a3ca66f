"""The journey ledger: what this service took in and sent, without any content, for 60 days.

The "in" half is the inbox, the "out" half is written by the relay. A report's journey is put together from the ledgers
of all services by operators' tools.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.inbox import array

HOPS = text("""
select 'in' as direction, event_id, type, topic, key, partition, "offset", trace_id, consumer, received_at as at
from inbox where key = any(cast(:keys as text[])) and type <> ''
union all
select 'out', event_id, type, topic, key, partition, "offset", trace_id, null, sent_at
from journey where key = any(cast(:keys as text[]))
order by at, direction
""")


class Direction(StrEnum):
    """Seen from the service that keeps the ledger."""

    IN = "in"
    OUT = "out"


@dataclass(frozen=True, slots=True)
class Hop:
    """One event on its way in or out."""

    direction: Direction
    event_id: UUID
    type: str
    topic: str
    key: str
    partition: int
    offset: int
    trace_id: str | None
    consumer: str | None
    """Who took it in; None on the way out."""
    at: datetime
    """When it took effect or was parked; on the way out, when Kafka had acknowledged it (UTC)."""


async def hops(session: AsyncSession, keys: Iterable[str]) -> list[Hop]:
    """Everything of these keys (report ids) in this service's ledger, oldest first."""
    rows = await session.execute(HOPS, {"keys": array(keys)})
    return [
        Hop(
            Direction(row.direction),
            row.event_id,
            row.type,
            row.topic,
            row.key,
            row.partition,
            row.offset,
            row.trace_id.hex if row.trace_id else None,
            row.consumer,
            row.at,
        )
        for row in rows
    ]
