"""The messaging tables of a migrated database are those the code knows."""

from importlib.resources import files

import psycopg
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import create_engine

from shared.messaging import migrations, tables
from tests.messaging.world import Statements, World

COLUMNS = """select table_name, column_name, data_type, is_nullable, collation_name, is_identity
             from information_schema.columns where table_schema = 'public' order by 1, 2"""


async def test_the_migration_makes_exactly_the_tables_of_the_code(world: World) -> None:
    world.sql("drop table effect, case_, page")
    engine = create_engine(world.dsn.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True, "compare_server_default": True})
        assert compare_metadata(context, tables.metadata) == []
    migrated = world.sql(COLUMNS)
    with psycopg.connect(world.dsn, autocommit=True) as raw:
        migrations.downgrade_0001(Statements(raw))
    assert world.sql(COLUMNS) == []
    tables.metadata.create_all(engine)
    engine.dispose()
    assert world.sql(COLUMNS) == migrated


def test_every_statement_of_the_migration_is_one() -> None:
    text = files("shared.messaging").joinpath("sql/0001.sql").read_text()
    assert ":" not in text  # SQLAlchemy would take it for a parameter
    assert "%" not in text
    assert all(statement.rstrip().endswith(";") for statement in migrations.statements_0001())
