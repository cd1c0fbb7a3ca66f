"""Bytes that cannot be decoded, sent on through the outbox with where they came from.

In the transaction of the batch: one publisher per service, and no letter without its claim. A letter is an event of its
own whose body is the original bytes; the original headers travel as `origin.<name>`. It carries no exception text,
which may hold personal data.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from shared.messaging import outbox
from shared.messaging.identity import uuid7

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncSession

    from shared.messaging.envelope import Delivery

TYPE = "dead-letter.v1"
LARGEST = 1_900_000
"""Bytes; dead-letter topics take records of 2 MB. What is larger stays at its origin only."""


def topic_of(service: str) -> str:
    """The dead-letter topic of a service."""
    return f"{service}.dead-letters"


def stage(session: "AsyncSession", service: str, consumer: str, deliveries: Sequence["Delivery"]) -> None:
    """Stage a letter for each of these deliveries."""
    for delivery in deliveries:
        record = delivery.record
        letter_id = uuid7()
        headers = {
            "ce_specversion": "1.0",
            "ce_id": str(letter_id),
            "ce_type": TYPE,
            "ce_source": f"/{service}",
            "ce_time": datetime.now(UTC).isoformat(),
            "origin-consumer": consumer,
            "origin-topic": record.topic,
            "origin-partition": str(record.partition),
            "origin-offset": str(record.offset),
            "origin-key": (record.key or b"").decode("latin-1"),
        }
        headers |= {f"origin.{name}": (value or b"").decode("latin-1") for name, value in record.headers}
        body = record.value or b""
        if record.value is None:
            headers["origin-null"] = "true"
        if len(body) > LARGEST:
            headers["origin-size"] = str(len(body))
            body = b""
        outbox.stage_raw(session, letter_id, topic_of(service), f"{record.topic}/{record.partition}", headers, body)
