"""One trace goes on through outbox, Kafka and handlers; batches link to it; nothing personal is in a span."""

from collections.abc import Iterator, Sequence

import pytest
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Delivery, Meta, Routes, outbox, tracing
from shared.messaging.tracing import Tracing, attributes_of
from tests.messaging import model
from tests.messaging.model import ReportEvent, make
from tests.messaging.world import World


class Spans:
    def __init__(self) -> None:
        self.provider, self.exporter = TracerProvider(), InMemorySpanExporter()
        self.provider.add_span_processor(SimpleSpanProcessor(self.exporter))
        self.tracer = self.provider.get_tracer("test")

    def named(self, name: str) -> list[ReadableSpan]:
        return [span for span in self.exporter.get_finished_spans() if span.name == name]


@pytest.fixture
def spans(monkeypatch: pytest.MonkeyPatch) -> Iterator[Spans]:
    made = Spans()
    monkeypatch.setattr(tracing, "_staging", made.tracer)
    yield made
    made.provider.shutdown()


def trace_of(span: ReadableSpan) -> str:
    context = span.get_span_context()
    assert context is not None
    return f"{context.trace_id:032x}"


async def test_an_event_is_one_trace_from_staging_to_what_its_handler_stages(world: World, spans: Spans) -> None:
    submitted, verified = world.kinds.submitted, world.kinds.verified
    routes, seen = Routes(), []

    @routes.on(submitted)
    async def on_submitted(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        seen.append(meta.trace_id)
        outbox.stage(session, make(verified, event.report_id))

    traces = {}
    for name in "abc":
        with spans.tracer.start_as_current_span("submit") as span:
            await world.stage(make(submitted, name))
            traces[name] = f"{span.get_span_context().trace_id:032x}"
    with world.relaying():
        assert await world.drained()
    async with world.consuming(world.receiver(routes, tracing=Tracing(spans.tracer, world.name))):
        await world.until("select count(*) from outbox", 3)
    staged = {key: headers["traceparent"][3:35] for key, headers in world.sql("select key, headers from outbox")}
    assert staged == traces
    assert set(seen) == set(traces.values())
    sent = {trace_of(span): span for span in spans.named(f"send {submitted.topic}")}
    processed = {trace_of(span): span for span in spans.named(f"process {submitted.topic}")}
    assert sent.keys() == processed.keys() == set(traces.values())
    for trace, handled in processed.items():
        cause = sent[trace].get_span_context()
        assert handled.parent is not None
        assert cause is not None
        assert handled.parent.span_id == cause.span_id
        assert (sent[trace].kind, handled.kind) == (SpanKind.PRODUCER, SpanKind.CONSUMER)
        assert handled.attributes is not None
        assert handled.attributes["peer.service"] == submitted.topic
        assert handled.attributes["messaging.consumer.group.name"] == world.name
    batches = spans.named(f"process batch {submitted.topic}")
    linked = {f"{link.context.trace_id:032x}" for span in batches for link in span.links}
    assert linked <= set(traces.values())
    assert world.sql("select count(distinct trace_id) from journey") == [(3,)]


async def test_a_bulk_handler_has_a_few_spans_in_the_events_traces_and_links_to_all(world: World, spans: Spans) -> None:
    submitted, routes = world.kinds.submitted, Routes()

    @routes.on_many(submitted)
    async def on_many(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        for delivery in deliveries:
            await model.record(session, delivery.event)

    for n in range(20):
        with spans.tracer.start_as_current_span("submit"):
            await world.stage(make(submitted, "same", n))
    with world.relaying():
        assert await world.drained()
    async with world.consuming(world.receiver(routes, tracing=Tracing(spans.tracer, world.name))):
        await world.until("select count(*) from effect", 20)
    (batch,) = spans.named(f"process batch {submitted.topic}")
    assert len(batch.links) == 20
    own = spans.named(f"process {submitted.topic}")
    assert len(own) == tracing.OWN
    assert {trace_of(span) for span in own} < {f"{link.context.trace_id:032x}" for link in batch.links}


async def test_a_failure_marks_its_span_with_the_class_and_no_words(world: World, spans: Spans) -> None:
    submitted = world.kinds.submitted
    with spans.tracer.start_as_current_span("submit"):
        await world.stage(make(submitted, "p", 1))
    with world.relaying():
        assert await world.drained()
    routes = model.routes(world.kinds, poison={("p", 1)})
    async with world.consuming(world.receiver(routes, tracing=Tracing(spans.tracer, world.name))):
        await world.until("select count(*) from parked", 1)
    failed = spans.named(f"process {submitted.topic}")[0]
    assert failed.attributes is not None
    assert failed.attributes["error.type"] == "RuntimeError"
    assert "secret" not in "".join(span.to_json() for span in spans.exporter.get_finished_spans())


async def test_without_a_trace_no_header_is_made_up(world: World) -> None:
    await world.stage(make(world.kinds.submitted, "a"))
    assert world.sql("select headers::text like '%%traceparent%%' from outbox") == [(False,)]


def test_agencies_topics_are_one_peer() -> None:
    attributes = attributes_of("agency.kota-metro.dispositions", "send")
    assert attributes["messaging.destination.name"] == "agency.kota-metro.dispositions"
    assert attributes["messaging.destination.template"] == "agency.{code}.dispositions"
    assert attributes["peer.service"] == "agency.{code}.dispositions"
