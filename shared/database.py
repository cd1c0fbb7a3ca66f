"""Engines, sessions and migrations: the same for every service's own database."""

from collections.abc import Mapping
from importlib import import_module
from pathlib import Path

from sqlalchemy import DateTime, MetaData, create_engine, pool, text
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine

NAMING: Mapping[str, str] = {
    "ix": "%(column_0_label)s_idx",
    "uq": "%(table_name)s_%(column_0_N_name)s_key",
    "ck": "%(table_name)s_%(constraint_name)s_check",
    "fk": "%(table_name)s_%(column_0_name)s_fkey",
    "pk": "%(table_name)s_pkey",
}
MIGRATION_LOCK = 0x1A902

Timestamp = DateTime(timezone=True)
"""Column type of every moment: aware, stored in UTC."""


def metadata() -> MetaData:
    """A service's own set of tables."""
    return MetaData(naming_convention=dict(NAMING))


def engine(url: str, *, pool_size: int = 5, max_overflow: int = 5) -> AsyncEngine:
    """An engine whose connections are checked before use and never wait for ever on a lock."""
    return create_async_engine(
        url,
        pool_size=pool_size,
        max_overflow=max_overflow,
        pool_pre_ping=True,
        pool_timeout=10,
        connect_args={
            "connect_timeout": 5,
            "keepalives_idle": 10,
            "keepalives_interval": 5,
            "keepalives_count": 3,
            "options": "-c timezone=UTC -c lock_timeout=10s -c idle_in_transaction_session_timeout=60s",
        },
    )


def sessions(engine: AsyncEngine, service: str) -> async_sessionmaker[AsyncSession]:
    """Sessions that know whose they are: `session.info["service"]` becomes the source of staged events."""
    return async_sessionmaker(engine, expire_on_commit=False, info={"service": service})


def migrate(service: str, url: str, revision: str = "head") -> None:
    """Bring a service's database to a revision; concurrent callers wait for each other.

    Raises:
        alembic.util.CommandError: the revision is unknown.
    """
    from alembic import command  # 8 MB that a running service has no use for
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_migrations(service)))
    config.set_main_option("file_template", "%%(rev)s_%%(slug)s")
    config.attributes["url"] = url
    command.upgrade(config, revision)


def run_migrations(target: MetaData) -> None:
    """The body of every service's `migrations/env.py`."""
    from alembic import context

    url = context.config.attributes["url"]
    connectable = create_engine(url, poolclass=pool.NullPool)
    with connectable.connect() as connection:
        connection.execute(text("select pg_advisory_lock(:lock)"), {"lock": MIGRATION_LOCK})
        connection.execute(text("set lock_timeout = '5s'"))
        connection.commit()
        context.configure(connection=connection, target_metadata=target, transaction_per_migration=True)
        with context.begin_transaction():
            context.run_migrations()
    connectable.dispose()


def _migrations(service: str) -> Path:
    module = import_module(f"services.{service}")
    return Path(str(module.__file__)).parent / "migrations"
