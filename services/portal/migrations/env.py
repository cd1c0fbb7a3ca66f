"""Alembic's entry."""

from services.portal.tables import metadata
from shared.database import run_migrations

run_migrations(metadata)
