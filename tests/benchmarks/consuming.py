"""The batch consumer against the same writes without any protection, with and without traces."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any
from uuid import uuid4

import psycopg
from aiokafka import AIOKafkaConsumer
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter, SpanExportResult
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Delivery, Receiver, Routes
from shared.messaging.kafka import MAX_RECORDS, Broker, attach
from shared.messaging.tracing import Tracing
from tests.benchmarks.ground import Filed, Ground, Stopwatch

INSERT = """insert into projection (report_id, seq, category, lat, lon, body)
select * from unnest({}) on conflict do nothing"""
COLUMNS = ("i uuid", "s bigint", "c text", "a float8", "o float8", "b text")
FOR_SESSION = text(INSERT.format(",".join(f"cast(:{c[0]} as {c[2:]}[])" for c in COLUMNS)))
FOR_PSYCOPG = INSERT.format(",".join(f"%({c[0]})s::{c[2:]}[]" for c in COLUMNS))


def columns(events: Sequence[Filed]) -> dict[str, Any]:
    """The rows of effect, column by column."""
    return {
        "i": [e.report_id for e in events],
        "s": [e.seq for e in events],
        "c": [e.category for e in events],
        "a": [e.lat for e in events],
        "o": [e.lon for e in events],
        "b": [e.text for e in events],
    }


async def raw(ground: Ground, topic: str, count: int) -> float:
    """Events a second of a bare loop: poll, validate, insert, commit offsets."""
    ground.clear()
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=ground.kafka,
        group_id=uuid4().hex,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    await consumer.start()
    watch, got = Stopwatch(), 0
    try:
        async with await psycopg.AsyncConnection.connect(ground.dsn, autocommit=True) as connection:
            while got < count:
                polled = await consumer.getmany(timeout_ms=1000, max_records=MAX_RECORDS)
                records = [record for records in polled.values() for record in records]
                if not records:
                    continue
                watch.start()
                events = [Filed.model_validate_json(record.value) for record in records]
                await connection.execute(FOR_PSYCOPG, columns(events))
                await consumer.commit()
                got += len(records)
            return got / watch.seconds
    finally:
        await consumer.stop()


def bulk() -> Routes:
    """One row of effect for each event, in one statement a batch."""
    routes = Routes()

    @routes.on_many(Filed)
    async def on_filed(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        events = [delivery.event for delivery in deliveries]
        await session.execute(FOR_SESSION, columns(events))  # type: ignore[arg-type]  # all are Filed

    return routes


@asynccontextmanager
async def consuming(receiver: Receiver, kafka: str) -> AsyncIterator[None]:
    """Consume and retry while the block runs."""
    broker = Broker(kafka, logger=None, graceful_timeout=5.0)
    attach(receiver, broker)
    await broker.start()
    retries = asyncio.create_task(receiver.retry_parked())
    try:
        yield
    finally:
        retries.cancel()
        await asyncio.gather(retries, return_exceptions=True)
        await broker.stop()


class Counted(Receiver):
    """A receiver that says when so many records are settled."""

    def expect(self, count: int) -> None:
        """Begin to count."""
        self.watch, self.seen, self._count = Stopwatch(), 0, count
        self.rate: asyncio.Future[float] = asyncio.get_running_loop().create_future()

    async def receive(self, records: Sequence[Any]) -> None:
        """Count what is settled."""
        self.watch.start()
        await super().receive(records)
        self.seen += len(records)
        if self.seen >= self._count and not self.rate.done():
            self.rate.set_result(self.seen / self.watch.seconds)


async def ours(ground: Ground, topic: str, count: int, tracing: Tracing | None = None) -> float:
    """Events a second of the receiver: the same, and each event once, in order, with its ledger."""
    ground.clear()
    Filed.topic = topic
    async with ground.sessions() as sessions:
        name = f"bench-{uuid4().hex[:8]}"
        receiver = Counted(name, name, sessions, bulk(), tracing)
        receiver.expect(count)
        async with consuming(receiver, ground.kafka):
            return await asyncio.wait_for(receiver.rate, 300)


class Nowhere(SpanExporter):
    """Spans are made, batched and handed over; nobody sends them."""

    def export(self, spans: Sequence[Any]) -> SpanExportResult:
        """Take them."""
        return SpanExportResult.SUCCESS


def traces() -> Tracing:
    """Every event sampled: the dearest case."""
    provider = TracerProvider()
    provider.add_span_processor(BatchSpanProcessor(Nowhere()))
    return Tracing(provider.get_tracer("bench"), "bench")
