"""A polls service on a fresh database, two agencies, and a poll that is open. All people are invented."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from pydantic import SecretStr
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import services.polls
from services.polls import actions, handlers, web
from services.polls.actions import NewPoll
from services.polls.settings import Settings
from shared.clock import FixedClock
from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.vocabulary import Zone
from shared.security import Person, Sessions, session_routes
from shared.settings import Environment
from shared.web import create_app
from tests.conftest import SessionsOf
from tests.support.flow import Flow
from tests.support.people import sign_in

PACKAGE = Path(services.polls.__file__).parent
ORIGIN = "http://lapor.test"
NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
"""A Wednesday, 10.00 in Jakarta."""
OFFICER = UUID(int=7)


def agency(code: str, name: str, connected_since: date | None, version: int = 1) -> Agency:
    return Agency(
        occurred_at=NOW,
        version=version,
        code=code,
        parent=None,
        kind=AgencyKind.LOCAL_GOVERNMENT,
        name=name,
        short_name=name,
        region=None,
        zone=Zone.WIB,
        connected_since=connected_since,
    )


@dataclass
class World:
    """The service under test."""

    flow: Flow
    sessions: async_sessionmaker[AsyncSession]
    clock: FixedClock
    settings: Settings

    async def open_poll(self, **changes: Any) -> UUID:
        values: dict[str, Any] = {
            "poll_id": uuid4(),
            "question": "Jam buka loket mana yang paling membantu Anda?",
            "options": ("Pagi", "Sore", "Sabtu"),
            "opens_on": date(2026, 11, 18),
            "closes_on": date(2026, 11, 20),
        }
        asked = NewPoll(**(values | changes))
        async with self.sessions.begin() as session:
            await actions.create(
                session, asked, agency="PD-1872", by=OFFICER, limits=self.settings.limits, now=self.clock.now()
            )
        return asked.poll_id

    async def vote(self, poll_id: UUID, option: int, account_id: UUID) -> None:
        async with self.sessions.begin() as session:
            await actions.vote(session, poll_id, option, account_id=account_id, now=self.clock.now())


@pytest_asyncio.fixture
async def world(sessions_of: SessionsOf) -> World:
    sessions = sessions_of("polls")
    settings = Settings(
        environment=Environment.TEST,
        database_url=SecretStr("postgresql+psycopg://unused"),
        kafka="unused:9092",
        internal_token=SecretStr("invented"),
        public_url=ORIGIN,
    )
    made = World(Flow("polls", sessions, handlers.routes(), session_routes()), sessions, FixedClock(NOW), settings)
    await made.flow.give(
        agency("PD-1872", "Pemerintah Kota Metro", date(2026, 1, 5)),
        agency("PD-31", "Pemerintah Provinsi DKI Jakarta", date(2014, 6, 1)),
        agency("PD-7501", "Pemerintah Kabupaten Gorontalo", None),
    )
    return made


@pytest_asyncio.fixture
async def client(world: World) -> AsyncIterator[httpx.AsyncClient]:
    """A browser, not signed in."""
    app = create_app(
        "polls",
        [web.router(world.settings)],
        settings=world.settings,
        sessions=world.sessions,
        clock=world.clock,
        templates=[PACKAGE / "templates"],
        verifier=Sessions(world.sessions),
    )
    transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers={"origin": ORIGIN}) as opened:
        yield opened


@pytest.fixture
def become(world: World, client: httpx.AsyncClient) -> Any:
    """Sign a person in."""

    async def signed(person: Person) -> None:
        client.cookies.set(world.settings.session_cookie, await sign_in(world.sessions, person))

    return signed
