"""A real browser that looks at pages: axe rules, sideways scrolling, refused resources."""

import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import uvicorn
from axe_playwright_python.sync_playwright import Axe  # type: ignore[import-untyped]  # published without types
from fastapi import FastAPI
from playwright.sync_api import Browser, ConsoleMessage, Page, sync_playwright

WIDTHS = (320, 375, 1280)
"""CSS pixels; 320 is also 1280 at 400 % (WCAG 1.4.10)."""
CHROMIUM = os.environ.get("LAPOR_CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
"""None: the one that Playwright installed."""

TOO_WIDE = """() => {
  const wide = document.documentElement.clientWidth;
  if (document.documentElement.scrollWidth <= wide) return [];
  const out = [...document.querySelectorAll("body *")].filter((e) => e.getBoundingClientRect().right > wide + 0.5);
  return out.map((e) => `${e.tagName}.${e.getAttribute("class") ?? ""}`).concat("page");
}"""
"""What sticks out of the window to the right."""


@dataclass(frozen=True)
class Look:
    """What was found wrong with a page; both empty on a good one."""

    violations: tuple[str, ...]
    """Rule, and where."""
    complaints: tuple[str, ...]
    """Sideways scrolling, console errors (what the content security policy refused is among them)."""


@contextmanager
def browser() -> Iterator[Browser]:
    """Chromium from the machine, or the one Playwright installed."""
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield started
        started.close()


@contextmanager
def served(app: FastAPI) -> Iterator[str]:
    """The address of `app`, served in a thread with a loop of its own."""
    server = uvicorn.Server(uvicorn.Config(app, port=0, log_level="warning", lifespan="on", ws="none"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
            if not thread.is_alive():
                raise RuntimeError("the application did not start")
        port = server.servers[0].sockets[0].getsockname()[1]
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join(10)


def look(page: Page, address: str | None = None, picture: Path | None = None) -> Look:
    """Open `address` (or stay where the page is) and judge it."""
    said: list[str] = []

    def note(message: ConsoleMessage) -> None:
        if message.type == "error" and "status of 4" not in message.text:
            said.append(message.text)

    page.on("console", note)
    if address is not None:
        page.goto(address)
    page.wait_for_load_state("load")
    too_wide = page.evaluate(TOO_WIDE)
    if too_wide:
        said.append(f"scrolls sideways: {', '.join(too_wide)}")
    page.remove_listener("console", note)  # axe and pictures bring styles of their own
    if picture is not None:
        page.screenshot(path=picture, full_page=True)
    found = Axe().run(page).response["violations"]
    violations = tuple(
        f"{rule['id']}: {node['target']}: {node['html'][:120]}" for rule in found for node in rule["nodes"]
    )
    return Look(violations, tuple(said))
