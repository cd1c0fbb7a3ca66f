"""Portal on a fresh database, with what it consumes."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import services.portal
from services.portal import handlers, web
from services.portal.settings import Settings
from shared.clock import FixedClock
from shared.contracts.agencies import Agency
from shared.contracts.categories import Category
from shared.contracts.publications import Publication, PublicationWithdrawn
from shared.security import Sessions, session_routes
from shared.web import create_app
from tests.builders.events import METRO, at, build
from tests.conftest import SessionsOf
from tests.support.flow import Flow

TEMPLATES = Path(services.portal.__file__).parent / "templates"
NOW = at(19)
SessionMaker = async_sessionmaker[AsyncSession]


def settings(**values: Any) -> Settings:
    """Settings of portal under test."""
    known = {
        "environment": "test",
        "database_url": "postgresql+psycopg://nowhere/none",
        "kafka": "nowhere:9092",
        "kafka_security": "plaintext",
        "internal_token": "invented",
        "public_url": "http://lapor.test",
    }
    return Settings(**known | values)


def report_id(number: int) -> UUID:
    return UUID(int=number)


def publication(number: int = 1, **differences: Any) -> Publication:
    """The published report number `number`, tracking ID 2611000000 and that number."""
    given = {"report_id": report_id(number), "tracking_id": str(2611000000 + number), "version": 1}
    return build(Publication, **given | differences)


def withdrawal(number: int = 1, version: int = 2) -> PublicationWithdrawn:
    return build(PublicationWithdrawn, record_key=str(report_id(number)), version=version)


def waiting(number: int = 1, **differences: Any) -> Publication:
    """Disposed on Tuesday 3 November, not answered yet; the limit is Tuesday 10 November."""
    disposition = {
        "disposition_id": report_id(number),
        "agency": METRO,
        "lead": True,
        "disposed_at": at(3),
        "answer_by": at(10, 16, 59),
    }
    plain: dict[str, Any] = {
        "status": "disposed",
        "first_follow_up_at": None,
        "closes_at": None,
        "dispositions": (disposition,),
        "entries": (),
    }
    return publication(number, **plain | differences)


def closed(number: int = 1, **differences: Any) -> Publication:
    """Answered on the 4th, closed on the 18th."""
    return publication(number, **{"status": "closed", "closes_at": None, "closed_at": at(18, 17)} | differences)


@pytest.fixture
def sessions(sessions_of: SessionsOf) -> SessionMaker:
    return sessions_of("portal")


@pytest.fixture
def flow(sessions: SessionMaker) -> Flow:
    return Flow("portal", sessions, handlers.routes(), session_routes(), unordered=True)


@pytest.fixture
async def directory(flow: Flow) -> None:
    """Kota Metro and one category."""
    await flow.give(build(Agency, version=1), build(Category, version=1))


MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(sessions: SessionMaker) -> MakeApp:
    def make(**values: Any) -> FastAPI:
        own = settings(**values)
        return create_app(
            "portal",
            [web.router(own)],
            settings=own,
            sessions=sessions,
            clock=FixedClock(NOW),
            templates=[TEMPLATES],
            verifier=Sessions(sessions),
        )

    return make


@pytest.fixture
async def client(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(make_app()), base_url="http://lapor.test") as made:
        yield made
