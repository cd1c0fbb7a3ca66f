"""Dispatch on a real database: events in, staged events out, pages through ASGI."""

from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import services.dispatch
from services.dispatch import actions, handlers, thread, web
from services.dispatch.settings import Settings
from shared.clock import FixedClock
from shared.security import Sessions, session_routes
from shared.web import create_app
from tests.conftest import SessionsOf
from tests.dispatch import builders
from tests.support.flow import Flow


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(builders.MONDAY)


@pytest.fixture
def settings() -> Settings:
    return builders.settings()


@pytest_asyncio.fixture
async def sessions(sessions_of: SessionsOf) -> async_sessionmaker[AsyncSession]:
    made = sessions_of("dispatch")
    async with made.begin() as session:
        await actions.seed(session, builders.small_directory(), now=builders.MONDAY)
    return made


@pytest_asyncio.fixture
async def flow(sessions: async_sessionmaker[AsyncSession], clock: FixedClock, settings: Settings) -> Flow:
    urgent = handlers.urgent_routes(clock)
    urgent.include(session_routes())
    made = Flow("dispatch", sessions, handlers.routes(clock, settings), urgent)
    await made.clear()
    return made


@pytest_asyncio.fixture
async def client(
    sessions: async_sessionmaker[AsyncSession], clock: FixedClock, settings: Settings
) -> AsyncIterator[httpx.AsyncClient]:
    app = create_app(
        "dispatch",
        [web.router(settings), thread.router(settings)],
        settings=settings,
        sessions=sessions,
        clock=clock,
        templates=[Path(services.dispatch.__file__).parent / "templates"],
        verifier=Sessions(sessions),
    )
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url=settings.public_url) as made:
        yield made
