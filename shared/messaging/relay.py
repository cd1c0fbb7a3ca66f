"""Publishes staged events after commit, in order per key: the only publisher of a service.

One relay leads per database. It fetches the oldest rows, sends them, waits for every acknowledgement, then deletes them
and writes the journey ledger in one statement. A crash in between repeats events (readers deduplicate on `ce_id`) and
never skips one: rows are chosen by being there, not by `id > last`, so a transaction that commits late is published late.

Leadership is an advisory lock on the connection that also fetches and deletes. The database itself deposes a leader that
stands still: its session may idle for `DEPOSED_AFTER` seconds only. Rows marked `fenced` (state topics) go through a
transactional producer: from the moment a successor has initialised it, the broker refuses whatever its predecessor still
sends, so an old snapshot cannot land behind a withdrawal. What a deposed leader still sends of the other rows are
repetitions, which readers drop.

Synchronous on purpose, with no transaction open while it sends; a process of its own that imports no more than it needs.
"""

import logging
import os
import signal
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import orjson
import psycopg
from confluent_kafka import KafkaError, KafkaException, Message, Producer

logger = logging.getLogger("lapor.relay")

LOCK = 0x1A904
BATCH = 500
POLL = 1.0
"""Seconds; the net under LISTEN/NOTIFY."""
CHECK = 0.5
"""Seconds of waiting for Kafka between two looks at whether we still lead."""
PARTING = 5.0
"""Seconds given to Kafka to acknowledge what is under way when the relay is told to stop."""
DEPOSED_AFTER = 10
"""Seconds; several times POLL and CHECK."""

SAFE: Mapping[str, Any] = {
    "acks": "all",
    "enable.idempotence": True,
    "message.timeout.ms": 0,  # never give up on one message and go on with the next
    "partitioner": "murmur2_random",  # as Java and aiokafka; the default would re-map keys
}
TUNED: Mapping[str, Any] = {
    "linger.ms": 5,  # flush() overrides it; it only shapes batches
    "message.max.bytes": 2_000_000,
    "socket.keepalive.enable": True,
    "reconnect.backoff.max.ms": 1000,
}

FETCH = """select position, topic, key, headers::text, body, fenced, event_id::text from outbox
           where position <> all(%s::bigint[]) order by position limit %s"""
DONE = """
with gone as (delete from outbox where position = any(%s))
insert into journey (event_id, type, topic, key, partition, "offset", trace_id, occurred_at)
select * from unnest(%s::uuid[], %s::text[], %s::text[], %s::text[], %s::int[], %s::bigint[], %s::uuid[],
                     %s::timestamptz[])
"""

Row = tuple[int, str, str, str, bytes | None, bool, str]


class RefusedError(Exception):
    """Kafka did not take a row. The relay starts over with new producers."""


class StoppedError(Exception):
    """Told to stop while Kafka is away; what is not acknowledged stays in the outbox."""


