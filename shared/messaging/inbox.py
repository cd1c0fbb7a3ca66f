"""Each event takes effect once per consumer, however often Kafka repeats it.

The rows say where each event came from and when, so they are the "in" half of the journey ledger as well.
"""

from collections.abc import Iterable, Sequence
from typing import Any, NamedTuple

from sqlalchemy import text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.envelope import Delivery

FEW = 200
"""Open lanes that a claim brings along; where there are more, the lanes of the batch are asked for by name."""

# unnest() fills shorter arrays up with nulls: what is the same for all is sent once.
# Sorted, so that two consumers claiming the same records cannot deadlock.
_ROWS = """
insert into inbox (consumer, source, event_id, topic, key, type, partition, "offset", trace_id)
select cast(:consumer as text), coalesce(s, cast(:source as text)), i, coalesce(t, cast(:topic as text)), k,
       coalesce(y, cast(:type as text)), p, o, r
from unnest(cast(:sources as text[]), cast(:ids as uuid[]), cast(:topics as text[]), cast(:keys as text[]),
            cast(:types as text[]), cast(:partitions as integer[]), cast(:offsets as bigint[]),
            cast(:traces as uuid[])) as u(s, i, t, k, y, p, o, r)
order by i
"""
_OPEN = "select topic, lane, reason from parked_lane where consumer = :consumer limit 201"  # FEW + 1

# Half the cost of asking for conflicts, which only a redelivery has; the open lanes come in the same round trip. Their
# snapshot is older than the claims, which is harmless here: where a claim had to wait for another's, it is repeated.
CLAIM_NEW = text(f"with claimed as ({_ROWS}) {_OPEN}")
CLAIM = text(f"{_ROWS} on conflict do nothing returning cast(event_id as text), source")
OPEN = text(_OPEN)


class Open(NamedTuple):
    """A lane in which events are parked."""

    topic: str
    lane: str
    reason: str


class RepeatedError(Exception):
    """At least one was claimed before; the transaction is lost. Start over with `claim`."""


async def claim_new(
    session: AsyncSession, consumer: str, deliveries: Sequence[Delivery]
) -> tuple[Sequence[Delivery], list[Open]]:
    """Claim them all, in the hope that none was handled before. Returns them and the consumer's open lanes.

    Raises:
        RepeatedError: the hope was vain.
    """
    try:
        rows = await session.execute(CLAIM_NEW, _columns(consumer, deliveries))
    except IntegrityError as error:
        raise RepeatedError from error
    return deliveries, [Open(*row) for row in rows]


async def claim(
    session: AsyncSession, consumer: str, deliveries: Sequence[Delivery]
) -> tuple[Sequence[Delivery], list[Open]]:
    """Those not handled before, in order, and the open lanes. Waits for another consumer's claim to be settled."""
    if not deliveries:
        return [], []
    first: dict[tuple[str, str], Delivery] = {}
    for delivery in deliveries:  # repeated within one batch: the first counts
        first.setdefault((delivery.id, delivery.source), delivery)
    rows = await session.execute(CLAIM, _columns(consumer, list(first.values())))
    claimed = {(event_id, source) for event_id, source in rows}
    fresh = [delivery for identity, delivery in first.items() if identity in claimed]
    # a later statement: it must see the lanes of whoever held those claims
    lanes = await session.execute(OPEN, {"consumer": consumer})
    return fresh, [Open(*row) for row in lanes]


def _columns(consumer: str, deliveries: Sequence[Delivery]) -> dict[str, Any]:
    """Array literals: psycopg spends 10 us an element on a list."""
    records = [delivery.record for delivery in deliveries]
    sources = [delivery.source for delivery in deliveries]
    topics = [delivery.topic for delivery in deliveries]
    types = [delivery.type for delivery in deliveries]
    traces = [delivery.traceparent for delivery in deliveries]
    return {
        "consumer": consumer,
        "ids": "{" + ",".join([delivery.id for delivery in deliveries]) + "}",
        "source": sources[0],
        "sources": _unless_uniform(sources),
        "topic": topics[0],
        "topics": _unless_uniform(topics),
        "keys": array([delivery.key for delivery in deliveries]),
        "type": types[0],
        "types": _unless_uniform(types),
        "partitions": "{" + ",".join([str(record.partition) for record in records]) + "}",
        "offsets": "{" + ",".join([str(record.offset) for record in records]) + "}",
        "traces": "{" + ",".join([made[3:35].decode() if made else "NULL" for made in traces]) + "}",
    }


def _unless_uniform(words: list[str]) -> str:
    return "{}" if words.count(words[0]) == len(words) else array(words)


def array(words: Iterable[str]) -> str:
    """A PostgreSQL text array literal. The words hold no NUL."""
    joined = "\0".join(words)
    if "\\" in joined or '"' in joined:
        joined = joined.replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + joined.replace("\0", '","') + '"}'
