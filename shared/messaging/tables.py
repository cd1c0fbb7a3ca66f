"""The tables every service carries; each migration environment lists this metadata beside its own.

They are created by `migrations.upgrade_0001`; a test holds the two against each other.
"""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    Uuid,
    func,
)
from sqlalchemy.orm import registry

metadata = MetaData()

Word = Text(collation="C")
"""Names and keys are compared by bytes: linguistic order costs a third of an insert."""


def _moment(name: str, default: Any = None) -> Column[Any]:
    return Column(name, DateTime(timezone=True), nullable=False, server_default=default)


# Identity cache stays 1: a cached sequence would invert positions between sessions.
outbox = Table(
    "outbox",
    metadata,
    Column("position", BigInteger, Identity(cache=1), primary_key=True),
    Column("event_id", Uuid, nullable=False),
    Column("topic", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("headers", JSON, nullable=False),  # text, latin-1: any header byte survives
    Column("body", LargeBinary),
    Column("fenced", Boolean, nullable=False),  # published so that a frozen relay cannot bring it back
    _moment("staged_at", func.clock_timestamp()),
)

# Also the "in" half of the journey ledger: one insert serves both.
inbox = Table(
    "inbox",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("source", Word, primary_key=True),
    Column("consumer", Word, primary_key=True),
    Column("topic", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("type", Word, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("trace_id", Uuid),
    _moment("received_at", func.now()),
)
Index("inbox_key", inbox.c.key, postgresql_using="hash")
Index("inbox_received_at", inbox.c.received_at, postgresql_using="brin")

# The "out" half of the journey ledger, written by the relay.
journey = Table(
    "journey",
    metadata,
    Column("event_id", Uuid, primary_key=True),  # sorts by time: the clean-up needs no other index
    Column("type", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("trace_id", Uuid),
    _moment("occurred_at"),
    _moment("sent_at", func.now()),
)
Index("journey_key", journey.c.key, postgresql_using="hash")

# A lane is open while events wait in it. Appenders lock its row FOR KEY SHARE, whoever retries it FOR NO KEY UPDATE
# (the two do not wait for each other), and only who closes it FOR UPDATE: no event slips past a lane that closes.
parked_lane = Table(
    "parked_lane",
    metadata,
    Column("consumer", Word, primary_key=True),
    Column("lane", Word, primary_key=True),  # the key; for an unordered consumer the event's id
    Column("topic", Word, primary_key=True),
    Column("attempts", Integer, nullable=False),
    _moment("next_attempt_at"),
    Column("reason", Text, nullable=False),  # the exception's class, never its words
    _moment("since", func.clock_timestamp()),
)
Index("parked_lane_due", parked_lane.c.consumer, parked_lane.c.next_attempt_at)

parked = Table(
    "parked",
    metadata,
    Column("position", BigInteger, Identity(cache=1), primary_key=True),
    Column("consumer", Word, nullable=False),
    Column("lane", Word, nullable=False),
    Column("topic", Word, nullable=False),
    Column("key", Word, nullable=False),
    Column("event_id", Uuid, nullable=False),
    Column("partition", Integer, nullable=False),
    Column("offset", BigInteger, nullable=False),
    Column("headers", JSON, nullable=False),
    Column("body", LargeBinary),
    _moment("parked_at", func.clock_timestamp()),
)
Index("parked_order", parked.c.consumer, parked.c.lane, parked.c.topic, parked.c.position)

state_version = Table(
    "state_version",
    metadata,
    Column("topic", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("version", BigInteger, nullable=False),
)
state_seen = Table(
    "state_seen",
    metadata,
    Column("topic", Word, primary_key=True),
    Column("key", Word, primary_key=True),
    Column("version", BigInteger, nullable=False),
)


class Outgoing:
    """A staged event as the session holds it until it flushes."""

    def __init__(self, **columns: object) -> None:
        for name, value in columns.items():
            setattr(self, name, value)


registry(metadata=metadata).map_imperatively(Outgoing, outbox)
