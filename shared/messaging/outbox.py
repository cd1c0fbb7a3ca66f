"""Events leave a service through its own database, or not at all."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event, State, Tombstone
from shared.messaging import tracing
from shared.messaging.envelope import body_of, headers_of
from shared.messaging.identity import uuid7
from shared.messaging.tables import Outgoing

MAX_BODY = 900_000
"""Bytes. Kafka refuses more than about 1 MB, and a refused row would stop the relay."""


class TooLarge(ValueError):
    """The event cannot be published; refused while its author can still be told."""


def stage(session: AsyncSession, *events: Event) -> list[UUID]:
    """Record events in the caller's transaction; the relay publishes them after commit, in this order.

    Two events of one key keep their order if the second is staged under a lock that the first's transaction held:
    lock the aggregate, decide, stage.

    Returns:
        The `ce_id` of each.

    Raises:
        TooLarge: a body is over `MAX_BODY` bytes; nothing is staged.
    """
    source = f"/{session.info['service']}"
    rows = []
    for event in events:
        body = body_of(event)
        if body is not None and len(body) > MAX_BODY:
            raise TooLarge(f"{event.type}: {len(body)} bytes")
        event_id = uuid7()
        headers = headers_of(event, event_id=event_id, source=source)
        made_in = tracing.staged(event.topic, headers["ce_id"])
        if made_in:
            headers["traceparent"] = made_in
        rows.append(
            Outgoing(
                event_id=event_id,
                topic=event.topic,
                key=event.key,
                headers=headers,
                body=body,
                fenced=isinstance(event, State | Tombstone),
            )
        )
    session.add_all(rows)
    return [row.event_id for row in rows]  # type: ignore[attr-defined]  # mapped imperatively


def stage_raw(
    session: AsyncSession, event_id: UUID, topic: str, key: str, headers: Mapping[str, str], body: bytes
) -> None:
    """As `stage`, for bytes that are not ours: dead letters."""
    session.add(Outgoing(event_id=event_id, topic=topic, key=key, headers=dict(headers), body=body, fenced=False))
