"""Identity's tables. What is `bytea` and named `profile`, `details` or `private_key` is encrypted under the vault key."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Identity,
    Index,
    LargeBinary,
    Table,
    Text,
    Uuid,
)

from shared.database import Timestamp
from shared.database import metadata as new_metadata

metadata = new_metadata()

account = Table(
    "account",
    metadata,
    Column("account_id", Uuid, primary_key=True),
    Column("role", Text, nullable=False),
    Column("profile", LargeBinary, nullable=False),  # name and logins
    Column("password_hash", Text, nullable=False),
    Column("agency", Text),
    Column("unit", Text),
    Column("created_at", Timestamp, nullable=False),
    Column("disabled_at", Timestamp),
)
account_login = Table(
    "account_login",
    metadata,
    Column("login_hash", LargeBinary, primary_key=True),  # keyed: cannot be tried out without the vault key
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
)
open_session = Table(
    "open_session",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("account_id", Uuid, ForeignKey("account.account_id"), nullable=False, index=True),
    Column("opened_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False, index=True),
)
failed_attempt = Table(
    "failed_attempt",
    metadata,
    Column("attempt_id", BigInteger, Identity(), primary_key=True),
    Column(
        "bucket", LargeBinary, nullable=False
    ),  # keyed hash of an account, a report, a device or, for a day, an address
    Column("failed_at", Timestamp, nullable=False, index=True),
)
Index("failed_attempt_bucket_failed_at_idx", failed_attempt.c.bucket, failed_attempt.c.failed_at)

signing_pair = Table(
    "signing_pair",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("private_key", LargeBinary, nullable=False),
    Column("active_from", Timestamp, nullable=False),
)
notify_sealing_key = Table(
    "notify_sealing_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("public_key", Text, nullable=False),
    Column("published_at", Timestamp, nullable=False),
)
contact = Table(
    "contact",
    metadata,
    Column("reporter_ref", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False, unique=True),
    Column("tracking_id", Text, nullable=False),
    Column("account_id", Uuid, ForeignKey("account.account_id"), index=True),
    Column("details", LargeBinary, nullable=False),
    Column("reachable", Boolean, nullable=False),
    Column("stored_at", Timestamp, nullable=False),
)
credential = Table(
    "credential",
    metadata,
    Column("credential_id", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False, index=True),
    Column("reporter_ref", Uuid, nullable=False),
    Column("tracking_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("cause", Uuid, nullable=False),
    Column("selector", Text, nullable=False, index=True),
    Column("secret_hash", Text, nullable=False),
    Column("issued_at", Timestamp, nullable=False),
    Column("expires_at", Timestamp, nullable=False),
    Column("redeemed_at", Timestamp),
    Column("superseded_at", Timestamp),
)
credential_need = Table(
    "credential_need",
    metadata,
    Column("cause", Uuid, primary_key=True),
    Column("report_id", Uuid, nullable=False, index=True),
    Column("reporter_ref", Uuid, nullable=False),
    Column("tracking_id", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    Column("until", Timestamp, nullable=False, index=True),
)
audit_record = Table(
    "audit_record",
    metadata,
    Column("event_id", Uuid, primary_key=True),
    Column("service", Text, primary_key=True),
    Column("actor", Text, nullable=False),
    Column("action", Text, nullable=False),
    Column("report_id", Uuid, index=True),
    Column("subject", Text),
    Column("reason", Text),
    Column("occurred_at", Timestamp, nullable=False, index=True),
)
