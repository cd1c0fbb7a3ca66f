"""Alembic environment of verification."""

from services.verification.tables import metadata
from shared.database import run_migrations

run_migrations(metadata)
