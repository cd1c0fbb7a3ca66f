"""Intake under test: the real application on a real database, with keys of its own."""

import base64
import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

import services.intake
from services.intake import channels, handlers, internal, keys, web
from services.intake.keys import Keys
from services.intake.settings import Settings
from shared import database
from shared.clock import FixedClock
from shared.contracts.event import Event
from shared.sealing import OpeningKey, new_private_key
from shared.security import Sessions, session_routes
from shared.web import create_app
from tests.support.databases import Databases
from tests.support.flow import Flow

NOW = datetime(2026, 11, 2, 1, 14, tzinfo=UTC)
"""Monday 2 November 2026, 08.14 WIB."""
BODY = "Sejak tiga minggu ada lubang selebar ban truk di tikungan dekat sekolah, malam hari gelap."
FIELDS = {"kind": "complaint", "title": "Lubang dalam di tikungan Jalan Soekarno-Hatta", "body": BODY}


@dataclass
class Intake:
    """Everything a test needs of one running intake."""

    sessions: async_sessionmaker[AsyncSession]
    settings: Settings
    keys: Keys
    identity: OpeningKey
    clock: FixedClock
    app: FastAPI
    client: httpx.AsyncClient
    flow: Flow

    async def rows(self, query: str, **values: Any) -> list[Any]:
        """What a query finds."""
        async with self.sessions() as session:
            return list((await session.execute(text(query), values)).all())

    async def count(self, table: str) -> int:
        """Rows of a table."""
        return int((await self.rows(f"select count(*) from {table}"))[0][0])

    async def staged(self, *types: type[Event]) -> list[Any]:
        return await self.flow.staged(*types)

    async def report(self, **changes: str) -> httpx.Response:
        """Fill in the form and send it."""
        page = await self.client.get("/lapor")
        found = re.search(r'name="key" value="([\w-]+)"', page.text)
        assert found is not None
        return await self.client.post("/lapor", data=FIELDS | {"key": found.group(1)} | changes)

    async def sms(self, body: str | bytes, **headers: str) -> httpx.Response:
        """Push an SMS as Kannel does."""
        sent = {
            "content-type": "text/plain; charset=UTF-8",
            "x-kannel-from": "+6281234567890",
            "x-kannel-to": "1708",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.post("/sms", content=body if isinstance(body, bytes) else body.encode(), headers=sent)


def own_keys(folder: Path) -> OpeningKey:
    """Provision intake's keys; the private half that identity would have is returned."""
    identity = OpeningKey(new_private_key())
    (folder / keys.HASH_KEY).write_text(base64.b64encode(bytes(range(32))).decode())
    (folder / f"{keys.SEALED_TO}.pub").write_text(identity.public.public_key)
    return identity


def settings(folder: Path, **values: Any) -> Settings:
    given: dict[str, Any] = {
        "environment": "test",
        "database_url": "postgresql+psycopg://nowhere/none",
        "kafka": "nowhere:9092",
        "kafka_security": "plaintext",
        "internal_token": "invented-internal-token",
        "public_url": "http://lapor.test",
        "keys": folder,
    }
    return Settings(**(given | values))


def application(intake_settings: Settings, held: Keys, sessions: Any, clock: FixedClock) -> FastAPI:
    return create_app(
        "intake",
        [
            *channels.routers(held, intake_settings),
            web.router(held, intake_settings),
            internal.router(intake_settings),
        ],
        settings=intake_settings,
        sessions=sessions,
        clock=clock,
        templates=[Path(services.intake.__file__).parent / "templates"],
        verifier=Sessions(sessions),
    )


def client_of(app: FastAPI) -> httpx.AsyncClient:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False, client=("127.0.0.1", 50000))
    return httpx.AsyncClient(transport=transport, base_url="http://lapor.test")


@pytest.fixture(scope="session")
def intake_url(databases: Databases) -> Iterator[str]:
    """One database for all tests of this room; each begins by emptying it, which is faster than making one."""
    with databases.fresh("intake") as url:
        yield url


@pytest.fixture
async def sessions(intake_url: str) -> AsyncIterator[async_sessionmaker[AsyncSession]]:
    engine = database.engine(intake_url)
    async with engine.begin() as connection:
        tables = (
            await connection.execute(
                text(
                    "select string_agg(quote_ident(tablename), ', ') from pg_tables"
                    " where schemaname = 'public' and tablename <> 'alembic_version'"
                )
            )
        ).scalar_one()
        await connection.execute(text(f"truncate {tables}"))
    yield database.sessions(engine, "intake")
    await engine.dispose()


@pytest.fixture
async def intake(sessions: async_sessionmaker[AsyncSession], tmp_path: Path) -> AsyncIterator[Intake]:
    identity = own_keys(tmp_path)
    held, given, clock = keys.load(tmp_path), settings(tmp_path), FixedClock(NOW)
    app = application(given, held, sessions, clock)
    urgent = handlers.urgent_routes()
    urgent.include(session_routes())
    flow = Flow("intake", sessions, handlers.routes(), urgent)
    async with client_of(app) as client:
        yield Intake(sessions, given, held, identity, clock, app, client, flow)


def with_settings(intake: Intake, **changes: Any) -> Intake:
    """The same intake under other settings, on the same database."""
    given = intake.settings.model_copy(update=changes)
    app = application(given, intake.keys, intake.sessions, intake.clock)
    return replace(intake, settings=given, app=app, client=client_of(app))
