"""Alembic environment of verification."""

from services.verification.tables import METADATA
from shared.database import run_migrations

run_migrations(METADATA)
