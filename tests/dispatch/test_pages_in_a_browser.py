"""Every page of dispatch in a real browser at three widths: no axe violation, nothing sticks out, nothing refused by the content security policy."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser
from sqlalchemy.ext.asyncio import AsyncEngine

import services.dispatch
from services.dispatch import actions, thread, web
from services.dispatch.settings import Settings
from shared import database
from shared.clock import FixedClock
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import EntryKind
from shared.security import Person, Sessions
from shared.web import create_app
from tests.dispatch import builders
from tests.dispatch.builders import MONDAY, REPORTER, closure_due, draft, missed, officer_of, verified
from tests.support import people
from tests.support.flow import Flow
from tests.web.browser import WIDTHS, browser, look, served
from tests.web.conftest import built_assets


@pytest.fixture
async def reports(flow: Flow, settings: Settings) -> dict[str, ReportVerified]:
    """One report in each state that the pages show differently."""
    made = {
        "late": verified(title="Saluran tersumbat di belakang pasar"),
        "again": verified(title="Trotoar rusak di depan sekolah", agencies=("PD-1872", "BUMN-001")),
        "closed": verified(title="Pohon tumbang di Jalan Pala", anonymous=True),
        "secret": verified(title="Pungutan di loket pelayanan", confidential=True),
    }
    await flow.give(*made.values(), missed(made["late"].report_id))
    async with flow.sessions.begin() as session:
        for name in ("again", "closed"):
            await actions.post(session, made[name].report_id, draft(), officer_of(), settings, now=MONDAY)
        reply = draft(EntryKind.REPLY, "Belum selesai sampai ujung jalan.")
        await actions.post(session, made["again"].report_id, reply, REPORTER, settings, now=MONDAY)
    await flow.give(closure_due(made["closed"].report_id, 1))
    return made


@pytest.mark.timeout(300)  # two dozen pages, each judged by some hundred rules
async def test_every_page_is_accessible_and_fits(
    flow: Flow, reports: dict[str, ReportVerified], clock: FixedClock
) -> None:
    clock.moment = MONDAY.replace(day=10)
    settings = builders.settings(assets=await asyncio.to_thread(built_assets))
    late, again, closed, secret = reports.values()
    officer, administrator = people.officer(), people.administrator()
    visits: list[tuple[Person | None, str]] = [
        (officer, "/meja/instansi?tampilan=semua&lang=en"),
        (officer, f"/meja/instansi/{late.report_id}"),
        (officer, f"/meja/instansi/{secret.report_id}"),
        (people.reporter_of(again.report_id), f"/percakapan/{again.tracking_id}"),
        (people.reporter_of(closed.report_id), f"/percakapan/{closed.tracking_id}"),
        (administrator, f"/percakapan/{again.tracking_id}?lang=en"),
        (None, f"/percakapan/{secret.tracking_id}"),
    ]
    cookies = [
        (
            settings.report_cookie if person.report_id else settings.session_cookie,
            await people.sign_in(flow.sessions, person),
        )
        if person
        else None
        for person, _ in visits
    ]
    bind = flow.sessions.kw["bind"]
    assert isinstance(bind, AsyncEngine)
    url = bind.url.render_as_string(hide_password=False)

    def visit_all() -> list[str]:
        with served(_app(url, settings, clock)) as address, browser() as opened:
            return [
                f"{width} {path}: {fault}"
                for width in WIDTHS
                for (_, path), cookie in zip(visits, cookies, strict=True)
                for fault in _faults(opened, address, path, cookie, width)
            ]

    assert await asyncio.to_thread(visit_all) == []


def _faults(opened: Browser, address: str, path: str, cookie: tuple[str, str] | None, width: int) -> list[str]:
    context = opened.new_context(viewport={"width": width, "height": 800})
    if cookie is not None:
        context.add_cookies([{"name": cookie[0], "value": cookie[1], "url": address}])
    found = look(context.new_page(), f"{address}{path}")
    context.close()
    return [*found.violations, *found.complaints]


def _app(url: str, settings: Settings, clock: FixedClock) -> FastAPI:
    """The application with an engine of its own: it runs in another loop than the test."""
    engine = database.engine(url)
    sessions = database.sessions(engine, "dispatch")

    @asynccontextmanager
    async def closing(_: FastAPI) -> AsyncIterator[None]:
        yield
        await engine.dispose()

    return create_app(
        "dispatch",
        [web.router(settings), thread.router(settings)],
        settings=settings,
        sessions=sessions,
        clock=clock,
        templates=[Path(services.dispatch.__file__).parent / "templates"],
        verifier=Sessions(sessions),
        lifespan=closing,
    )
