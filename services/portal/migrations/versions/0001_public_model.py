"""What is public, as published."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from shared.database import Timestamp
from shared.messaging.migrations import upgrade_0001 as messaging
from shared.security.tables import upgrade_0001 as security

revision = "0001"
down_revision = None


def upgrade() -> None:
    messaging(op)
    security(op)
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("category", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("event_date", sa.Date),
        sa.Column("place", sa.Text),
        sa.Column("region", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("reporter_label", sa.Text),
        sa.Column("lead", sa.Text, nullable=False),
        sa.Column("received_at", Timestamp, nullable=False),
        sa.Column("verified_at", Timestamp, nullable=False),
        sa.Column("disposed_at", Timestamp, nullable=False),
        sa.Column("first_follow_up_at", Timestamp),
        sa.Column("closes_at", Timestamp),
        sa.Column("closed_at", Timestamp),
        sa.Column("answer_by", Timestamp),
        sa.Column("answered_at", Timestamp),
        sa.Column("dispositions", JSONB, nullable=False),
        sa.Column("entries", JSONB, nullable=False),
        sa.Column("words", TSVECTOR, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("report_pkey")),
        sa.UniqueConstraint("tracking_id", name=op.f("report_tracking_id_key")),
    )
    op.create_index("report_newest_idx", "report", [sa.text("disposed_at desc"), "report_id"])
    op.create_index("report_region_idx", "report", ["region"], postgresql_ops={"region": "text_pattern_ops"})
    op.create_index("report_lead_idx", "report", ["lead", "disposed_at"])
    op.create_index("report_category_idx", "report", ["category", "disposed_at"])
    op.create_index("report_closed_idx", "report", ["closed_at"], postgresql_where=sa.text("closed_at is not null"))
    op.create_index(
        "report_answered_idx", "report", ["answered_at"], postgresql_where=sa.text("answered_at is not null")
    )
    op.create_index(
        "report_unanswered_idx",
        "report",
        ["answer_by"],
        postgresql_where=sa.text("answered_at is null and closed_at is null"),
    )
    op.create_index("report_words_idx", "report", ["words"], postgresql_using="gin")
    op.create_table(
        "withdrawn",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name=op.f("withdrawn_pkey")),
    )
    op.create_table(
        "agency",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("connected_since", sa.Date),
        sa.PrimaryKeyConstraint("code", name=op.f("agency_pkey")),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name=op.f("category_pkey")),
    )
    op.create_table(
        "poll",
        sa.Column("poll_id", sa.Uuid, nullable=False),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("opens_at", Timestamp, nullable=False),
        sa.Column("closes_at", Timestamp, nullable=False),
        sa.Column("closed", sa.Boolean, nullable=False),
        sa.Column("turnout", sa.Integer),
        sa.PrimaryKeyConstraint("poll_id", name=op.f("poll_pkey")),
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
