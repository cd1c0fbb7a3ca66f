"""Identity under test: real database, real keys, cheap hashing, clocks in the test's hand."""

import re
from base64 import b64encode
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
import pytest_asyncio
from bs4 import BeautifulSoup
from fastapi import FastAPI
from nacl.utils import random
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.identity import handlers, web
from services.identity.actions import accounts
from services.identity.equipment import Equipment, equip
from services.identity.settings import Settings
from services.identity.tending import Tending
from shared.clock import FixedClock
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted
from shared.contracts.sealed import ContactDetails, ContactReceived, CredentialIssued, Secret
from shared.contracts.vocabulary import AuthorRole, EntryKind
from shared.sealing import OpeningKey, new_private_key
from shared.security import Role, Sessions
from shared.web import create_app
from tests.conftest import SessionsOf
from tests.support.flow import Flow

PASSWORD = "kuda lumping menari"
NOW = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)
ADDRESS = "http://lapor.test"


@dataclass(frozen=True)
class Report:
    """A report as events name it."""

    report_id: UUID
    reporter_ref: UUID
    tracking_id: str


_numbers = iter(range(2_611_000_017, 2_999_999_999, 17))


def a_report() -> Report:
    return Report(uuid4(), uuid4(), str(next(_numbers)))


@dataclass
class Identity:
    """The service under test."""

    sessions: async_sessionmaker[AsyncSession]
    equipment: Equipment
    clock: FixedClock
    wall: FixedClock
    notify: OpeningKey
    flow: Flow
    tending: Tending
    app: FastAPI

    @asynccontextmanager
    async def browser(self, address: str = "198.51.100.7") -> AsyncIterator[httpx.AsyncClient]:
        """A visitor from an address, with cookies of their own."""
        transport = httpx.ASGITransport(self.app, client=("127.0.0.1", 1))
        headers = {"X-Forwarded-For": address, "Accept": "text/html"}
        async with httpx.AsyncClient(transport=transport, base_url=ADDRESS, headers=headers) as client:
            yield client

    async def open_account(self, role: Role = Role.REPORTER, login: str = "dewi@contoh.example", **post: str) -> UUID:
        async with self.sessions.begin() as session:
            return await accounts.open_account(
                session,
                self.equipment,
                role=role,
                name="Dewi Anggraini",
                login=login,
                password=PASSWORD,
                agency=post.get("agency"),
                unit=post.get("unit"),
                operator="test",
            )

    def sealed(self, details: ContactDetails) -> str:
        return self.equipment.opening.public.seal(details.model_dump_json().encode())

    def contact_of(self, report: Report, **details: Any) -> ContactReceived:
        return ContactReceived(
            occurred_at=NOW,
            report_id=report.report_id,
            reporter_ref=report.reporter_ref,
            tracking_id=report.tracking_id,
            key_id=self.equipment.opening.public.key_id,
            sealed=self.sealed(ContactDetails(**details)),
        )

    def code_in(self, issued: CredentialIssued) -> str:
        assert issued.sealed is not None
        return Secret.model_validate_json(self.notify.open(issued.sealed)).code

    async def issue(self, *events: ReportDisposed | EntryPosted | ContactReceived) -> str:
        """Give events and take the last code that notify is told."""
        await self.flow.give(*events)
        issued = await self.flow.staged(CredentialIssued)
        return self.code_in(issued[-1])

    async def rows(self, table: str) -> list[Any]:
        async with self.sessions() as session:
            return list((await session.execute(text(f"select * from {table}"))).all())


def disposed(report: Report, *, lead: bool = True, previous: UUID | None = None) -> ReportDisposed:
    return ReportDisposed(
        occurred_at=NOW,
        report_id=report.report_id,
        reporter_ref=report.reporter_ref,
        tracking_id=report.tracking_id,
        disposition_id=uuid4(),
        agency="PD-1872",
        lead=lead,
        previous=previous,
        disposed_at=NOW,
        answer_by=NOW + timedelta(days=7),
    )


def posted(report: Report, author: AuthorRole = AuthorRole.AGENCY) -> EntryPosted:
    return EntryPosted(
        occurred_at=NOW,
        report_id=report.report_id,
        reporter_ref=report.reporter_ref,
        tracking_id=report.tracking_id,
        thread_version=1,
        entry_id=uuid4(),
        command_id=None,
        author=author,
        agency="PD-1872" if author is AuthorRole.AGENCY else None,
        disposition_id=uuid4(),
        kind=EntryKind.PROGRESS if author is AuthorRole.AGENCY else EntryKind.REPLY,
    )


@pytest.fixture
def keys(tmp_path: Path) -> tuple[Path, OpeningKey]:
    """A folder as identity gets it, and notify's private half."""
    notify = OpeningKey(new_private_key())
    (tmp_path / "vault.key").write_text(b64encode(random(32)).decode())
    (tmp_path / "identity-sealing.key").write_text(new_private_key())
    (tmp_path / "notify-sealing.pub").write_text(notify.public.public_key)
    return tmp_path, notify


def settings_with(folder: Path, **told: Any) -> Settings:
    return Settings.model_validate(
        {
            "environment": "test",
            "database_url": "postgresql+psycopg://unused",
            "kafka": "unused",
            "kafka_security": "plaintext",
            "internal_token": "invented",
            "public_url": ADDRESS,
            "keys": folder,
            "password_memory_kib": 64,
            "password_passes": 1,
            "code_memory_kib": 64,
            **told,
        }
    )


def assembled(sessions: async_sessionmaker[AsyncSession], settings: Settings, notify: OpeningKey) -> Identity:
    clock, wall = FixedClock(NOW), FixedClock(datetime.now(UTC))
    equipment = equip(settings, clock, wall)
    app = create_app(
        "identity",
        [web.router(equipment)],
        settings=settings,
        sessions=sessions,
        clock=clock,
        templates=[web.TEMPLATES],
        verifier=Sessions(sessions),
    )
    flow = Flow("identity", sessions, handlers.routes(equipment))
    return Identity(sessions, equipment, clock, wall, notify, flow, Tending(equipment, sessions), app)


@pytest_asyncio.fixture
async def identity(sessions_of: SessionsOf, keys: tuple[Path, OpeningKey]) -> Identity:
    folder, notify = keys
    made = assembled(sessions_of("identity"), settings_with(folder), notify)
    await made.tending.begin()
    await made.flow.clear()
    return made


def soup(response: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def said(response: httpx.Response) -> str:
    """The text of the page's main part."""
    main = soup(response).select_one("main")
    return re.sub(r"\s+", " ", main.get_text(" ")).strip() if main else ""


def set_cookies(response: httpx.Response) -> dict[str, str]:
    """Each `Set-Cookie` by name, whole."""
    return {header.partition("=")[0]: header for header in response.headers.get_list("set-cookie")}
