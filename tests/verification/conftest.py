"""A verification service on a fresh database: its handlers, its pages, signed-in people."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import services.verification
from services.verification import actions, categories, handlers, store, web
from services.verification.cases import Case, Entry
from services.verification.settings import Settings
from shared.clock import FixedClock
from shared.security import Person, Sessions, session_routes
from shared.settings import Environment
from shared.web import create_app
from tests.conftest import SessionsOf
from tests.support.flow import Flow, wire
from tests.support.people import administrator, sign_in
from tests.verification.builders import GORONTALO, HEALTH, METRO, NOW, WORKS, published

PACKAGE = Path(services.verification.__file__).parent
ORIGIN = "http://lapor.test"
FEW = frozenset({"jalan", "pohon", "pungutan-liar"})


@dataclass
class Desk:
    """The service under test."""

    flow: Flow
    sessions: async_sessionmaker[AsyncSession]
    clock: FixedClock
    settings: Settings

    async def case(self, report_id: UUID) -> Case:
        async with self.sessions() as session:
            found = await store.find(session, report_id)
        assert found is not None
        return found

    async def history(self, report_id: UUID) -> list[Entry]:
        async with self.sessions() as session:
            return list(await store.history(session, report_id))

    async def stock(self) -> None:
        """Directory and a few categories, as they are once everything was heard; nothing is left in the outbox."""
        await self.flow.main.receive([wire(published(agency)) for agency in (METRO, GORONTALO, HEALTH, WORKS)])
        await self.seed(FEW)
        await self.flow.clear()

    async def seed(self, codes: frozenset[str] | None = None) -> None:
        offered = categories.read(self.settings.categories)
        chosen = [entry for entry in offered if codes is None or entry.code in codes]
        async with self.sessions.begin() as session:
            await actions.offer_categories(session, chosen, now=NOW)


@pytest.fixture
def desk(sessions_of: SessionsOf) -> Desk:
    sessions = sessions_of("verification")
    clock = FixedClock(NOW)
    urgent = handlers.urgent_routes()
    urgent.include(session_routes())
    settings = Settings(
        environment=Environment.TEST,
        database_url=SecretStr("postgresql+psycopg://unused"),
        kafka="unused:9092",
        internal_token=SecretStr("invented"),
        public_url=ORIGIN,
        queue_page_size=3,
    )
    return Desk(Flow("verification", sessions, handlers.routes(clock), urgent), sessions, clock, settings)


@pytest_asyncio.fixture
async def visitor(desk: Desk) -> AsyncIterator[httpx.AsyncClient]:
    """A browser that is not signed in, on a desk with directory and categories."""
    await desk.stock()
    app = create_app(
        "verification",
        [web.router(desk.settings)],
        settings=desk.settings,
        sessions=desk.sessions,
        clock=desk.clock,
        templates=[PACKAGE / "templates"],
        verifier=Sessions(desk.sessions),
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN) as client:
        yield client


SARI = administrator()
YUDI = administrator("Yudi Prakoso")


async def become(desk: Desk, client: httpx.AsyncClient, person: Person) -> None:
    """Sign a person in."""
    client.cookies.set(desk.settings.session_cookie, await sign_in(desk.sessions, person))


@pytest_asyncio.fixture
async def sari(desk: Desk, visitor: httpx.AsyncClient) -> httpx.AsyncClient:
    """An administrator's browser."""
    await become(desk, visitor, SARI)
    return visitor
