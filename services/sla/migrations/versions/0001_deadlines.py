"""Reports, facts, deadlines, calendar, policies, agencies."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.messaging import migrations as messaging
from shared.security import tables as security

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)
OPEN = "state in ('running', 'paused', 'missed', 'fired')"


def upgrade() -> None:
    messaging.upgrade_0001(op)
    security.upgrade_0001(op)
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text),
        sa.Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("report_id", name="report_pkey"),
    )
    op.create_table(
        "fact",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("fact_id", sa.Uuid, nullable=False),
        sa.Column("what", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("disposition_id", sa.Uuid),
        sa.Column("previous", sa.Uuid),
        sa.Column("lead", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("thread_version", sa.Integer),
        sa.Column("author", sa.Text),
        sa.Column("kind", sa.Text),
        sa.PrimaryKeyConstraint("report_id", "fact_id", name="fact_pkey"),
        sa.ForeignKeyConstraint(["report_id"], ["report.report_id"], name="fact_report_id_fkey"),
    )
    op.create_table(
        "deadline",
        sa.Column("deadline_id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("basis", sa.Text, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.Column("started_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("fired_at", MOMENT),
        sa.Column("ended_at", MOMENT),
        sa.Column("thread_version", sa.Integer),
        sa.Column("warns_of", MOMENT),
        sa.Column("calendar_version", sa.BigInteger, nullable=False),
        sa.PrimaryKeyConstraint("deadline_id", name="deadline_pkey"),
        sa.ForeignKeyConstraint(["report_id"], ["report.report_id"], name="deadline_report_id_fkey"),
    )
    op.create_index("deadline_report_id_idx", "deadline", ["report_id"])
    op.create_index("deadline_due", "deadline", ["due_at"], postgresql_where=sa.text("state = 'running'"))
    op.create_index("deadline_calendar", "deadline", ["calendar_version"], postgresql_where=sa.text(OPEN))
    op.create_index("deadline_open", "deadline", ["clock", "agency", "due_at"], postgresql_where=sa.text(OPEN))
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer, nullable=False, autoincrement=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("days_off", JSONB, nullable=False),
        sa.Column("changed_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("year", name="calendar_year_pkey"),
    )
    op.create_table(
        "clock_policy",
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("clock", name="clock_policy_pkey"),
    )
    op.create_table(
        "agency",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("connected_since", sa.Date),
        sa.PrimaryKeyConstraint("code", name="agency_pkey"),
    )
