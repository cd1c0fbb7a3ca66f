"""Intake's tables: reports as received, what its reporters sent after them, and what other services told us."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)

from shared import database
from shared.database import Timestamp

metadata = database.metadata()

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text, nullable=False),
    Column("reporter_ref", Uuid, nullable=False),
    Column("attempt", LargeBinary, nullable=False),  # keyed hash: the same attempt is the same report
    Column("fingerprint", LargeBinary, nullable=False),  # keyed hash of the content
    Column("token_hash", LargeBinary, nullable=False),  # keyed hash of the private link
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("event_date", Date),
    Column("place", Text),
    Column("region", Text),
    Column("agency_wish", Text),
    Column("category_wish", Text),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("reporter_label", Text),
    Column("has_contact", Boolean, nullable=False),
    Column("received_at", Timestamp, nullable=False),
    Column("verify_by", Timestamp, nullable=False),
    Column("withdrawn_at", Timestamp),
    UniqueConstraint("tracking_id"),
    UniqueConstraint("reporter_ref"),
    UniqueConstraint("attempt"),
    UniqueConstraint("token_hash"),
)

# Whose a report is, as a keyed hash of an account or a number: for that person's own list, and for nothing else.
report_owner = Table(
    "report_owner",
    metadata,
    Column("owner", LargeBinary, primary_key=True),
    Column("report_id", Uuid, primary_key=True),
    Column("since", Timestamp, nullable=False),
)

# Flags by report, also of one that is not known (yet): flags merge as a union and never wait.
privacy = Table(
    "privacy",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("anonymous", Boolean, nullable=False, server_default=false()),
    Column("confidential", Boolean, nullable=False, server_default=false()),
)

# Contact data in its sealed form, until identity has it.
sealed_contact = Table(
    "sealed_contact",
    metadata,
    Column("reporter_ref", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("key_id", Text, nullable=False),
    Column("sealed", Text, nullable=False),
    Column("since", Timestamp, nullable=False),
)

supplement = Table(
    "supplement",
    metadata,
    Column("command_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False),
    Column("text", Text, nullable=False),
    Column("sent_at", Timestamp, nullable=False),
)

# What the gateway pushed: which message became which report.
sms_received = Table(
    "sms_received",
    metadata,
    Column("gateway_id", LargeBinary, primary_key=True),  # keyed hash
    Column("fingerprint", LargeBinary, nullable=False),  # of sender, recipient and text
    Column("report_id", Uuid, nullable=False),
    Column("received_at", Timestamp, nullable=False),
)
Index("sms_received_fingerprint_idx", sms_received.c.fingerprint, sms_received.c.received_at)

# What the gateway pushed and nobody could take as a report; for an operator to look at.
sms_unread = Table(
    "sms_unread",
    metadata,
    Column("unread_id", Uuid, primary_key=True),
    Column("gateway_id", LargeBinary, nullable=False),
    Column("reason", Text, nullable=False),
    Column("body", LargeBinary, nullable=False),
    Column("sealed_sender", Text),
    Column("received_at", Timestamp, nullable=False),
    UniqueConstraint("gateway_id"),
)

# What other services said of a report; one row per event, so that neither order nor repetition matters.
milestone = Table(
    "milestone",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("position", BigInteger, Identity(), nullable=False),
    Column("report_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("occurred_at", Timestamp, nullable=False),
    Column("agency", Text),
    Column("due_at", Timestamp),
    Column("clock", Text),
    Column("deadline_id", Uuid),
    Column("words", Text),
    Column("reason", Text),
    Column("author", Text),
    Column("entry", Text),
    Column("thread_version", Integer),
    Column("message", Text),
)

Index("milestone_report_id_idx", milestone.c.report_id)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("region", Text),
    Column("connected_since", Date),
)

agency_keyword = Table(
    "agency_keyword",
    metadata,
    Column("keyword", Text, primary_key=True),
    Column("code", Text, primary_key=True),
)

category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent", Text),
)

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("days_off", JSON, nullable=False),
)

clock_policy = Table(
    "clock_policy",
    metadata,
    Column("clock", Text, primary_key=True),
    Column("working_days", Integer, nullable=False),
)

# Identity's public keys as they came by topic; the newest is sealed with.
sealing_key = Table(
    "sealing_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("since", Timestamp, nullable=False),
)
