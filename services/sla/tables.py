"""Rows of sla."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    Uuid,
    false,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from shared.database import Timestamp
from shared.database import metadata as new_metadata

metadata = new_metadata()

OPEN = "state in ('running', 'paused', 'missed', 'fired')"

report = Table(
    "report",
    metadata,
    Column("report_id", Uuid, primary_key=True),
    Column("tracking_id", Text),  # unknown while only a flag has arrived
    Column("confidential", Boolean, nullable=False, server_default=false()),
)
"""One row per report: the lock under which its clocks are reckoned, whatever topic speaks first."""

fact = Table(
    "fact",
    metadata,
    Column("report_id", Uuid, ForeignKey(report.c.report_id), primary_key=True),
    Column("fact_id", Uuid, primary_key=True),  # ce_id
    Column("what", Text, nullable=False),
    Column("at", Timestamp, nullable=False),
    Column("agency", Text),
    Column("disposition_id", Uuid),
    Column("previous", Uuid),
    Column("lead", Boolean, nullable=False, server_default=false()),
    Column("thread_version", Integer),
    Column("author", Text),
    Column("kind", Text),
)

deadline = Table(
    "deadline",
    metadata,
    Column("deadline_id", Uuid, primary_key=True),
    Column("report_id", Uuid, ForeignKey(report.c.report_id), nullable=False, index=True),
    Column("clock", Text, nullable=False),
    Column("agency", Text),
    Column("basis", Text, nullable=False),
    Column("working_days", Integer, nullable=False),
    Column("started_at", Timestamp, nullable=False),
    Column("due_at", Timestamp, nullable=False),
    Column("state", Text, nullable=False),
    Column("fired_at", Timestamp),
    Column("ended_at", Timestamp),
    Column("thread_version", Integer),
    Column("warns_of", Timestamp),
    Column("calendar_version", BigInteger, nullable=False),
)
Index("deadline_due", deadline.c.due_at, postgresql_where=text("state = 'running'"))
Index("deadline_calendar", deadline.c.calendar_version, postgresql_where=text(OPEN))
Index("deadline_open", deadline.c.clock, deadline.c.agency, deadline.c.due_at, postgresql_where=text(OPEN))

calendar_year = Table(
    "calendar_year",
    metadata,
    Column("year", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
    Column("days_off", JSONB, nullable=False),
    Column("changed_at", Timestamp, nullable=False),
)

clock_policy = Table(
    "clock_policy",
    metadata,
    Column("clock", Text, primary_key=True),
    Column("version", BigInteger, nullable=False),
    Column("working_days", Integer, nullable=False),
)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("short_name", Text, nullable=False),
    Column("connected_since", Date),
)
