"""The relay against a bare producer that sends the same bytes, and how soon a handler hears of a commit."""

import asyncio
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID, uuid4

import psycopg
from confluent_kafka import Producer
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Meta, Receiver, Routes, outbox
from shared.messaging.relay import SAFE, TUNED, Producers, Relay, Sent
from tests.benchmarks.consuming import consuming
from tests.benchmarks.ground import ROOT, Filed, Ground, Wire, filed


async def raw_aiokafka(ground: Ground, topic: str, wires: Sequence[Wire]) -> float:
    """Events a second, acknowledged by all replicas, idempotent."""
    async with ground.producer() as producer:
        await producer.send_and_wait(topic, b"{}")
        began = time.perf_counter()
        for start in range(0, len(wires), 1000):
            await asyncio.gather(
                *[
                    await producer.send(topic, body, key=key, headers=headers)
                    for key, body, headers in wires[start : start + 1000]
                ]
            )
        return len(wires) / (time.perf_counter() - began)


def raw_confluent(ground: Ground, topic: str, wires: Sequence[Wire]) -> float:
    """The same with the library that the relay uses."""
    producer = Producer({**TUNED, **SAFE, "bootstrap.servers": ground.kafka})
    producer.produce(topic, b"{}")
    producer.flush()
    began = time.perf_counter()
    for key, body, headers in wires:
        producer.produce(topic, body, key, headers=headers)  # type: ignore[arg-type]
    producer.flush()
    return len(wires) / (time.perf_counter() - began)


class Timed(Relay):
    """Knows when it began to publish, connected as the bare producers are, and when it was through."""

    began = 0.0
    ended = 0.0

    def expect(self, count: int, topic: str, stop: threading.Event) -> None:
        """Stop once so many are published."""
        self._count, self._topic, self._through = count, topic, stop

    def _publish(self, connection: psycopg.Connection, producers: Producers) -> int:
        if not self.began:
            producers._facts.produce(self._topic, b"{}")
            producers._facts.flush()
            self.began = time.perf_counter()
        return super()._publish(connection, producers)

    def _done(self, connection: psycopg.Connection, sent: Sent) -> None:
        super()._done(connection, sent)
        if self.published >= self._count:
            self.ended = time.perf_counter()
            self._through.set()


def relay(ground: Ground, topic: str, wires: Sequence[Wire]) -> float:
    """Events a second from a full outbox to a full ledger."""
    ground.clear()
    with (
        psycopg.connect(ground.dsn) as connection,
        connection.cursor() as cursor,
        cursor.copy("copy outbox (event_id, topic, key, headers, body, fenced) from stdin") as copy,
    ):
        for key, body, headers in wires:
            named = {name: value.decode() for name, value in headers}
            copy.write_row((UUID(named["ce_id"]), topic, key.decode(), json.dumps(named), body, False))
    ground.sql("analyze outbox")
    stop = threading.Event()
    made = Timed("bench", ground.dsn, ground.kafka)
    made.expect(len(wires), topic, stop)
    made.run(stop)
    return len(wires) / (made.ended - made.began)


async def latency(ground: Ground, count: int) -> tuple[list[float], float]:
    """Milliseconds from commit to handler at 50 events a second, relay in its own process; its memory in MB."""
    topic = ground.topic()
    ground.clear()
    Filed.topic = topic
    begun: dict[UUID, float] = {}
    heard: dict[UUID, float] = {}
    routes = Routes()

    @routes.on(Filed)
    async def on_filed(session: AsyncSession, event: Filed, meta: Meta) -> None:
        heard[event.report_id] = time.perf_counter()

    environment = {
        **os.environ,
        "LAPOR_SERVICE": f"bench-{uuid4().hex[:6]}",
        "LAPOR_DATABASE_URL": ground.url,
        "LAPOR_KAFKA": ground.kafka,
    }
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "shared.messaging.relay", cwd=ROOT, env=environment, stderr=subprocess.DEVNULL
    )
    try:
        async with ground.sessions() as sessions:
            name = f"bench-{uuid4().hex[:8]}"
            async with consuming(Receiver(name, name, sessions, routes), ground.kafka):
                await asyncio.sleep(2)
                for _ in range(count + 20):
                    began = time.perf_counter()
                    event = filed(topic)
                    async with sessions.begin() as session:
                        outbox.stage(session, event)
                    begun[event.report_id] = time.perf_counter()
                    await asyncio.sleep(max(0.0, 0.02 - (time.perf_counter() - began)))
                for _ in range(100):
                    await asyncio.sleep(0.05)
                    if len(heard) == len(begun):
                        break
        memory = resident(process.pid)
    finally:
        process.terminate()
        await asyncio.wait_for(process.wait(), 10)
    warm = list(begun)[20:]
    return [1000 * (heard[report] - begun[report]) for report in warm if report in heard], memory


def resident(pid: int) -> float:
    """Megabytes that are the process's own: without what it shares with others."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    found = {line.split(":")[0]: line.split(":")[1] for line in lines if ":" in line}
    return int(found["VmRSS"].split()[0]) / 1024