class Relay:
    """Runs until `stop` is set; survives the loss of Kafka, of the database and of leadership."""

    def __init__(self, service: str, dsn: str, brokers: str, **producer: Any) -> None:
        """`dsn` must reach PostgreSQL itself, not a pooler that shares sessions."""
        self._dsn = dsn
        self._settings = {**TUNED, **SAFE, **producer, "bootstrap.servers": brokers}
        check_producer(self._settings)
        self._fence = f"{service}-relay-state"
        self._stop = threading.Event()
        self._stopped_at: float | None = None
        self.leading = threading.Event()
        self.published = 0
        self.failures = 0

    def run(self, stop: threading.Event) -> None:
        """Until `stop`. Trouble is logged by its class only: error texts may quote rows."""
        self._stop = stop
        while not stop.is_set():
            try:
                with psycopg.connect(self._dsn, **CONNECTION) as connection:
                    self._lead(connection)
            except StoppedError:
                logger.warning("stopped before Kafka acknowledged everything; the rest waits in the outbox")
            except (psycopg.Error, KafkaException, RefusedError) as error:
                self.failures += 1
                logger.warning("interrupted: %s %s", type(error).__name__, _code(error))
                stop.wait(min(0.1 * 2**self.failures, 5.0))
            finally:
                if self.leading.is_set():
                    self.leading.clear()
                    logger.info("no longer leading")

    def _lead(self, connection: psycopg.Connection) -> None:
        # try-and-poll: waiting inside pg_advisory_lock would hold back vacuum
        while not _one(connection, "select pg_try_advisory_lock(%s)", LOCK):
            if self._stop.wait(POLL):
                return
        connection.execute("listen outbox")
        producers = Producers(self._settings, self._fence, lambda: self._waiting(connection))
        self.leading.set()
        logger.info("leading")
        try:
            while not self._stop.is_set():
                if self._publish(connection, producers) < BATCH and not self._stop.is_set():
                    for _ in connection.notifies(timeout=POLL, stop_after=1):
                        pass
        finally:
            producers.purge()

    def _waiting(self, connection: psycopg.Connection) -> None:
        """Called while Kafka keeps us waiting: are we still to lead? Raises if not."""
        connection.execute("select 1")
        if self._stop.is_set():
            self._stopped_at = self._stopped_at or time.monotonic()
            if time.monotonic() > self._stopped_at + PARTING:
                raise StoppedError

    def _publish(self, connection: psycopg.Connection, producers: "Producers") -> int:
        """Send and delete one batch, or several full ones overlapping; the size of the last."""
        rows = self._fetch(connection, producers)
        if not rows:
            return 0
        sent = producers.send(rows)
        while len(sent.rows) == BATCH:  # more is likely: the database works while Kafka writes
            ahead = self._fetch(connection, producers, sent)
            producers.settle(sent)
            before, sent = sent, producers.send(ahead)
            self._done(connection, before)
        producers.settle(sent)
        self._done(connection, sent)
        return len(sent.rows)

    def _fetch(
        self, connection: psycopg.Connection, producers: "Producers", under_way: "Sent | None" = None
    ) -> list[Row]:
        """The oldest rows but for those under way. What is sent under a fence is read behind it."""
        but = _numbers([row[0] for row in under_way.rows]) if under_way else "{}"
        while True:
            rows = connection.execute(FETCH, (but, BATCH), prepare=True, binary=True).fetchall()
            if not any(row[5] for row in rows) or not producers.fence():
                return rows

    def _done(self, connection: psycopg.Connection, sent: "Sent") -> None:
        if not sent.rows:
            return
        connection.execute(DONE, sent.columns(), prepare=True)
        self.published += len(sent.rows)
        self.failures = 0


