"""One test's topics, database, running consumers and relays."""

import asyncio
import contextlib
import functools
import os
import subprocess
import sys
import threading
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import psycopg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # public, missing in __all__
from psycopg import sql

from shared import database
from shared.contracts.event import Event
from shared.messaging import Receiver, Routes, migrations, outbox
from shared.messaging.kafka import Broker, attach
from shared.messaging.relay import Relay, wait_until_drained
from shared.messaging.tracing import Tracing
from tests.messaging import model

ROOT = Path(__file__).parents[2]
PARTITIONS = 4


class Statements:
    """Alembic's `op` as far as the messaging tables need it."""

    def __init__(self, connection: psycopg.Connection) -> None:
        self._connection = connection

    def execute(self, sqltext: str) -> None:
        self._connection.execute(sqltext.encode())


def make_template(postgres: str, name: str) -> None:
    """A database with the messaging tables and the small service's own."""
    with psycopg.connect(postgres, autocommit=True) as admin:
        admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
    with psycopg.connect(dsn_of(postgres, name), autocommit=True) as connection:
        migrations.upgrade_0001(Statements(connection))
        connection.execute("create table effect (n bigserial primary key, report text, type text, seq bigint)")
        connection.execute("create table case_ (report text primary key)")
        connection.execute("create table page (report text primary key, words text)")


def dsn_of(postgres: str, name: str) -> str:
    return postgres.rsplit("/", 1)[0] + f"/{name}"


