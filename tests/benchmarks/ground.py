"""What the benchmarks stand on: servers, a database and a topic of their own, and the event they move."""

import asyncio
import gc
import json
import os
import random
import statistics
import sys
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, ClassVar
from uuid import UUID, uuid4

import psycopg
from aiokafka import AIOKafkaProducer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # public, missing in __all__
from psycopg import sql
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared import database
from shared.contracts.event import Event
from shared.messaging import migrations
from shared.messaging.envelope import headers_of
from shared.messaging.identity import uuid7

ROOT = Path(__file__).parents[2]
PARTITIONS = 4
Wire = tuple[bytes, bytes, list[tuple[str, bytes]]]
"""Key, body, headers."""


class Filed(Event):
    """A report of about 430 bytes, which becomes one row."""

    type: ClassVar[str] = "report-filed.v1"
    topic: ClassVar[str] = ""

    report_id: UUID
    seq: int = 0
    category: str
    lat: float
    lon: float
    text: str

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


@dataclass
class Ground:
    """Servers, and what was made on them."""

    kafka: str
    postgres: str
    name: str
    topics: list[str] = field(default_factory=list)

    @property
    def dsn(self) -> str:
        """Of the benchmarks' own database."""
        return self.postgres.rsplit("/", 1)[0] + f"/{self.name}"

    @property
    def url(self) -> str:
        """The same for SQLAlchemy."""
        return self.dsn.replace("postgresql://", "postgresql+psycopg://")

    def topic(self) -> str:
        """A fresh topic."""
        name = f"{self.name}-{len(self.topics)}"
        administrator(self.kafka).create_topics([NewTopic(name, PARTITIONS, 1)])[name].result(15)
        self.topics.append(name)
        return name

    def sql(self, query: str, *args: object) -> list[tuple[Any, ...]]:
        """Run a statement."""
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), args or None)
            return cursor.fetchall() if cursor.description else []

    def clear(self) -> None:
        """Empty the tables, so that every run begins alike."""
        self.sql("truncate inbox, journey, outbox, parked, parked_lane, projection")
        self.sql("checkpoint")

    @asynccontextmanager
    async def sessions(self, service: str = "bench") -> AsyncIterator[async_sessionmaker[AsyncSession]]:
        """Sessions as a service has them."""
        engine: AsyncEngine = database.engine(self.url)
        try:
            yield database.sessions(engine, service)
        finally:
            await engine.dispose()

    async def publish(self, topic: str, wires: Sequence[Wire]) -> None:
        """Put records into a topic."""
        async with self.producer() as producer:
            for start in range(0, len(wires), 1000):
                await asyncio.gather(
                    *[
                        await producer.send(topic, body, key=key, headers=headers)
                        for key, body, headers in wires[start : start + 1000]
                    ]
                )

    @asynccontextmanager
    async def producer(self) -> AsyncIterator[AIOKafkaProducer]:
        """A raw producer with the relay's guarantees."""
        producer = AIOKafkaProducer(
            bootstrap_servers=self.kafka, acks="all", enable_idempotence=True, linger_ms=5, max_batch_size=131_072
        )
        await producer.start()
        try:
            yield producer
        finally:
            await producer.stop()


def filed(topic: str, report_id: UUID | None = None, seq: int = 0) -> Filed:
    """One invented report."""

    class Here(Filed):
        pass

    return Here(
        report_id=report_id or uuid7(),
        seq=seq,
        category="jalan-rusak",
        lat=random.uniform(-11, 6),
        lon=random.uniform(95, 141),
        text="x" * 250,
        occurred_at=datetime.now(UTC),
    )


def wire(event: Filed) -> Wire:
    """As the relay would send it, made in a sampled trace."""
    headers = headers_of(event, event_id=uuid7(), source="/bench")
    headers["traceparent"] = f"00-{uuid4().hex}-{uuid4().hex[:16]}-01"
    return event.key.encode(), event.model_dump_json().encode(), [(k, v.encode()) for k, v in headers.items()]


def administrator(kafka: str) -> AdminClient:
    """Kept for the whole run."""
    return _ADMINISTRATORS.setdefault(kafka, AdminClient({"bootstrap.servers": kafka}))


_ADMINISTRATORS: dict[str, AdminClient] = {}


@contextmanager
def ground() -> Iterator[Ground]:
    """On the servers named by LAPOR_TEST_POSTGRES and LAPOR_TEST_KAFKA, or on some started for the purpose."""
    if "LAPOR_TEST_POSTGRES" in os.environ and "LAPOR_TEST_KAFKA" in os.environ:
        with _on(os.environ["LAPOR_TEST_KAFKA"], os.environ["LAPOR_TEST_POSTGRES"]) as made:
            yield made
        return
    from deploy.local.backbone import backbone

    with backbone(ROOT / ".lapor" / "benchmarks") as servers, _on(servers.kafka, servers.postgres_url) as made:
        yield made


@contextmanager
def _on(kafka: str, postgres: str) -> Iterator[Ground]:
    made = Ground(kafka, postgres, f"bench{uuid4().hex[:8]}")
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(made.name)))
    for statement in migrations.statements_0001():
        made.sql(statement)
    made.sql(
        "create table projection (n bigserial, report_id uuid primary key, seq bigint, category text,"
        " lat float8, lon float8, body text)"
    )
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)  # as shared.runtime does
    try:
        yield made
    finally:
        if made.topics:
            for answer in administrator(kafka).delete_topics(made.topics).values():
                answer.result(15)
        with psycopg.connect(postgres, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(made.name)))


def median(values: Sequence[float]) -> float:
    """The middle one."""
    return statistics.median(values)


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies."""
    ranked = sorted(values)
    return ranked[min(int(len(ranked) * share), len(ranked) - 1)]


class Stopwatch:
    """Seconds since the first event."""

    def __init__(self) -> None:
        self._began: float | None = None

    def start(self) -> None:
        """Begin, once."""
        self._began = self._began or time.perf_counter()

    @property
    def seconds(self) -> float:
        """Since `start`."""
        return time.perf_counter() - (self._began or time.perf_counter())


def finish(figures: dict[str, Any]) -> None:
    """Print one line of JSON and leave with the status that fits."""
    print(json.dumps(figures))
    sys.exit(0 if figures["ok"] else 1)


def say(line: str) -> None:
    """Show progress without touching the result."""
    print(line, file=sys.stderr, flush=True)
