"""Cases, their history, and what is known of the directory, categories and clocks."""

import sqlalchemy as sa
from alembic import op

from shared.messaging import migrations as messaging
from shared.security import tables as security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    messaging.upgrade_0001(op)
    security.upgrade_0001(op)
    op.create_table(
        "report_case",
        sa.Column("report_id", sa.Uuid),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("reporter_label", sa.Text),
        sa.Column("has_contact", sa.Boolean, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("title", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("event_date", sa.Date),
        sa.Column("place", sa.JSON, nullable=False),
        sa.Column("region", sa.Text(collation="C")),
        sa.Column("agency_wish", sa.Text),
        sa.Column("category_wish", sa.Text),
        sa.Column("attachments", sa.JSON, nullable=False),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.Column("due_at", MOMENT, nullable=False),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("status", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("held_for", sa.Text),
        sa.Column("held_by", sa.Uuid),
        sa.Column("excluded_agencies", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="report_case_pkey"),
        sa.UniqueConstraint("tracking_id", name="report_case_tracking_id_key"),
    )
    op.create_index("report_case_queue", "report_case", ["status", "due_at", "report_id"])
    op.create_index(
        "report_case_held", "report_case", ["held_for", "received_at"], postgresql_where=sa.text("held_for is not null")
    )
    op.create_table(
        "case_entry",
        sa.Column("entry_id", sa.BigInteger, sa.Identity()),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.Column("facts", sa.JSON, nullable=False),
        sa.Column("by_account", sa.Uuid),
        sa.Column("by_name", sa.Text),
        sa.PrimaryKeyConstraint("entry_id", name="case_entry_pkey"),
        sa.ForeignKeyConstraint(["report_id"], ["report_case.report_id"], name="case_entry_report_id_fkey"),
    )
    op.create_index("case_entry_report_id_idx", "case_entry", ["report_id"])
    op.create_table(
        "privacy",
        sa.Column("report_id", sa.Uuid),
        sa.Column("anonymous", sa.Boolean, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False),
        sa.Column("withdrawn", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="privacy_pkey"),
    )
    op.create_table(
        "deadline",
        sa.Column("deadline_id", sa.Uuid),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("clock", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("due_at", MOMENT),
        sa.Column("met_at", MOMENT),
        sa.PrimaryKeyConstraint("deadline_id", name="deadline_pkey"),
    )
    op.create_index("deadline_report_id_idx", "deadline", ["report_id"])
    op.create_table(
        "agency",
        sa.Column("code", sa.Text),
        sa.Column("parent", sa.Text),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("region", sa.Text),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("connected_since", sa.Date),
        sa.PrimaryKeyConstraint("code", name="agency_pkey"),
    )
    op.create_table(
        "category",
        sa.Column("code", sa.Text),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("name_en", sa.Text, nullable=False),
        sa.Column("parent", sa.Text),
        sa.Column("required", sa.JSON, nullable=False),
        sa.Column("default_agency", sa.Text),
        sa.PrimaryKeyConstraint("code", name="category_pkey"),
    )
    op.create_table(
        "calendar_year",
        sa.Column("year", sa.Integer, autoincrement=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("days_off", sa.JSON, nullable=False),
        sa.PrimaryKeyConstraint("year", name="calendar_year_pkey"),
    )
    op.create_table(
        "clock_policy",
        sa.Column("clock", sa.Text),
        sa.Column("working_days", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("clock", name="clock_policy_pkey"),
    )
