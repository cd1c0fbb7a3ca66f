"""The wire form of an event: CloudEvents 1.0 binary mode on Kafka, with W3C trace context."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID, uuid5

from pydantic import ValidationError

from shared.contracts.event import Event, State, Tombstone

ORIGIN = UUID("6c1f8ee4-7c5e-4a53-9a4c-0d6f3f6f6d11")
"""Namespace of the ids given to records whose own id is missing or no UUID."""

CANONICAL = re.compile(rb"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}").fullmatch
TRACEPARENT = re.compile(rb"[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}").fullmatch

Headers = Iterable[tuple[str, bytes | None]]
Lane = tuple[str, str]
"""Topic and key: the scope within which order is kept and a failure parks."""


class Record(Protocol):
    """What is read of a Kafka record; `aiokafka.ConsumerRecord` fits."""

    @property
    def topic(self) -> str: ...  # noqa: D102 - named by Kafka
    @property
    def partition(self) -> int: ...  # noqa: D102
    @property
    def offset(self) -> int: ...  # noqa: D102
    @property
    def key(self) -> bytes | None: ...  # noqa: D102
    @property
    def value(self) -> bytes | None: ...  # noqa: D102
    @property
    def headers(self) -> Headers: ...  # noqa: D102


@dataclass(frozen=True, slots=True)
class Meta:
    """What a handler may want to know of an event beyond its content."""

    id: UUID
    """`ce_id`; unique per source. Names the cause in whatever the handler stores."""
    source: str
    """`ce_source`: `/<service>`."""
    time: datetime
    topic: str
    key: str
    trace_id: str | None
    """32 hexadecimal digits; None if the event was made outside any trace."""


class Delivery:
    """One record as received."""

    __slots__ = ("_event", "headers", "id", "key", "record", "source", "topic")

    def __init__(
        self,
        record: Record,
        event_id: str,
        source: str,
        key: str,
        headers: Mapping[str, bytes | None],
        event: Event | None,
    ) -> None:
        self.record = record
        self.id = event_id
        self.source = source
        self.topic = record.topic
        self.key = key
        self.headers = headers
        self._event = event

    @property
    def event(self) -> Event:
        """The content. Handlers never see a delivery that has none."""
        if self._event is None:
            raise LookupError("the record could not be decoded")
        return self._event

    @property
    def readable(self) -> bool:
        """Whether the bytes meant something to us."""
        return self._event is not None

    @property
    def type(self) -> str:
        """`ce_type`; empty where the bytes meant nothing."""
        return self._event.type if self._event is not None else ""

    @property
    def lane(self) -> Lane:
        """Topic and key."""
        return (self.topic, self.key)

    @property
    def traceparent(self) -> bytes | None:
        """The W3C trace context that the event was made in, if it has a well-formed one."""
        found = self.headers.get("traceparent")
        return found if found is not None and TRACEPARENT(found) else None

    @property
    def meta(self) -> Meta:
        """See `Meta`."""
        made_in = self.traceparent
        return Meta(
            id=UUID(self.id),
            source=self.source,
            time=_time(self.headers.get("ce_time")) or self.event.occurred_at,
            topic=self.topic,
            key=self.key,
            trace_id=made_in[3:35].decode() if made_in else None,
        )


def headers_of(event: Event, *, event_id: UUID, source: str) -> dict[str, str]:
    """Headers for a new event, without trace context."""
    headers = {
        "ce_specversion": "1.0",
        "ce_id": str(event_id),
        "ce_type": event.type,
        "ce_source": source,
        "ce_time": event.occurred_at.isoformat(),
        "ce_subject": event.key.encode().decode("latin-1"),  # header values are kept as latin-1, sent as bytes
        "content-type": "application/json",
    }
    if isinstance(event, State | Tombstone):
        headers["ce_stateversion"] = str(event.version)
    return headers


def body_of(event: Event) -> bytes | None:
    """The record's value; null for a tombstone, so that compaction removes the key."""
    return None if isinstance(event, Tombstone) else event.model_dump_json().encode()


def decode(record: Record, types: Mapping[bytes, type[Event]]) -> Delivery | None:
    """Read one record by its `ce_type`; None if the type is somebody else's business."""
    headers = dict(record.headers)
    kind = headers.get("ce_type")
    model = types.get(kind) if kind else None
    if kind and model is None:
        return None
    try:
        if model is None:
            raise ValueError("no type")
        key = record.key.decode() if record.key else ""
        source = (headers["ce_source"] or b"").decode()
        if "\0" in key or "\0" in source:
            raise ValueError("NUL in key or source")
        identity = headers["ce_id"]
        if not identity:
            raise ValueError("no id")
        own = identity.decode() if CANONICAL(identity) else str(uuid5(ORIGIN, f"{source}\n{identity.decode()}"))
        return Delivery(record, own, source, key, headers, _event(model, key, record.value, headers))
    except (ValidationError, ValueError, KeyError):
        place = f"{record.topic}/{record.partition}/{record.offset}"
        return Delivery(record, str(uuid5(ORIGIN, place)), f"kafka:{record.topic}", "", headers, None)


def _event(model: type[Event], key: str, body: bytes | None, headers: Mapping[str, bytes | None]) -> Event:
    if Tombstone in model.__mro__:  # issubclass() costs a microsecond on pydantic's classes
        if body:
            raise ValueError("a tombstone has no body")
        version, time = headers["ce_stateversion"], headers["ce_time"]
        if version is None or time is None:
            raise ValueError("a tombstone needs a version and a time")
        return model.model_validate(
            {"record_key": key, "version": int(version), "occurred_at": datetime.fromisoformat(time.decode())}
        )
    if body is None:
        raise ValueError("no body")
    return model.model_validate_json(body)


def _time(header: bytes | None) -> datetime | None:
    try:
        return datetime.fromisoformat(header.decode()) if header else None
    except ValueError:
        return None
