"""Reports, privacy, sealed contacts and codes, messages, sink."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

from shared.messaging import migrations as messaging
from shared.security import tables as security

revision = "0001"
down_revision = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    messaging.upgrade_0001(op)
    security.upgrade_0001(op)
    op.create_table(
        "report",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("language", sa.Text, nullable=False),
        sa.Column("channel", sa.Text, nullable=False),
        sa.Column("has_contact", sa.Boolean, nullable=False),
        sa.PrimaryKeyConstraint("report_id", name="report_pkey"),
    )
    op.create_table(
        "privacy",
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("confidential", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("withdrawn", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("report_id", name="privacy_pkey"),
    )
    op.create_table(
        "contact",
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.PrimaryKeyConstraint("reporter_ref", name="contact_pkey"),
    )
    op.create_table(
        "credential",
        sa.Column("cause", sa.Uuid, nullable=False),
        sa.Column("sealed", sa.Text),
        sa.Column("received_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("cause", name="credential_pkey"),
    )
    op.create_index("credential_received_at_idx", "credential", ["received_at"])
    op.create_table(
        "agency",
        sa.Column("code", sa.Text, nullable=False),
        sa.Column("short_name", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("code", name="agency_pkey"),
    )
    op.create_table(
        "message",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("position", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("cause", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("stage", sa.Text, nullable=False),
        sa.Column("parameters", JSONB, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("awaits_contact", sa.Boolean, nullable=False),
        sa.Column("awaits_credential", sa.Boolean, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("resent", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.Column("channel", sa.Text),
        sa.Column("template", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("occurred_at", MOMENT, nullable=False),
        sa.Column("created_at", MOMENT, nullable=False),
        sa.Column("next_attempt_at", MOMENT, nullable=False),
        sa.Column("claimed_at", MOMENT),
        sa.Column("finished_at", MOMENT),
        sa.PrimaryKeyConstraint("message_id", name="message_pkey"),
        sa.UniqueConstraint("cause", "reporter_ref", name="message_cause_reporter_ref_key"),
        sa.UniqueConstraint("position", name="message_position_key"),
    )
    op.create_index("message_report_id_idx", "message", ["report_id"])
    op.create_index("message_ready", "message", ["next_attempt_at"], postgresql_where=sa.text("state = 'ready'"))
    op.create_index("message_waiting", "message", ["created_at"], postgresql_where=sa.text("state = 'waiting'"))
    op.create_index("message_sending", "message", ["claimed_at"], postgresql_where=sa.text("state = 'sending'"))
    unsent = sa.text("state in ('waiting', 'ready')")
    op.create_index("message_unsent", "message", ["reporter_ref"], postgresql_where=unsent)
    op.create_table(
        "sealing_key",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("published_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="sealing_key_pkey"),
    )
    op.create_table(
        "sms_sink",
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("recipient", sa.Text, nullable=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("sent_at", MOMENT, nullable=False),
        sa.PrimaryKeyConstraint("message_id", name="sms_sink_pkey"),
    )
