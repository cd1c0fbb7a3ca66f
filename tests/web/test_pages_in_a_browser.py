"""The shared look in a real browser: accessible, nothing refused by the policy, no sideways scrolling, works without JavaScript."""

import gzip
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.web.browser import WIDTHS, Look, browser, look, served
from tests.web.conftest import MakeApp, built_assets

GOOD = Look((), ())


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as started:
        yield started


@pytest.fixture
def site(make_app: MakeApp) -> Iterator[str]:
    with served(make_app(assets=built_assets())) as address:
        yield address


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_accessible_at_every_width(chromium: Browser, site: str, width: int, scheme: str) -> None:
    context = chromium.new_context(viewport={"width": width, "height": 800}, color_scheme=scheme)  # type: ignore[arg-type]
    context.add_cookies([{"name": "lapor", "value": "ratna", "url": site}])
    page = context.new_page()
    found = {path: look(page, site + path) for path in ("/contoh", "/meja/contoh", "/tidak-ada", "/contoh?lang=en")}
    page.get_by_role("button", name="Send report").click()
    found["errors"] = look(page)
    context.close()
    assert found == dict.fromkeys(found, GOOD)


def test_a_form_works_without_javascript(chromium: Browser, site: str) -> None:
    context = chromium.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{site}/contoh")
    page.get_by_label("Judul singkat").fill("Lubang")
    page.get_by_role("button", name="Kirim laporan").click()
    summary = page.locator(".govuk-error-summary")
    assert "Isi bagian ini" in summary.inner_text()
    assert page.get_by_label("Judul singkat").input_value() == "Lubang"
    context.close()


def test_with_javascript_the_summary_is_focused_and_letters_are_counted(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    page.goto(f"{site}/contoh")
    page.get_by_role("button", name="Kirim laporan").click()
    page.locator(".govuk-error-summary:focus").wait_for()
    page.get_by_label("Ceritakan kejadiannya").fill("Lubang")
    page.get_by_text("Sisa 494 huruf").first.wait_for()
    page.close()


def test_a_first_visit_is_small(chromium: Browser, site: str) -> None:
    page = chromium.new_page()
    sizes: dict[str, int] = {}
    # compressed here as the gateway does it
    page.on("response", lambda answer: sizes.update({answer.url: len(gzip.compress(answer.body()))}))
    page.goto(f"{site}/contoh", wait_until="networkidle")
    page.close()
    assert len(sizes) >= 5
    assert sum(sizes.values()) < 150_000 / 2, sizes
