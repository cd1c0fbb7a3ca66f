"""The world that a messaging test lives in: topics and a database of its own on the shared servers."""

from collections.abc import AsyncIterator, Iterator

import psycopg
import pytest
import pytest_asyncio
from psycopg import sql

from tests.messaging.world import World, make_template, new_name


@pytest.fixture(scope="session")
def template(postgres_url: str) -> Iterator[str]:
    name = f"template_{new_name()}"
    make_template(postgres_url, name)
    yield name
    with psycopg.connect(postgres_url, autocommit=True) as admin:
        admin.execute(sql.SQL("drop database {}").format(sql.Identifier(name)))


@pytest_asyncio.fixture
async def world(template: str, postgres_url: str, kafka_servers: str) -> AsyncIterator[World]:
    made = World(new_name(), postgres_url, kafka_servers)
    made.create(template)
    yield made
    await made.close()
    made.drop()
