"""The ledger: everything that the site acknowledged, and the comparison of every database and topic with it."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

import psycopg
from confluent_kafka import Consumer, TopicPartition

from deploy.local.stack import Stack
from shared.contracts.registry import SERVICES, TOPICS, consumed_by


@dataclass
class Ledger:
    """What was acknowledged to people: they may rely on it."""

    reports: dict[str, UUID] = field(default_factory=dict)
    """Idempotency key of the client → report."""
    web: set[UUID] = field(default_factory=set)
    """Those that carry contact data."""
    verified: set[UUID] = field(default_factory=set)
    answered: dict[UUID, set[UUID]] = field(default_factory=lambda: defaultdict(set))
    """Report → command ids of answers."""

    @property
    def acknowledged(self) -> int:
        """Reports and commands."""
        return len(self.reports) + len(self.verified) + sum(map(len, self.answered.values()))


@dataclass
class Findings:
    """What the comparison found; each a sentence."""

    lost: list[str] = field(default_factory=list)
    duplicated: list[str] = field(default_factory=list)
    inverted: list[str] = field(default_factory=list)

    @property
    def clean(self) -> bool:
        """Whether all is as acknowledged."""
        return not (self.lost or self.duplicated or self.inverted)


def compare(stack: Stack, ledger: Ledger) -> Findings:
    """Hold every database and every topic against the ledger. The stack must be at rest."""
    findings = Findings()
    _databases(stack, ledger, findings)
    log = read_log(stack)
    _log(log, findings)
    _consumers(stack, log, findings)
    return findings


def _databases(stack: Stack, ledger: Ledger, findings: Findings) -> None:
    reports = set(ledger.reports.values())
    if len(reports) != len(ledger.reports):
        findings.duplicated.append("two acknowledged reports share an id")

    def expect(service: str, what: str, query: str, wanted: Iterable[object]) -> None:
        """Each of `wanted` exactly once in the first column."""
        with psycopg.connect(stack.database_url(service)) as connection:
            found = Counter(row[0] for row in connection.execute(query.encode()))
        findings.lost.extend(f"{service}: no {what} for {key}" for key in set(wanted) - set(found))
        findings.duplicated.extend(f"{service}: {n} {what} for {key}" for key, n in found.items() if n > 1)

    expect("intake", "report", "select report_id from report", reports)
    expect("verification", "case", "select report_id from report_case", reports)
    expect("verification", "arrival", "select report_id from case_entry where kind = 'submitted'", reports)
    expect("verification", "decision", "select report_id from case_entry where kind = 'verified'", ledger.verified)
    expect("sla", "submission", "select report_id from fact where what = 'submitted'", reports)
    expect("sla", "disposition", "select report_id from fact where what = 'disposed'", ledger.verified)
    expect("dispatch", "case", "select report_id from report", ledger.verified)
    expect("dispatch", "disposition", "select report_id from disposition", ledger.verified)
    commands = {command for given in ledger.answered.values() for command in given}
    expect("dispatch", "answer", "select command_id from entry where command_id is not null", commands)
    expect("sla", "answer", "select report_id || ' ' || thread_version from fact where what = 'posted'", ())
    expect("portal", "page", "select report_id from report", ledger.verified)
    expect("portal", "entry", "select e ->> 'entry_id' from report, jsonb_array_elements(entries) e", ())
    expect("identity", "contact", "select report_id from contact", ledger.web)
    _count(stack, "portal", "select coalesce(sum(jsonb_array_length(entries)), 0) from report", len(commands), findings)
    for service in SERVICES:
        _count(stack, service, "select count(*) from parked", 0, findings)
        _count(stack, service, "select count(*) from outbox", 0, findings)


def _count(stack: Stack, service: str, query: str, wanted: int, findings: Findings) -> None:
    with psycopg.connect(stack.database_url(service)) as connection:
        row = connection.execute(query.encode()).fetchone()
    found = row[0] if row else 0
    if found != wanted:
        (findings.lost if found < wanted else findings.duplicated).append(f"{service}: {query}: {found}, not {wanted}")


@dataclass(frozen=True)
class Published:
    """One record on a topic."""

    topic: str
    partition: int
    offset: int
    key: str
    source: str
    event_id: UUID
    version: int | None
    body: bytes


def read_log(stack: Stack) -> list[Published]:
    """Every committed record of every topic, by partition and offset."""
    consumer = Consumer(
        {
            "bootstrap.servers": stack.kafka,
            "group.id": "ledger",
            "enable.auto.commit": False,
            "auto.offset.reset": "earliest",
            "isolation.level": "read_committed",
            "enable.partition.eof": True,
        }
    )
    known = consumer.list_topics(timeout=10).topics
    places = [TopicPartition(name, p, 0) for name in TOPICS if name in known for p in known[name].partitions]
    consumer.assign(places)
    ended, log = set[tuple[str, int]](), list[Published]()
    while len(ended) < len(places):
        message = consumer.poll(10)
        if message is None:
            raise TimeoutError("the broker does not answer")
        topic, partition, offset = message.topic(), message.partition(), message.offset()
        if topic is None or partition is None or offset is None:
            continue
        if message.error():
            ended.add((topic, partition))
            continue
        headers = {name: (value or b"").decode() for name, value in message.headers() or []}
        log.append(
            Published(
                topic,
                partition,
                offset,
                (message.key() or b"").decode(),
                headers.get("ce_source", ""),
                UUID(headers["ce_id"]),
                int(headers["ce_stateversion"]) if "ce_stateversion" in headers else None,
                message.value() or b"",
            )
        )
    consumer.close()
    return sorted(log, key=lambda one: (one.topic, one.partition, one.offset))


def _log(log: Iterable[Published], findings: Findings) -> None:
    """Per key: events stand in the order they were staged in, versions of state never fall."""
    last_id: dict[tuple[str, str], UUID] = {}
    last_version: dict[tuple[str, str], int] = {}
    seen: set[tuple[str, UUID]] = set()
    for one in log:
        lane = (one.topic, one.key)
        if (one.source, one.event_id) in seen:  # the relay repeated it; readers drop it
            continue
        seen.add((one.source, one.event_id))
        if lane in last_id and _millis(one.event_id) < _millis(last_id[lane]):
            findings.inverted.append(f"{one.topic}: {one.key}: {one.event_id} stands after {last_id[lane]}")
        last_id[lane] = one.event_id
        if one.version is not None:
            if one.version <= last_version.get(lane, 0):
                findings.inverted.append(f"{one.topic}: {one.key}: version {one.version} after {last_version[lane]}")
            last_version[lane] = one.version


def _consumers(stack: Stack, log: Iterable[Published], findings: Findings) -> None:
    """Every published event stands exactly once in the inbox of every consumer that reads it, per key in the order of the log."""
    published = list({(one.source, one.event_id): one for one in reversed(list(log))}.values())[::-1]
    for service in SERVICES:
        wanted = {topic.name for topic in consumed_by(service)}
        with psycopg.connect(stack.database_url(service)) as connection:
            rows = connection.execute("select event_id, source, received_at from inbox").fetchall()
        taken = {(source, event_id): at for event_id, source, at in rows}
        last: dict[tuple[str, str], object] = {}
        for one in published:
            if one.topic not in wanted:
                continue
            at = taken.get((one.source, one.event_id))
            if at is None:
                continue  # a type the service has no handler for leaves no mark
            lane = (one.topic, one.key)
            if lane in last and at < last[lane]:  # type: ignore[operator]
                findings.inverted.append(f"{service} took {one.topic} {one.key} {one.event_id} before its forerunner")
            last[lane] = at


def _millis(event_id: UUID) -> int:
    """The time in a version 7 UUID, milliseconds."""
    return event_id.int >> 80


def read_bodies(stack: Stack, *topics: str) -> list[bytes]:
    """The bodies of every record of these topics, of all without any."""
    return [one.body for one in read_log(stack) if one.topic in topics or not topics]
