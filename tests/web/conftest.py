"""The sample application, its clients, and fakes of what it stands on."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Self
from uuid import UUID

import httpx
import pytest
from fastapi import FastAPI

from deploy.local.assets import provide
from deploy.local.progress import Narrator
from shared.clock import FixedClock
from shared.security import Person, Role
from shared.settings import ServiceSettings
from shared.web import create_app
from tests.web import sample

NOW = datetime(2026, 11, 19, 3, 0, tzinfo=UTC)
SESSION = UUID(int=1)


class FakeSession:
    """Writes down what becomes of its transaction."""

    def __init__(self, log: list[str]) -> None:
        self.log = log

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *error: object) -> None:
        self.log.append("closed")

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[None]:
        try:
            yield
        except BaseException:
            self.log.append("rolled back")
            raise
        self.log.append("committed")

    async def execute(self, *_: object) -> None:
        self.log.append("executed")


class FakeVerifier:
    """Knows two tokens."""

    async def verify(self, token: str) -> Person | None:
        roles = {"ratna": Role.ADMINISTRATOR, "hendra": Role.OFFICER, "siti": Role.REPORTER}
        return Person(SESSION, roles[token], token.title() + " W.") if token in roles else None


def settings(**values: Any) -> ServiceSettings:
    """Settings of the sample service."""
    return ServiceSettings(
        **{
            "service": "sample",
            "environment": "test",
            "database_url": "postgresql+psycopg://nowhere/none",
            "kafka": "nowhere:9092",
            "kafka_security": "plaintext",
            "internal_token": "invented",
            "public_url": "http://lapor.test",
        }
        | values
    )


@pytest.fixture
def log() -> list[str]:
    return []


MakeApp = Callable[..., FastAPI]


@pytest.fixture
def make_app(log: list[str]) -> MakeApp:
    def make(**values: Any) -> FastAPI:
        return create_app(
            "sample",
            [sample.router()],
            settings=settings(**values),
            sessions=lambda: FakeSession(log),  # type: ignore[arg-type]  # a fake of the session maker
            clock=FixedClock(NOW),
            templates=[sample.TEMPLATES],
            verifier=FakeVerifier(),
        )

    return make


@pytest.fixture
async def client(make_app: MakeApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(make_app(), raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://lapor.test") as made:
        yield made


def built_assets() -> Path:
    """The folder of page assets, built if need be (npm, once)."""
    return provide(Narrator.silent())
