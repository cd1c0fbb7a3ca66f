"""What operators may do with parked events and dead letters: look, try again, give up. Every step is audited.

Bodies are shown masked: ids, kinds, numbers and times stand, words do not. The caller owns the transaction and says, by
a callback, what the audit event of its service looks like.
"""

import json
import re
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from sqlalchemy import delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event
from shared.messaging import outbox
from shared.messaging.dead_letters import topic_of
from shared.messaging.parking import REPLAYED
from shared.messaging.tables import parked, parked_lane

Audit = Callable[[str, str, str | None], Event]
"""Makes the audit event of a step: action, subject (topic and event or lane), reason given by the operator."""

MASK = "•••"
ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
TIME = re.compile(r"\d{4}-\d\d-\d\d([T ][0-9:.]+(Z|[+-]\d\d:?\d\d)?)?").fullmatch
CODE = re.compile(r"[A-Za-z0-9]+([._-][A-Za-z0-9]+)*").fullmatch
CODED = re.compile(
    r"(^|_)(id|kind|type|status|state|channel|zone|region|agency|unit|lead|category|part|role)s?$"
).search
"""Fields whose values are codes of ours; a single word in any other field may be somebody's."""
OPEN_HEADERS = frozenset(
    ("ce_id", "ce_type", "ce_source", "ce_time", "ce_specversion", "ce_stateversion", "content-type", "traceparent")
)


class NotParkedError(LookupError):
    """There is no such lane, event or letter (any more)."""


@dataclass(frozen=True, slots=True)
class Lane:
    """A key of a topic in which events wait."""

    consumer: str
    topic: str
    lane: str
    """The record key; for an urgent consumer the event's id."""
    events: int
    attempts: int
    reason: str
    """The class of the last error."""
    since: datetime
    next_attempt_at: datetime


@dataclass(frozen=True, slots=True)
class Waiting:
    """One parked event."""

    position: int
    event_id: UUID
    type: str
    partition: int
    offset: int
    parked_at: datetime
    headers: Mapping[str, str]
    body: Any
    """Masked."""


@dataclass(frozen=True, slots=True)
class Letter:
    """One dead letter and where its bytes came from."""

    partition: int
    offset: int
    at: datetime
    origin_topic: str
    origin_partition: int
    origin_offset: int
    consumer: str
    size: int
    """Bytes of the body."""
    headers: Mapping[str, str]
    """Of the original record, masked."""


def mask(value: Any, field: str = "") -> Any:
    """Blank every string but ids, times and, in fields that hold them, codes."""
    if isinstance(value, Mapping):
        return {name: mask(inner, str(name)) for name, inner in value.items()}
    if isinstance(value, list):
        return [mask(inner, field) for inner in value]
    if not isinstance(value, str) or ID(value) or TIME(value) or (CODED(field) and CODE(value)):
        return value
    return MASK


async def list_parked(session: AsyncSession, consumer: str | None = None, *, limit: int = 100) -> list[Lane]:
    """Open lanes, the longest waiting first. Shows no content, so nobody is told."""
    count = (
        select(func.count())
        .where(
            parked.c.consumer == parked_lane.c.consumer,
            parked.c.lane == parked_lane.c.lane,
            parked.c.topic == parked_lane.c.topic,
        )
        .scalar_subquery()
    )
    query = select(parked_lane, count.label("events")).order_by(parked_lane.c.since).limit(limit)
    if consumer is not None:
        query = query.where(parked_lane.c.consumer == consumer)
    return [
        Lane(
            row.consumer,
            row.topic,
            row.lane,
            row.events,
            row.attempts,
            row.reason,
            row.since,
            row.next_attempt_at,
        )
        for row in await session.execute(query)
    ]


async def show_parked(
    session: AsyncSession, consumer: str, topic: str, lane: str, *, audit: Audit, limit: int = 20
) -> list[Waiting]:
    """The first events of a lane, masked; the look is audited.

    Raises:
        NotParkedError: there is no such lane.
    """
    rows = (
        await session.execute(
            select(parked)
            .where(parked.c.consumer == consumer, parked.c.topic == topic, parked.c.lane == lane)
            .order_by(parked.c.position)
            .limit(limit)
        )
    ).all()
    if not rows:
        raise NotParkedError(lane)
    outbox.stage(session, audit("parked-lane-viewed", f"{topic} {lane}", None))
    return [
        Waiting(
            row.position,
            row.event_id,
            row.headers.get("ce_type", "?"),
            row.partition,
            row.offset,
            row.parked_at,
            _masked_headers(row.headers),
            _masked_body(row.body),
        )
        for row in rows
    ]


async def retry_parked_lane(session: AsyncSession, consumer: str, topic: str, lane: str, *, audit: Audit) -> None:
    """Make the lane due now; the service's own retries take it from there, in order.

    Raises:
        NotParkedError: there is no such lane.
    """
    done = await session.execute(
        update(parked_lane)
        .where(parked_lane.c.consumer == consumer, parked_lane.c.topic == topic, parked_lane.c.lane == lane)
        .values(next_attempt_at=func.to_timestamp(0), attempts=0)
        .returning(parked_lane.c.lane)
    )
    if done.first() is None:
        raise NotParkedError(lane)
    outbox.stage(session, audit("parked-lane-retried", f"{topic} {lane}", None))


