"""Alembic's entry: the service's tables and nothing else."""

from services.notify.tables import metadata
from shared.database import run_migrations

run_migrations(metadata)
