"""Reports as received, and what other services told intake."""

from alembic import op
from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    Column,
    Date,
    Identity,
    Integer,
    LargeBinary,
    PrimaryKeyConstraint,
    Text,
    UniqueConstraint,
    Uuid,
    false,
)

from shared.database import Timestamp
from shared.messaging import migrations as messaging
from shared.security import tables as security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    messaging.upgrade_0001(op)
    security.upgrade_0001(op)
    op.create_table(
        "report",
        Column("report_id", Uuid, nullable=False),
        Column("tracking_id", Text, nullable=False),
        Column("reporter_ref", Uuid, nullable=False),
        Column("attempt", LargeBinary, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("token_hash", LargeBinary, nullable=False),
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
        UniqueConstraint("tracking_id", name=op.f("report_tracking_id_key")),
        UniqueConstraint("reporter_ref", name=op.f("report_reporter_ref_key")),
        UniqueConstraint("attempt", name=op.f("report_attempt_key")),
        UniqueConstraint("token_hash", name=op.f("report_token_hash_key")),
        PrimaryKeyConstraint("report_id", name=op.f("report_pkey")),
    )
    op.create_table(
        "report_owner",
        Column("owner", LargeBinary, nullable=False),
        Column("report_id", Uuid, nullable=False),
        Column("since", Timestamp, nullable=False),
        PrimaryKeyConstraint("owner", "report_id", name=op.f("report_owner_pkey")),
    )
    op.create_table(
        "privacy",
        Column("report_id", Uuid, nullable=False),
        Column("anonymous", Boolean, nullable=False, server_default=false()),
        Column("confidential", Boolean, nullable=False, server_default=false()),
        PrimaryKeyConstraint("report_id", name=op.f("privacy_pkey")),
    )
    op.create_table(
        "sealed_contact",
        Column("reporter_ref", Uuid, nullable=False),
        Column("report_id", Uuid, nullable=False),
        Column("key_id", Text, nullable=False),
        Column("sealed", Text, nullable=False),
        Column("since", Timestamp, nullable=False),
        PrimaryKeyConstraint("reporter_ref", name=op.f("sealed_contact_pkey")),
    )
    op.create_table(
        "supplement",
        Column("command_id", Uuid, nullable=False),
        Column("report_id", Uuid, nullable=False),
        Column("text", Text, nullable=False),
        Column("sent_at", Timestamp, nullable=False),
        PrimaryKeyConstraint("command_id", name=op.f("supplement_pkey")),
    )
    op.create_table(
        "sms_received",
        Column("gateway_id", LargeBinary, nullable=False),
        Column("fingerprint", LargeBinary, nullable=False),
        Column("report_id", Uuid, nullable=False),
        Column("received_at", Timestamp, nullable=False),
        PrimaryKeyConstraint("gateway_id", name=op.f("sms_received_pkey")),
    )
    op.create_index("sms_received_fingerprint_idx", "sms_received", ["fingerprint", "received_at"])
    op.create_table(
        "sms_unread",
        Column("unread_id", Uuid, nullable=False),
        Column("gateway_id", LargeBinary, nullable=False),
        Column("reason", Text, nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("sealed_sender", Text),
        Column("received_at", Timestamp, nullable=False),
        UniqueConstraint("gateway_id", name=op.f("sms_unread_gateway_id_key")),
        PrimaryKeyConstraint("unread_id", name=op.f("sms_unread_pkey")),
    )
    op.create_table(
        "milestone",
        Column("event_id", Uuid, nullable=False),
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
        PrimaryKeyConstraint("event_id", name=op.f("milestone_pkey")),
    )
    op.create_index("milestone_report_id_idx", "milestone", ["report_id"])
    op.create_table(
        "agency",
        Column("code", Text, nullable=False),
        Column("parent", Text),
        Column("kind", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("region", Text),
        Column("connected_since", Date),
        PrimaryKeyConstraint("code", name=op.f("agency_pkey")),
    )
    op.create_table(
        "agency_keyword",
        Column("keyword", Text, nullable=False),
        Column("code", Text, nullable=False),
        PrimaryKeyConstraint("keyword", "code", name=op.f("agency_keyword_pkey")),
    )
    op.create_table(
        "category",
        Column("code", Text, nullable=False),
        Column("name", Text, nullable=False),
        Column("name_en", Text, nullable=False),
        Column("parent", Text),
        PrimaryKeyConstraint("code", name=op.f("category_pkey")),
    )
    op.create_table(
        "calendar_year",
        Column("year", Integer, nullable=False),
        Column("version", Integer, nullable=False),
        Column("days_off", JSON, nullable=False),
        PrimaryKeyConstraint("year", name=op.f("calendar_year_pkey")),
    )
    op.create_table(
        "clock_policy",
        Column("clock", Text, nullable=False),
        Column("working_days", Integer, nullable=False),
        PrimaryKeyConstraint("clock", name=op.f("clock_policy_pkey")),
    )
    op.create_table(
        "sealing_key",
        Column("key_id", Text, nullable=False),
        Column("public_key", Text, nullable=False),
        Column("since", Timestamp, nullable=False),
        PrimaryKeyConstraint("key_id", name=op.f("sealing_key_pkey")),
    )
