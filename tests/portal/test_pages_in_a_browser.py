"""The public site in a real browser, with many reports: accessible, within the window, small, complete without JavaScript."""

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager

import pytest
from fastapi import FastAPI
from playwright.sync_api import Browser

from services.portal import handlers, web
from shared import database
from shared.clock import FixedClock
from shared.web import create_app
from tests.portal import city
from tests.portal.conftest import NOW, TEMPLATES, settings
from tests.support.databases import Databases
from tests.support.flow import Flow, wire
from tests.web.browser import WIDTHS, Look, browser, look, served
from tests.web.conftest import built_assets

REPORTS = [f"/laporan/{2611000000 + number}" for number in (1, 4, 6, 7)]
"""Waiting and late, answered at first, followed up, closed; in three time zones."""
PAGES = [
    "/",
    "/laporan?wilayah=18.72&q=lubang",
    "/laporan?q=helikopter",
    *REPORTS,
    "/laporan/2611999999",
    "/statistik",
    "/instansi",
    "/cara-melapor",
    "/di-luar-lapor",
    "/anonim-dan-rahasia",
]


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture(scope="module")
def site(databases: Databases) -> Iterator[str]:
    with databases.fresh("portal") as url:
        engine = database.engine(url)
        sessions = database.sessions(engine, "portal")

        @asynccontextmanager
        async def lifespan(_: FastAPI) -> AsyncIterator[None]:
            # the engine belongs to the server's loop, so the reports come in there, too
            receiver = Flow("portal", sessions, handlers.routes()).main
            await receiver.receive([wire(event) for event in city.everything(60)])
            yield
            await engine.dispose()

        own = settings(assets=built_assets())
        app = create_app(
            "portal",
            [web.router(own)],
            settings=own,
            sessions=sessions,
            clock=FixedClock(NOW),
            templates=[TEMPLATES],
            lifespan=lifespan,
        )
        with served(app) as address:
            yield address


VIEWS = [(width, "id", "light") for width in WIDTHS] + [(WIDTHS[0], "en", "dark")]


@pytest.mark.parametrize(("width", "language", "scheme"), VIEWS)
def test_every_page_is_accessible(chromium: Browser, site: str, width: int, language: str, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "lang", "value": language, "url": site}])
    page = context.new_page()
    found = {path: look(page, site + path) for path in PAGES}
    context.close()
    assert {path: seen for path, seen in found.items() if seen != Look((), ())} == {}


def test_a_report_is_found_without_javascript(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(site)
    page.get_by_label("Sudah melapor?").fill("2611-0000-07")
    page.get_by_role("button", name="Lacak").click()
    assert page.url == f"{site}/laporan/2611000007"
    assert page.get_by_text("Laporan ditutup").is_visible()
    context.close()


def test_filters_work_with_the_keyboard_alone(chromium: Browser, site: str) -> None:
    page = chromium.new_page(viewport={"width": 1280, "height": 800})
    page.goto(f"{site}/laporan")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Langsung ke isi"
    page.get_by_role("region", name="Saring hasil").get_by_label("Tahap").focus()
    page.keyboard.type("Selesai")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Saring", exact=True).focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**tahap=closed**")
    assert page.get_by_role("heading", name="11 laporan").is_visible()
    page.close()
