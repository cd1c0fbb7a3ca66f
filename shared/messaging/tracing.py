"""Spans of staging and receiving, after OpenTelemetry's messaging conventions.

An event's own trace goes on through Kafka: a producer span when it is staged, a consumer span around its handler. The
batch has a span in a trace of its own, linked to its events' traces. Keys and report ids stay out of spans.
`peer.service` names the topic, so that a trace viewer draws topics between services.
"""

import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from itertools import islice

from opentelemetry import trace
from opentelemetry.trace import Link, NonRecordingSpan, SpanContext, SpanKind, TraceFlags, Tracer
from opentelemetry.util.types import AttributeValue

from shared.messaging.envelope import Delivery

LINKS = 128
"""Per batch span: past OTEL_SPAN_LINK_COUNT_LIMIT (128) the SDK drops links silently."""
OWN = 8
"""Events of one bulk-handled batch that get a consumer span each; the others are linked only."""

SAMPLED = frozenset((b"1", b"3", b"5", b"7", b"9", b"b", b"d", b"f"))
"""Last digits of a `traceparent` whose flags have the lowest bit set."""

_staging = trace.get_tracer("lapor.messaging")
_AGENCY = re.compile(r"^agency\.(.+)\.([a-z]+)$")


def _peer(topic: str) -> str:
    """How a topic is called in span names and graphs: agencies' topics by their template."""
    agency = _AGENCY.match(topic)
    return f"agency.{{code}}.{agency[2]}" if agency else topic


def attributes_of(topic: str, operation: str) -> dict[str, AttributeValue]:
    """Attributes that every span of one topic and operation (`send` or `process`) carries."""
    peer = _peer(topic)
    found: dict[str, AttributeValue] = {
        "messaging.system": "kafka",
        "messaging.operation.type": operation,
        "messaging.operation.name": operation,
        "messaging.destination.name": topic,
        "peer.service": peer,
    }
    if peer != topic:
        found["messaging.destination.template"] = peer
    return found


def staged(topic: str, event_id: str) -> str | None:
    """The `traceparent` for an event staged now; None outside any trace.

    A span is made only inside a recording one: without a tracer this costs one look at the context.
    """
    around = trace.get_current_span()
    made = around.get_span_context()
    if not made.is_valid:
        return None
    if around.is_recording():
        attributes = attributes_of(topic, "send")
        attributes["messaging.message.id"] = event_id
        span = _staging.start_span(f"send {_peer(topic)}", kind=SpanKind.PRODUCER, attributes=attributes)
        span.end()
        if span.get_span_context().is_valid:
            made = span.get_span_context()
    return f"00-{made.trace_id:032x}-{made.span_id:016x}-{made.trace_flags:02x}"


class Tracing:
    """The receiver's spans for one consumer."""

    def __init__(self, tracer: Tracer, consumer: str) -> None:
        self._tracer = tracer
        self._consumer = consumer
        self._attributes: dict[str, Mapping[str, AttributeValue]] = {}

    @contextmanager
    def batch(self, deliveries: Sequence[Delivery]) -> Iterator[None]:
        """Around a batch; a single event needs none beside its own."""
        if len(deliveries) < 2:
            yield
            return
        topic = deliveries[0].topic
        made = dict.fromkeys(islice((made for d in deliveries if (made := _sampled(d))), LINKS))
        with self._tracer.start_as_current_span(
            f"process batch {_peer(topic)}",
            kind=SpanKind.CONSUMER,
            attributes={**self._attributes_of(topic), "messaging.batch.message_count": len(deliveries)},
            links=[Link(_context(parent)) for parent in made],
        ):
            yield

    @contextmanager
    def event(self, delivery: Delivery) -> Iterator[None]:
        """Around one event's handler, in the event's own trace: what it stages continues that trace."""
        made = delivery.traceparent
        if made is None:
            yield
            return
        parent = trace.set_span_in_context(NonRecordingSpan(_context(made)))
        with self._tracer.start_as_current_span(
            f"process {_peer(delivery.topic)}",
            context=parent,
            kind=SpanKind.CONSUMER,
            attributes={**self._attributes_of(delivery.topic), "messaging.message.id": delivery.id},
            record_exception=False,  # its words may hold personal data
            set_status_on_exception=False,
        ) as span:
            try:
                yield
            except Exception as error:
                span.set_attribute("error.type", type(error).__name__)
                span.set_status(trace.StatusCode.ERROR)
                raise

    @contextmanager
    def many(self, deliveries: Sequence[Delivery]) -> Iterator[None]:
        """Around a bulk handler: a consumer span for the first few sampled events, in their traces."""
        if len(deliveries) == 1:
            with self.event(deliveries[0]):
                yield
            return
        began = time.time_ns()
        yield
        for delivery in islice((d for d in deliveries if _sampled(d)), OWN):
            self._tracer.start_span(
                f"process {_peer(delivery.topic)}",
                context=trace.set_span_in_context(NonRecordingSpan(_context(_sampled(delivery) or b""))),
                kind=SpanKind.CONSUMER,
                attributes={**self._attributes_of(delivery.topic), "messaging.message.id": delivery.id},
                start_time=began,
            ).end()

    def _attributes_of(self, topic: str) -> Mapping[str, AttributeValue]:
        found = self._attributes.get(topic)
        if found is None:
            found = {**attributes_of(topic, "process"), "messaging.consumer.group.name": self._consumer}
            self._attributes[topic] = found
        return found


def _sampled(delivery: Delivery) -> bytes | None:
    made = delivery.headers.get("traceparent")
    return delivery.traceparent if made is not None and made[-1:] in SAMPLED else None


def _context(traceparent: bytes) -> SpanContext:
    return SpanContext(
        int(traceparent[3:35], 16),
        int(traceparent[36:52], 16),
        is_remote=True,
        trace_flags=TraceFlags(int(traceparent[53:], 16)),
    )