class Sent:
    """A batch of rows on its way, and where Kafka put each."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self.rows = rows
        self.any_fenced = any(row[5] for row in rows)
        self.headers: list[dict[str, str]] = [orjson.loads(row[3]) for row in rows]
        self.places: list[tuple[int, int]] = [(-1, -1)] * len(rows)
        self.refused: list[KafkaError] = []

    def delivered(self, index: int) -> Callable[[KafkaError | None, Message], None]:
        """The delivery callback of one row."""

        def note(error: KafkaError | None, message: Message) -> None:
            if error is not None:
                self.refused.append(error)
            else:
                self.places[index] = (message.partition() or 0, message.offset() or 0)

        return note

    def columns(self) -> tuple[Any, ...]:
        """Parameters of DONE."""
        rows, headers = self.rows, self.headers
        traces = [h.get("traceparent", "")[3:35] or "NULL" for h in headers]
        return (
            _numbers([row[0] for row in rows]),
            _numbers([row[6] for row in rows]),
            _words([h.get("ce_type", "") for h in headers]),
            _words([row[1] for row in rows]),
            _words([row[2] for row in rows]),
            _numbers([place[0] for place in self.places]),
            _numbers([place[1] for place in self.places]),
            _numbers(traces),
            _words([h["ce_time"] for h in headers]),
        )


class Producers:
    """The two ways to Kafka: idempotent for facts, fenced by a transactional id for state."""

    def __init__(self, settings: Mapping[str, Any], fence: str, waiting: Callable[[], None]) -> None:
        self._waiting = waiting
        self._facts = Producer(dict(settings))
        self._fenced: Producer | None = None
        self._settings = {
            **settings,
            "transactional.id": fence,
            "transaction.timeout.ms": 15_000,  # what a leader that died left open holds its readers back
        }

    def fence(self) -> bool:
        """Shut out every predecessor; False if that was done before."""
        if self._fenced is not None:
            return False
        producer = Producer(self._settings)
        self._insist(producer.init_transactions)
        self._fenced = producer
        return True

    def send(self, rows: Sequence[Row]) -> Sent:
        """Hand the rows over, in order."""
        sent, fenced = Sent(rows), self._fenced
        if fenced is not None and sent.any_fenced:
            fenced.begin_transaction()
        for index, (_, topic, key, headers, body, is_fenced, _) in enumerate(sent.rows):
            producer = fenced if is_fenced and fenced is not None else self._facts
            producer.produce(
                topic,
                body,
                key.encode(),
                on_delivery=sent.delivered(index),
                headers=_on_the_wire(headers, sent.headers[index]),
            )
        return sent

    def settle(self, sent: Sent) -> None:
        """Wait until Kafka has them all.

        Raises:
            RefusedError: it does not take one.
        """
        while self._facts.flush(CHECK):
            self._waiting()
        if self._fenced is not None and sent.any_fenced:
            self._insist(self._fenced.commit_transaction)
        if sent.refused:
            raise RefusedError({error.name() for error in sent.refused})

    def _insist(self, step: Callable[[float], None]) -> None:
        while True:
            try:
                step(CHECK)
            except KafkaException as error:
                if not error.args[0].retriable():
                    raise
                self._waiting()
            else:
                return

    def purge(self) -> None:
        """Drop what is still queued: it stays in the outbox."""
        for producer in (self._facts, self._fenced):
            if producer is not None:
                producer.purge(in_queue=True, in_flight=True, blocking=True)


def check_producer(settings: Mapping[str, Any]) -> None:
    """Refuse settings that can lose or reorder events.

    Raises:
        ValueError: naming the first fault.
    """
    for name, safe in SAFE.items():
        if settings.get(name) != safe:
            raise ValueError(f"unsafe producer setting: {name}={settings.get(name)!r}")


CONNECTION: Mapping[str, Any] = {
    "autocommit": True,
    "application_name": "lapor-relay",
    "options": f"-c idle_session_timeout={DEPOSED_AFTER}s",
    "connect_timeout": 5,
    # a connection that is half open is given up within seconds
    "keepalives_idle": 5,
    "keepalives_interval": 2,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _on_the_wire(stored: str, headers: dict[str, str]) -> Any:
    """Header values as bytes. Plain ones, and those are nearly all, may be left to the library."""
    if "\\u" not in stored and stored.isascii():
        return headers
    return [(name, value.encode("latin-1")) for name, value in headers.items()]


def _one(connection: psycopg.Connection, query: str, *parameters: object) -> Any:
    row = connection.execute(query, parameters).fetchone()
    return row[0] if row else None


def _numbers(values: Sequence[object]) -> str:
    return "{" + ",".join(map(str, values)) + "}"


def _words(values: Sequence[str]) -> str:
    joined = "\0".join(values)
    if "\\" in joined or '"' in joined:
        joined = joined.replace("\\", "\\\\").replace('"', '\\"')
    return '{"' + joined.replace("\0", '","') + '"}'


def _code(error: BaseException) -> str:
    """What may be said of an error: its code, never its words, which may quote rows."""
    if isinstance(error, psycopg.Error):
        return error.sqlstate or ""
    first = error.args[0] if error.args else ""
    return first.name() if isinstance(first, KafkaError) else str(first) if isinstance(error, RefusedError) else ""


def wait_until_drained(dsn: str, timeout: float = 30.0) -> bool:
    """For tests and for handing over: whether the outbox emptied in `timeout` seconds."""
    until = time.monotonic() + timeout
    with psycopg.connect(dsn, autocommit=True) as connection:
        while time.monotonic() < until:
            if not _one(connection, "select exists (select from outbox)"):
                return True
            time.sleep(0.02)
    return False


def security(environment: Mapping[str, str]) -> dict[str, str]:
    """How to reach the broker: SCRAM over TLS unless the environment says plaintext, which production refuses.

    Raises:
        ValueError: plaintext in production, or a name or password is missing.
    """
    if environment.get("LAPOR_KAFKA_SECURITY", "sasl_ssl") == "plaintext":
        if environment.get("LAPOR_ENVIRONMENT", "production") == "production":
            raise ValueError("LAPOR_KAFKA_SECURITY: plaintext brokers are refused in production")
        return {}
    try:
        name, password = environment["LAPOR_KAFKA_USERNAME"], environment["LAPOR_KAFKA_PASSWORD"]
    except KeyError as missing:
        raise ValueError(f"{missing.args[0]} is needed with sasl_ssl") from None
    return {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": "SCRAM-SHA-512",
        "sasl.username": name,
        "sasl.password": password,
    }


def main() -> None:
    """Run one service's relay until SIGTERM.

    Settings from the environment: LAPOR_SERVICE, LAPOR_ENVIRONMENT, LAPOR_DATABASE_URL, LAPOR_KAFKA, LAPOR_KAFKA_SECURITY,
    LAPOR_KAFKA_USERNAME, LAPOR_KAFKA_PASSWORD.
    """
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(name)s %(message)s")
    stop = threading.Event()
    for signum in (signal.SIGTERM, signal.SIGINT):
        signal.signal(signum, lambda *_: stop.set())
    url = os.environ["LAPOR_DATABASE_URL"].replace("postgresql+psycopg://", "postgresql://", 1)
    Relay(os.environ["LAPOR_SERVICE"], url, os.environ["LAPOR_KAFKA"], **security(os.environ)).run(stop)


if __name__ == "__main__":
    main()