class World:
    """Reopened by name in a child process, which shares topics and database with the test."""

    def __init__(self, name: str, postgres: str, kafka: str) -> None:
        self.name, self.postgres, self.kafka = name, postgres, kafka
        self.kinds = model.Kinds(name)
        self.dsn = dsn_of(postgres, name)
        self.engine = database.engine(self.dsn.replace("postgresql://", "postgresql+psycopg://"))
        self.sessions = database.sessions(self.engine, name)
        self.topics = [f"{name}-{word}" for word in ("reports", "verifications", "privacy")] + [f"{name}.dead-letters"]
        self.compacted = f"{name}-pages"
        self.producer: AIOKafkaProducer | None = None

    async def send(self, *events: Event, topic: str | None = None, **raw: Any) -> None:
        """Put events, or bytes, straight into Kafka."""
        if self.producer is None:
            self.producer = AIOKafkaProducer(bootstrap_servers=self.kafka, acks="all", enable_idempotence=True)
            await self.producer.start()
        records = [(topic or event.topic, model.wire(event)) for event in events]
        if raw:
            records.append((topic or "", raw))
        await asyncio.gather(*[await self.producer.send(where, **record) for where, record in records])

    async def stage(self, *events: Event) -> None:
        async with self.sessions.begin() as session:
            outbox.stage(session, *events)

    def receiver(self, routes: Routes, *, urgent: bool = False, tracing: Tracing | None = None) -> Receiver:
        consumer = f"{self.name}.urgent" if urgent else self.name
        return Receiver(self.name, consumer, self.sessions, routes, tracing, unordered=urgent)

    @contextlib.asynccontextmanager
    async def consuming(self, receiver: Receiver, *, kafka: str = "", **options: Any) -> AsyncIterator[Receiver]:
        """Consume and retry while the block runs."""
        broker = Broker(kafka or self.kafka, logger=None, graceful_timeout=5.0)
        attach(receiver, broker, **options)
        await broker.start()
        task = asyncio.create_task(receiver.retry_parked())
        try:
            yield receiver
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
            await broker.stop()

    @contextlib.contextmanager
    def relaying(self, *, kafka: str = "", dsn: str = "") -> Any:
        """A relay in a thread while the block runs."""
        stop, relay = threading.Event(), Relay(self.name, dsn or self.dsn, kafka or self.kafka)
        thread = threading.Thread(target=relay.run, args=(stop,), daemon=True)
        thread.start()
        try:
            yield relay
        finally:
            stop.set()
            thread.join(15)

    async def drained(self, seconds: float = 30.0) -> bool:
        return await asyncio.to_thread(wait_until_drained, self.dsn, seconds)

    def sql(self, query: str, *args: object) -> list[tuple[Any, ...]]:
        with psycopg.connect(self.dsn, autocommit=True) as connection:
            cursor = connection.execute(query.encode(), args or None)
            return cursor.fetchall() if cursor.description else []

    def effects(self) -> dict[str, list[int]]:
        """What happened to each report, in order."""
        found: dict[str, list[int]] = defaultdict(list)
        for report, seq in self.sql("select report, seq from effect order by n"):
            found[report].append(seq)
        return dict(found)

    async def until(self, query: str, expected: object, seconds: float = 20.0) -> None:
        got: object = None
        for _ in range(int(seconds / 0.05)):
            with contextlib.suppress(psycopg.OperationalError):
                got = self.sql(query)[0][0]
                if got == expected:
                    return
            await asyncio.sleep(0.05)
        raise AssertionError(f"{query}: {got!r} is not {expected!r}")

    async def published(self, topic: str, *, committed: bool = False) -> list[ConsumerRecord]:
        """Every record of a topic, by partition and offset."""
        level = "read_committed" if committed else "read_uncommitted"
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=self.kafka,
            auto_offset_reset="earliest",
            isolation_level=level,
            enable_auto_commit=False,
        )
        await consumer.start()
        try:
            partitions = list(consumer.assignment())
            ends, found = await consumer.end_offsets(partitions), []
            while any([await consumer.position(p) < ends[p] for p in partitions]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found.extend(records)
        finally:
            await consumer.stop()
        return sorted(found, key=lambda record: (record.partition, record.offset))

    def child(self, module: str, *arguments: str, **environment: str) -> subprocess.Popen[bytes]:
        """A process of its own, to be killed."""
        return subprocess.Popen([sys.executable, "-m", module, *arguments], cwd=ROOT, env={**os.environ, **environment})

    def relay_process(self) -> subprocess.Popen[bytes]:
        return self.child(
            "shared.messaging.relay",
            LAPOR_SERVICE=self.name,
            LAPOR_DATABASE_URL=self.dsn.replace("postgresql://", "postgresql+psycopg://"),
            LAPOR_KAFKA=self.kafka,
            LAPOR_KAFKA_SECURITY="plaintext",
            LAPOR_ENVIRONMENT="test",
        )

    def create(self, template: str) -> None:
        with psycopg.connect(self.postgres, autocommit=True) as admin:
            admin.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(self.name), sql.Identifier(template)
                )
            )
        new = [NewTopic(topic, PARTITIONS, 1) for topic in self.topics]
        new.append(NewTopic(self.compacted, PARTITIONS, 1, config={"cleanup.policy": "compact"}))
        for future in administrator(self.kafka).create_topics(new).values():
            future.result(10)

    async def close(self) -> None:
        if self.producer is not None:
            await self.producer.stop()
        await self.engine.dispose()

    def drop(self) -> None:
        for future in administrator(self.kafka).delete_topics([*self.topics, self.compacted]).values():
            future.result(10)
        with psycopg.connect(self.postgres, autocommit=True) as admin:
            admin.execute(sql.SQL("drop database {} with (force)").format(sql.Identifier(self.name)))


@functools.cache
def administrator(kafka: str) -> AdminClient:
    """One for the whole run."""
    return AdminClient({"bootstrap.servers": kafka})


def new_name() -> str:
    return "t" + uuid4().hex[:10]


def by_key(records: Sequence[ConsumerRecord]) -> dict[str, list[int]]:
    """The `seq` of each key's events, in order."""
    found: dict[str, list[int]] = defaultdict(list)
    for record in records:
        found[record.key.decode()].append(int(record.value.decode().split('"seq":')[1].rstrip("}")))
    return dict(found)
