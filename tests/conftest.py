"""One broker and one database server for the whole run, shared by all workers; a database of its own for each test."""

import os
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AsyncExitStack, ExitStack
from pathlib import Path

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared import database
from tests.support.databases import Databases

POSTGRES, KAFKA = "LAPOR_TEST_POSTGRES", "LAPOR_TEST_KAFKA"
_resources = ExitStack()


def pytest_configure(config: pytest.Config) -> None:
    """Start the servers once, in the controller; workers find their addresses in the environment."""
    if hasattr(config, "workerinput") or config.option.collectonly or (POSTGRES in os.environ and KAFKA in os.environ):
        return
    from deploy.local.backbone import backbone

    state = Path(config.rootpath) / ".lapor" / "tests"
    servers = _resources.enter_context(backbone(state))
    os.environ[POSTGRES], os.environ[KAFKA] = servers.postgres_url, servers.kafka


def pytest_unconfigure(config: pytest.Config) -> None:
    """Stop what was started."""
    _resources.close()


@pytest.fixture(scope="session")
def postgres_url() -> str:
    """Of the test server's maintenance database."""
    return os.environ[POSTGRES]


@pytest.fixture(scope="session")
def kafka_servers() -> str:
    """Bootstrap servers of the test broker."""
    return os.environ[KAFKA]


@pytest.fixture(scope="session")
def databases(postgres_url: str) -> Iterator[Databases]:
    made = Databases(postgres_url)
    yield made
    made.close()


SessionsOf = Callable[[str], async_sessionmaker[AsyncSession]]


@pytest_asyncio.fixture
async def sessions_of(databases: Databases) -> AsyncIterator[SessionsOf]:
    """`sessions_of("intake")`: sessions on a fresh, migrated database of that service."""
    async with AsyncExitStack() as stack:

        def make(service: str) -> async_sessionmaker[AsyncSession]:
            url = stack.enter_context(databases.fresh(service))
            engine = database.engine(url)
            stack.push_async_callback(engine.dispose)
            return database.sessions(engine, service)

        yield make
