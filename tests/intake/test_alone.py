"""Intake with nothing but its database: a real process, a real port, a broker that is not there (rules.md §1)."""

import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import httpx
import psycopg
from confluent_kafka import Consumer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # public, missing in __all__

from shared.messaging.relay import Relay, wait_until_drained
from tests.intake.conftest import FIELDS, own_keys
from tests.support.databases import Databases

PATIENCE = 60.0


def free_port() -> int:
    with closing(socket.socket()) as chosen:
        chosen.bind(("127.0.0.1", 0))
        return int(chosen.getsockname()[1])


@contextmanager
def running(database_url: str, keys: Path, port: int) -> Iterator[httpx.Client]:
    """Intake as a process; its broker's address leads nowhere."""
    environment = os.environ | {
        "LAPOR_ENVIRONMENT": "test",
        "LAPOR_DATABASE_URL": database_url,
        "LAPOR_KAFKA": f"127.0.0.1:{free_port()}",
        "LAPOR_KAFKA_SECURITY": "plaintext",
        "LAPOR_PORT": str(port),
        "LAPOR_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "LAPOR_INTERNAL_TOKEN": "invented",
        "LAPOR_KEYS": str(keys),
    }
    log = keys / "intake.log"
    with log.open("wb") as output:
        process = subprocess.Popen([sys.executable, "-m", "services.intake"], env=environment, stdout=output)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
            until_ready(client, process, log)
            yield client
    finally:
        process.terminate()
        process.wait(PATIENCE)


def until_ready(client: httpx.Client, process: "subprocess.Popen[bytes]", log: Path) -> None:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        assert process.poll() is None, log.read_text()
        try:
            if client.get("/ready").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


def delivered(kafka: str, topic: str, wanted: int) -> list[tuple[str, dict[str, object]]]:
    """Type and body of the records on a topic."""
    consumer = Consumer(
        {"bootstrap.servers": kafka, "group.id": uuid4().hex, "auto.offset.reset": "earliest", "log_level": 0}
    )
    consumer.subscribe([topic])
    found: list[tuple[str, dict[str, object]]] = []
    end = time.monotonic() + PATIENCE
    while len(found) < wanted and time.monotonic() < end:
        record = consumer.poll(0.5)
        if record is not None and record.error() is None:
            kinds: dict[str, bytes] = dict(record.headers())  # type: ignore[arg-type]  # pairs, as typed too loosely
            found.append((kinds["ce_type"].decode(), json.loads(record.value() or b"{}")))
    consumer.close()
    return found


def test_a_report_is_received_while_everything_else_is_down_and_delivered_later(
    databases: Databases, kafka_servers: str, tmp_path: Path
) -> None:
    own_keys(tmp_path)
    topic = f"intake-alone-{uuid4().hex[:8]}"
    with databases.fresh("intake") as url:
        with running(url, tmp_path, free_port()) as client:
            sent = client.post("/lapor", data=FIELDS | {"key": "a" * 32, "email": "ratna@contoh.id"})
            again = client.post("/lapor", data=FIELDS | {"key": "a" * 32, "email": "ratna@contoh.id"})
            receipt = client.get(sent.headers["location"])
            sms = client.post(
                "/sms",
                content="KOTA METRO, pohon tumbang",
                headers={"content-type": "text/plain", "x-kannel-from": "+6281234567890", "x-kannel-id": "mo-1"},
            )
            ready = client.get("/ready").json()

        assert sent.status_code == again.status_code == 303
        assert sent.headers["location"] == again.headers["location"]
        assert "sudah kami terima" in receipt.text
        assert sms.headers["x-lapor-outcome"] == "accepted"
        assert set(ready["consumers"].values()) == {"starting"}

        dsn = url.replace("postgresql+psycopg://", "postgresql://")
        with psycopg.connect(dsn) as own:
            own.execute("update outbox set topic = %s", [topic])
        admin = AdminClient({"bootstrap.servers": kafka_servers})
        admin.create_topics([NewTopic(topic, 1, 1)])[topic].result()
        stop = threading.Event()
        relay = threading.Thread(target=Relay("intake", dsn, kafka_servers).run, args=[stop])
        relay.start()
        try:
            assert wait_until_drained(dsn, PATIENCE)
            records = delivered(kafka_servers, topic, 4)
        finally:
            stop.set()
            relay.join(PATIENCE)
            admin.delete_topics([topic])[topic].result()
    assert [kind for kind, _ in records] == ["report-submitted.v1", "contact-received.v1"] * 2
    assert records[2][1]["tracking_id"] == sms.headers["x-lapor-tracking-id"]
    log = (tmp_path / "intake.log").read_text()
    assert "ratna@contoh.id" not in log
    assert "6281234567890" not in log
