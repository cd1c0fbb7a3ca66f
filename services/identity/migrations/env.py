"""Alembic's entry."""

from services.identity.tables import metadata
from shared.database import run_migrations

run_migrations(metadata)
