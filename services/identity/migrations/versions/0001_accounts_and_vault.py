"""Accounts, sessions, keys, the contact vault, credentials and the audit log."""

import sqlalchemy as sa
from alembic import op

from shared.database import Timestamp
from shared.messaging.migrations import upgrade_0001 as messaging_upgrade_0001
from shared.security.tables import upgrade_0001 as security_upgrade_0001

revision = "0001"
down_revision = None


def upgrade() -> None:
    messaging_upgrade_0001(op)
    security_upgrade_0001(op)
    op.create_table(
        "account",
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("role", sa.Text, nullable=False),
        sa.Column("profile", sa.LargeBinary, nullable=False),
        sa.Column("password_hash", sa.Text, nullable=False),
        sa.Column("agency", sa.Text),
        sa.Column("unit", sa.Text),
        sa.Column("created_at", Timestamp, nullable=False),
        sa.Column("disabled_at", Timestamp),
        sa.PrimaryKeyConstraint("account_id", name="account_pkey"),
    )
    op.create_table(
        "account_login",
        sa.Column("login_hash", sa.LargeBinary, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.PrimaryKeyConstraint("login_hash", name="account_login_pkey"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="account_login_account_id_fkey"),
    )
    op.create_index("account_login_account_id_idx", "account_login", ["account_id"])
    op.create_table(
        "open_session",
        sa.Column("session_id", sa.Uuid, nullable=False),
        sa.Column("account_id", sa.Uuid, nullable=False),
        sa.Column("opened_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("session_id", name="open_session_pkey"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="open_session_account_id_fkey"),
    )
    op.create_index("open_session_account_id_idx", "open_session", ["account_id"])
    op.create_index("open_session_expires_at_idx", "open_session", ["expires_at"])
    op.create_table(
        "failed_attempt",
        sa.Column("attempt_id", sa.BigInteger, sa.Identity(), nullable=False),
        sa.Column("bucket", sa.LargeBinary, nullable=False),
        sa.Column("failed_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("attempt_id", name="failed_attempt_pkey"),
    )
    op.create_index("failed_attempt_bucket_failed_at_idx", "failed_attempt", ["bucket", "failed_at"])
    op.create_index("failed_attempt_failed_at_idx", "failed_attempt", ["failed_at"])
    op.create_table(
        "signing_pair",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("private_key", sa.LargeBinary, nullable=False),
        sa.Column("active_from", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="signing_pair_pkey"),
    )
    op.create_table(
        "notify_sealing_key",
        sa.Column("key_id", sa.Text, nullable=False),
        sa.Column("public_key", sa.Text, nullable=False),
        sa.Column("published_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("key_id", name="notify_sealing_key_pkey"),
    )
    op.create_table(
        "contact",
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("account_id", sa.Uuid),
        sa.Column("details", sa.LargeBinary, nullable=False),
        sa.Column("reachable", sa.Boolean, nullable=False),
        sa.Column("stored_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("reporter_ref", name="contact_pkey"),
        sa.UniqueConstraint("report_id", name="contact_report_id_key"),
        sa.ForeignKeyConstraint(["account_id"], ["account.account_id"], name="contact_account_id_fkey"),
    )
    op.create_index("contact_account_id_idx", "contact", ["account_id"])
    op.create_table(
        "credential",
        sa.Column("credential_id", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("cause", sa.Uuid, nullable=False),
        sa.Column("selector", sa.Text, nullable=False),
        sa.Column("secret_hash", sa.Text, nullable=False),
        sa.Column("issued_at", Timestamp, nullable=False),
        sa.Column("expires_at", Timestamp, nullable=False),
        sa.Column("redeemed_at", Timestamp),
        sa.Column("superseded_at", Timestamp),
        sa.PrimaryKeyConstraint("credential_id", name="credential_pkey"),
    )
    op.create_index("credential_report_id_idx", "credential", ["report_id"])
    op.create_index("credential_selector_idx", "credential", ["selector"])
    op.create_table(
        "credential_need",
        sa.Column("cause", sa.Uuid, nullable=False),
        sa.Column("report_id", sa.Uuid, nullable=False),
        sa.Column("reporter_ref", sa.Uuid, nullable=False),
        sa.Column("tracking_id", sa.Text, nullable=False),
        sa.Column("purpose", sa.Text, nullable=False),
        sa.Column("until", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("cause", name="credential_need_pkey"),
    )
    op.create_index("credential_need_report_id_idx", "credential_need", ["report_id"])
    op.create_index("credential_need_until_idx", "credential_need", ["until"])
    op.create_table(
        "audit_record",
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("service", sa.Text, nullable=False),
        sa.Column("actor", sa.Text, nullable=False),
        sa.Column("action", sa.Text, nullable=False),
        sa.Column("report_id", sa.Uuid),
        sa.Column("subject", sa.Text),
        sa.Column("reason", sa.Text),
        sa.Column("occurred_at", Timestamp, nullable=False),
        sa.PrimaryKeyConstraint("event_id", "service", name="audit_record_pkey"),
    )
    op.create_index("audit_record_report_id_idx", "audit_record", ["report_id"])
    op.create_index("audit_record_occurred_at_idx", "audit_record", ["occurred_at"])
