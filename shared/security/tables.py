"""What every service with pages remembers of identity's keys and of sessions that ended early."""

from types import ModuleType

from alembic.operations import Operations
from sqlalchemy import Column, MetaData, Table, Text, Uuid

from shared.database import NAMING, Timestamp

metadata = MetaData(naming_convention=dict(NAMING))

signing_key = Table(
    "signing_key",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("jwk", Text, nullable=False),
)
revoked_session = Table(
    "revoked_session",
    metadata,
    Column("session_id", Uuid, primary_key=True),
    Column("expires_at", Timestamp, nullable=False, index=True),
)


def upgrade_0001(op: Operations | ModuleType) -> None:
    """Create the tables; called by each service's first migration."""
    op.create_table(
        "signing_key",
        Column("key_id", Text, primary_key=True),
        Column("jwk", Text, nullable=False),
    )
    op.create_table(
        "revoked_session",
        Column("session_id", Uuid, primary_key=True),
        Column("expires_at", Timestamp, nullable=False, index=True),
    )
