"""The tables of portal: a model of what was published, every row of which comes from a state topic."""

from sqlalchemy import ARRAY, BigInteger, Boolean, Column, Date, Index, Integer, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from shared import database
from shared.database import Timestamp

metadata = database.metadata()

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text, nullable=False, unique=True),
    Column("kind", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("event_date", Date),
    Column("place", Text),
    Column("region", Text),
    Column("zone", Text, nullable=False),
    Column("anonymous", Boolean, nullable=False),
    Column("reporter_label", Text),
    Column("lead", Text, nullable=False),
    Column("received_at", Timestamp, nullable=False),
    Column("verified_at", Timestamp, nullable=False),
    Column("disposed_at", Timestamp, nullable=False),
    Column("first_follow_up_at", Timestamp),
    Column("closes_at", Timestamp),
    Column("closed_at", Timestamp),
    Column("answer_by", Timestamp),  # of the newest disposition to the lead
    Column("answered_at", Timestamp),
    Column("dispositions", JSONB, nullable=False),
    Column("entries", JSONB, nullable=False),
    Column("words", TSVECTOR, nullable=False),
)
Index("report_newest_idx", report.c.disposed_at.desc(), report.c.report_id)
Index("report_region_idx", report.c.region, postgresql_ops={"region": "text_pattern_ops"})
Index("report_lead_idx", report.c.lead, report.c.disposed_at)
Index("report_category_idx", report.c.category, report.c.disposed_at)
Index("report_closed_idx", report.c.closed_at, postgresql_where=report.c.closed_at.is_not(None))
Index("report_answered_idx", report.c.answered_at, postgresql_where=report.c.answered_at.is_not(None))
Index(
    "report_unanswered_idx",
    report.c.answer_by,
    postgresql_where=report.c.answered_at.is_(None) & report.c.closed_at.is_(None),
)
Index("report_words_idx", report.c.words, postgresql_using="gin")

# Outlives a rebuild: what was withdrawn never comes back, whatever a topic still holds.
withdrawn = Table("withdrawn", metadata, Column("report_id", Uuid, primary_key=True))

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("parent", Text),
    Column("kind", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("region", Text),
    Column("connected_since", Date),
)
category = Table(
    "category",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("name_en", Text, nullable=False),
)
poll = Table(
    "poll",
    metadata,
    Column("poll_id", Uuid, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("opens_at", Timestamp, nullable=False),
    Column("closes_at", Timestamp, nullable=False),
    Column("closed", Boolean, nullable=False),
    Column("turnout", Integer),
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

MODEL = (report, agency, category, poll, calendar_year, clock_policy)
"""What a rebuild empties."""