async def discard_parked(session: AsyncSession, consumer: str, position: int, *, reason: str, audit: Audit) -> None:
    """Give up one parked event, for a reason; its followers go on. Its metadata stays in the inbox.

    Raises:
        NotParkedError: it is not parked.
    """
    row = (
        await session.execute(
            delete(parked)
            .where(parked.c.position == position, parked.c.consumer == consumer)
            .returning(parked.c.topic, parked.c.lane, parked.c.event_id)
        )
    ).first()
    if row is None:
        raise NotParkedError(str(position))
    await session.execute(
        update(parked_lane)
        .where(parked_lane.c.consumer == consumer, parked_lane.c.topic == row.topic, parked_lane.c.lane == row.lane)
        .values(next_attempt_at=func.clock_timestamp(), attempts=0)
    )
    outbox.stage(session, audit("parked-event-discarded", f"{row.topic} {row.event_id}", reason))


async def list_dead_letters(kafka: str, service: str, *, limit: int = 100) -> list[Letter]:
    """The newest dead letters of a service, newest first. Shows no content."""
    async with _reading(kafka, topic_of(service)) as consumer:
        partitions = list(consumer.assignment())
        begins, ends = await consumer.beginning_offsets(partitions), await consumer.end_offsets(partitions)
        found = []
        for partition in partitions:
            start = max(begins[partition], ends[partition] - limit)
            found.extend([_letter(record) async for record in _records(consumer, partition, start, ends[partition])])
    return sorted(found, key=lambda letter: (letter.at, letter.offset), reverse=True)[:limit]


async def replay_dead_letter(
    session: AsyncSession, kafka: str, service: str, partition: int, offset: int, *, audit: Audit
) -> None:
    """Give the original bytes to the consumer that could not read them, and to no one else, by parking them there.

    Raises:
        NotParkedError: there is no such letter, or its bytes were too large to be kept.
    """
    headers, body = await _original(kafka, service, partition, offset)
    if "origin-size" in headers:
        raise NotParkedError("its bytes are only at its origin")
    key = headers["origin-key"].encode("latin-1").decode("utf-8", "replace").replace("\0", "")
    lane = {
        "consumer": headers["origin-consumer"],
        "lane": f"{REPLAYED}{uuid4()}",
        "topic": headers["origin-topic"],
    }
    await session.execute(
        insert(parked_lane).values(**lane, attempts=0, reason="Replayed", next_attempt_at=func.to_timestamp(0))
    )
    await session.execute(
        insert(parked).values(
            **lane,
            key=key,
            event_id=uuid4(),
            partition=int(headers["origin-partition"]),
            offset=int(headers["origin-offset"]),
            headers={name.removeprefix("origin."): v for name, v in headers.items() if name.startswith("origin.")},
            body=None if "origin-null" in headers else body,
        )
    )
    outbox.stage(session, audit("dead-letter-replayed", f"{topic_of(service)} {partition}/{offset}", None))


@asynccontextmanager
async def _reading(kafka: str, topic: str) -> AsyncIterator[AIOKafkaConsumer]:
    """Without a group: all partitions of the topic are assigned, and nothing is committed."""
    consumer = AIOKafkaConsumer(topic, bootstrap_servers=kafka, enable_auto_commit=False, auto_offset_reset="earliest")
    await consumer.start()
    try:
        yield consumer
    finally:
        await consumer.stop()


async def _records(
    consumer: AIOKafkaConsumer, partition: TopicPartition, start: int, end: int
) -> AsyncIterator[ConsumerRecord]:
    consumer.seek(partition, start)
    while await consumer.position(partition) < end:
        for record in (await consumer.getmany(partition, timeout_ms=200)).get(partition, []):
            if record.offset < end:
                yield record


async def _original(kafka: str, service: str, partition: int, offset: int) -> tuple[dict[str, str], bytes]:
    place = TopicPartition(topic_of(service), partition)
    async with _reading(kafka, place.topic) as consumer:
        if place in consumer.assignment():
            begin = (await consumer.beginning_offsets([place]))[place]
            end = (await consumer.end_offsets([place]))[place]
            if begin <= offset < end:
                async for record in _records(consumer, place, offset, offset + 1):
                    return _text(record), record.value or b""
    raise NotParkedError(f"{partition}/{offset}")


def _letter(record: ConsumerRecord) -> Letter:
    headers = _text(record)
    return Letter(
        record.partition,
        record.offset,
        datetime.fromtimestamp(record.timestamp / 1000, UTC),
        headers["origin-topic"],
        int(headers["origin-partition"]),
        int(headers["origin-offset"]),
        headers["origin-consumer"],
        int(headers.get("origin-size", len(record.value or b""))),
        _masked_headers({n.removeprefix("origin."): v for n, v in headers.items() if n.startswith("origin.")}),
    )


def _text(record: ConsumerRecord) -> dict[str, str]:
    return {name: (value or b"").decode("latin-1") for name, value in record.headers}


def _masked_headers(headers: Mapping[str, str]) -> Mapping[str, str]:
    return {name: value if name in OPEN_HEADERS or ID(value) else MASK for name, value in headers.items()}


def _masked_body(body: bytes | None) -> Any:
    if body is None:
        return None
    try:
        return mask(json.loads(body))
    except ValueError:
        return f"{len(body)} bytes"
