"""Rows of notify. Contact data and codes stand in them sealed, or not at all; only the sink of the embedded stack holds what was sent."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import Timestamp
from shared.database import metadata as new_metadata

metadata = new_metadata()

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text, nullable=False),
    Column("reporter_ref", Uuid, nullable=False),
    Column("language", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("has_contact", Boolean, nullable=False),
)

privacy = Table(
    "privacy",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("confidential", Boolean, nullable=False, server_default=false()),
    Column("withdrawn", Boolean, nullable=False, server_default=false()),
)
"""Apart from `report`: a flag may come before the report is known."""

contact = Table(
    "contact",
    metadata,
    Column("reporter_ref", Uuid, primary_key=True),
    Column("sealed", Text),  # null: erased, never to be written to again
)

credential = Table(
    "credential",
    metadata,
    Column("cause", Uuid, primary_key=True),
    Column("sealed", Text),  # null: the message needs none
    Column("received_at", Timestamp, nullable=False, index=True),
)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("short_name", Text, nullable=False),
    Column("name", Text, nullable=False),
)

message = Table(
    "message",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False, unique=True),
    Column("cause", Uuid, nullable=False),
    Column("report_id", Uuid, nullable=False, index=True),
    Column("reporter_ref", Uuid, nullable=False),
    Column("stage", Text, nullable=False),
    Column("parameters", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("awaits_contact", Boolean, nullable=False),
    Column("awaits_credential", Boolean, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("resent", Boolean, nullable=False, server_default=false()),
    Column("channel", Text),
    Column("template", Text),  # name and version of what was sent
    Column("reason", Text),  # a word on why it was given up
    Column("occurred_at", Timestamp, nullable=False),  # domain time of the cause
    Column("created_at", Timestamp, nullable=False),  # wall time, as all below
    Column("next_attempt_at", Timestamp, nullable=False),
    Column("claimed_at", Timestamp),
    Column("finished_at", Timestamp),
    UniqueConstraint("cause", "reporter_ref"),
)
Index("message_ready", message.c.next_attempt_at, postgresql_where=text("state = 'ready'"))
Index("message_waiting", message.c.created_at, postgresql_where=text("state = 'waiting'"))
Index("message_sending", message.c.claimed_at, postgresql_where=text("state = 'sending'"))
Index("message_unsent", message.c.reporter_ref, postgresql_where=text("state in ('waiting', 'ready')"))

sealing_key = Table(
    "sealing_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("published_at", Timestamp, nullable=False),
)

sink = Table(
    "sms_sink",
    metadata,
    Column("message_id", Uuid, primary_key=True),
    Column("recipient", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Timestamp, nullable=False),
)
"""What a telephone would have got; written in embedded and test stacks only."""
