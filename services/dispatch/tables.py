"""The tables of dispatch."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
)
from sqlalchemy.dialects.postgresql import ARRAY

from shared import database
from shared.database import Timestamp

metadata = database.metadata()

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("path", ARRAY(Text), nullable=False),  # from the agency down to itself
    Column("parent", Text, ForeignKey("agency.code")),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("region", Text),
    Column("zone", Text, nullable=False),
    Column("keywords", ARRAY(Text), nullable=False),
    Column("categories", ARRAY(Text), nullable=False),
    Column("connected_since", Date),
)
Index("agency_path_idx", agency.c.path, postgresql_using="gin")

# Kept apart from the report: flags may come before it does.
report_flags = Table(
    "report_flags",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text, nullable=False, unique=True),
    Column("reporter_ref", Uuid, nullable=False),
    Column("reporter_label", Text),
    Column("channel", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("category_version", Integer, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("public_body", Text, nullable=False),
    Column("event_date", Date),
    Column("place", JSON, nullable=False),
    Column("zone", Text, nullable=False),
    Column("lead", Text, nullable=False),
    Column("excluded", ARRAY(Text), nullable=False),
    Column("attachments", JSON, nullable=False),
    Column("received_at", Timestamp, nullable=False),
    Column("verified_at", Timestamp, nullable=False),
    Column("disposed_at", Timestamp, nullable=False),
    Column("status", Text, nullable=False),
    Column("thread_version", Integer, nullable=False),
    Column("published", Boolean, nullable=False),
    Column("first_follow_up_at", Timestamp),
    Column("silence_version", Integer),
    Column("closes_at", Timestamp),
    Column("closed_at", Timestamp),
)

disposition = Table(
    "disposition",
    metadata,
    Column("disposition_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("report.report_id"), nullable=False, index=True),
    Column("agency", Text, nullable=False, index=True),
    Column("unit", Text),
    Column("lead", Boolean, nullable=False),
    Column("previous", Uuid, ForeignKey("disposition.disposition_id")),
    Column("path", ARRAY(Text), nullable=False),  # from the agency down to whoever holds it
    Column("disposed_at", Timestamp, nullable=False),
    Column("answer_by", Timestamp, nullable=False),
    Column("answered_at", Timestamp),
    Column("due_at", Timestamp),
    Column("missed_at", Timestamp),
)
Index("disposition_path_idx", disposition.c.path, postgresql_using="gin")

entry = Table(
    "entry",
    metadata,
    Column("entry_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey("report.report_id"), nullable=False),
    Column("thread_version", Integer, nullable=False),
    Column("command_id", Uuid),
    Column("author", Text, nullable=False),
    Column("agency", Text),
    Column("unit", Text),
    Column("disposition_id", Uuid, ForeignKey("disposition.disposition_id")),
    Column("kind", Text, nullable=False),
    Column("text", Text, nullable=False),
    Column("posted_at", Timestamp, nullable=False),
    Column("posted_by", Uuid),  # staff account; reporters stay nameless
    UniqueConstraint("report_id", "thread_version"),
    UniqueConstraint("report_id", "command_id"),
)

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("days_off", ARRAY(Date), nullable=False),
)
clock_policy = Table(
    "clock_policy",
    metadata,
    Column("clock", Text, primary_key=True),
    Column("working_days", Integer, nullable=False),
)
category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)
