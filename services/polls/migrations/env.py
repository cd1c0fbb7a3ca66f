"""Alembic environment of polls."""

from services.polls.tables import metadata
from shared.database import run_migrations

run_migrations(metadata)
