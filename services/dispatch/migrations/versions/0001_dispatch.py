"""Everything that dispatch starts with."""

import sqlalchemy as sa
from alembic import op

from shared.database import Timestamp
from shared.messaging.migrations import upgrade_0001 as messaging
from shared.security.tables import upgrade_0001 as security

revision = "0001"
down_revision = None


def upgrade() -> None:
    messaging(op)
    security(op)
    op.create_table(
        "agency",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("path", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("keywords", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("categories", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("connected_since", sa.Date),
        sa.PrimaryKeyConstraint("code", name=op.f("agency_pkey")),
        sa.ForeignKeyConstraint(["parent"], ["agency.code"], name=op.f("agency_parent_fkey")),
    )
    op.create_index("agency_path_idx", "agency", ["path"], postgresql_using="gin")
    op.create_table(
        "report_flags",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("report_flags_pkey")),
    )
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("reporter_label", sa.Text),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("category_version", sa.Integer, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("public_body", sa.Text, nullable=False),
        sa.Column("event_date", sa.Date),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("excluded", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("received_at", Timestamp, nullable=False),
        sa.Column("verified_at", Timestamp, nullable=False),
        sa.Column("disposed_at", Timestamp, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("thread_version", sa.Integer, nullable=False),
        sa.Column("published", sa.Boolean, nullable=False),
        sa.Column("first_follow_up_at", Timestamp),
        sa.Column("silence_version", sa.Integer),
        sa.Column("closes_at", Timestamp),
        sa.Column("closed_at", Timestamp),
        sa.PrimaryKeyConstraint("report_id", name=op.f("report_pkey")),
        sa.UniqueConstraint("tracking_id", name=op.f("report_tracking_id_key")),
    )
    op.create_table(
        "disposition",
        sa.Column("disposition_id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("unit", sa.Text),
        sa.Column("lead", sa.Boolean, nullable=False),
        sa.Column("previous", sa.Uuid),
        sa.Column("path", sa.ARRAY(sa.Text), nullable=False),
        sa.Column("disposed_at", Timestamp, nullable=False),
        sa.Column("answer_by", Timestamp, nullable=False),
        sa.Column("answered_at", Timestamp),
        sa.Column("due_at", Timestamp),
        sa.Column("missed_at", Timestamp),
        sa.PrimaryKeyConstraint("disposition_id", name=op.f("disposition_pkey")),
        sa.ForeignKeyConstraint(["report_id"], ["report.report_id"], name=op.f("disposition_report_id_fkey")),
        sa.ForeignKeyConstraint(["previous"], ["disposition.disposition_id"], name=op.f("disposition_previous_fkey")),
    )
    op.create_index("disposition_report_id_idx", "disposition", ["report_id"])
    op.create_index("disposition_agency_idx", "disposition", ["agency"])
    op.create_index("disposition_path_idx", "disposition", ["path"], postgresql_using="gin")
    op.create_table(
        "entry",
        sa.Column("entry_id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("thread_version", sa.Integer, nullable=False),
        sa.Column("command_id", sa.Uuid),
        sa.Column("author", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("disposition_id", sa.Uuid),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("posted_at", Timestamp, nullable=False),
        sa.Column("posted_by", sa.Uuid),
        sa.PrimaryKeyConstraint("entry_id", name=op.f("entry_pkey")),
        sa.ForeignKeyConstraint(["report_id"], ["report.report_id"], name=op.f("entry_report_id_fkey")),
        sa.ForeignKeyConstraint(
            ["disposition_id"], ["disposition.disposition_id"], name=op.f("entry_disposition_id_fkey")
        ),
        sa.UniqueConstraint("report_id", "thread_version", name=op.f("entry_report_id_thread_version_key")),
        sa.UniqueConstraint("report_id", "command_id", name=op.f("entry_report_id_command_id_key")),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer, autoincrement=False, nullable=False),
        sa.Column("version", sa.BigInteger, nullable=False),
        sa.Column("days_off", sa.ARRAY(sa.Date), nullable=False),
        sa.PrimaryKeyConstraint("year", name=op.f("calendar_year_pkey")),
    )
    op.create_table(
        "clock_policy",
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("clock", name=op.f("clock_policy_pkey")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("category_pkey")),
    )
