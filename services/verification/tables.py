"""What verification keeps."""

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Identity,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
)

from shared import database
from shared.database import Timestamp

metadata = database.metadata()

report_case = Table(
    "report_case",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text, nullable=False, unique=True),
    Column("reporter_ref", Uuid, nullable=False),
    Column("reporter_label", Text),
    Column("has_contact", Boolean, nullable=False),
    Column("kind", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("event_date", Date),
    Column("place", JSON, nullable=False),
    Column("region", Text(collation="C")),  # of the place, for the filter
    Column("agency_wish", Text),
    Column("category_wish", Text),
    Column("attachments", JSON, nullable=False),
    Column("received_at", Timestamp, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("status", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("held_for", Text),
    Column("held_by", Uuid),
    Column("excluded_agencies", JSON, nullable=False),
)
Index("report_case_queue", report_case.c.status, report_case.c.due_at, report_case.c.report_id)
Index(
    "report_case_held",
    report_case.c.held_for,
    report_case.c.received_at,
    postgresql_where=report_case.c.held_for.is_not(None),
)

case_entry = Table(
    "case_entry",
    metadata,
    Column("entry_id", BigInteger, Identity(), primary_key=True),
    Column("report_id", Uuid, ForeignKey("report_case.report_id"), nullable=False, index=True),
    Column("kind", Text, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("facts", JSON, nullable=False),
    Column("by_account", Uuid),
    Column("by_name", Text),
)

# What the reporter decided about a report, kept for ever: it may come before the report, and after it.
privacy = Table(
    "privacy",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("anonymous", Boolean, nullable=False),
    Column("confidential", Boolean, nullable=False),
    Column("withdrawn", Boolean, nullable=False),
)

# May come before the report, too.
deadline = Table(
    "deadline",
    metadata,
    Column("deadline_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False, index=True),
    Column("clock", Text, nullable=False),
    Column("agency", Text),
    Column("state", Text, nullable=False),
    Column("due_at", Timestamp),
    Column("met_at", Timestamp),
)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("region", Text),
    Column("zone", Text, nullable=False),
    Column("connected_since", Date),
)

category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
    Column("parent", Text),
    Column("required", JSON, nullable=False),
    Column("default_agency", Text),
)

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", Integer, nullable=False),
    Column("days_off", JSON, nullable=False),  # ISO dates
)

clock_policy = Table(
    "clock_policy",
    metadata,
    Column("clock", Text, primary_key=True),
    Column("working_days", Integer, nullable=False),
)
