"""A migrated database is what the service's tables say: nothing drifts."""

from importlib import import_module

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from shared.contracts.registry import SERVICES
from shared.database import metadata
from shared.messaging import tables as messaging
from shared.security import tables as security
from tests.support.databases import Databases


@pytest.mark.parametrize("service", SERVICES)
def test_migrations_make_exactly_the_tables_of_the_service(service: str, databases: Databases) -> None:
    everything = metadata()
    own = import_module(f"services.{service}.tables").metadata
    for tables in (own, messaging.metadata, security.metadata):
        for table in tables.tables.values():
            if table.key not in everything.tables:
                table.to_metadata(everything)
    with databases.fresh(service) as url:
        engine = create_engine(url)
        with engine.connect() as connection:
            differences = compare_metadata(MigrationContext.configure(connection), everything)
        engine.dispose()
    assert differences == []
