"""People at their desks in a real browser."""

import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TypeVar

import httpx
from playwright.sync_api import Browser, BrowserContext, Page

from deploy.local.demo.people import ACCOUNTS
from deploy.local.stack import Stack

PHONE, DESK = {"width": 375, "height": 800}, {"width": 1280, "height": 900}
PASSWORD = re.search(r'password = "(.+)"', ACCOUNTS.read_text()).group(1)  # type: ignore[union-attr]
T = TypeVar("T")


@contextmanager
def somebody(chromium: Browser, size: dict[str, int] = PHONE) -> Iterator[Page]:
    """A visitor nobody knows, with cookies of their own."""
    context: BrowserContext = chromium.new_context(viewport=size)  # type: ignore[arg-type]
    context.set_default_timeout(20_000)
    yield context.new_page()
    context.close()


@contextmanager
def signed_in(chromium: Browser, stack: Stack, email: str, size: dict[str, int] = DESK) -> Iterator[Page]:
    """Somebody with an account, after signing in through identity as everybody must."""
    with somebody(chromium, size) as page:
        page.goto(f"{stack.url}/masuk")
        page.fill("[name=login]", email)
        page.fill("[name=password]", PASSWORD)
        page.press("[name=password]", "Enter")
        page.wait_for_url(lambda url: "/masuk" not in url)
        yield page


def arriving(page: Page, address: str, within: float = 20.0) -> None:
    """Open a page that comes into being when an event arrives."""
    patiently(lambda: (answer := page.goto(address)) is not None and answer.ok, within)


def patiently(ask: Callable[[], T], within: float = 20.0) -> T:
    """Ask until the answer is something; fail when time is over."""
    end = time.monotonic() + within
    while True:
        if answer := ask():
            return answer
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.2)


def report_id(stack: Stack, tracking_id: str) -> str:
    """The report behind a tracking ID, as operators' tools find it."""
    answer = httpx.get(
        f"http://127.0.0.1:{stack.ports['intake']}/internal/tracking/{tracking_id}",
        headers={"Authorization": f"Bearer {stack.internal_token}"},
        trust_env=False,
    )
    return str(answer.json()["report_id"])


def push_sms(stack: Stack, text: str, sender: str, message_id: str) -> httpx.Response:
    """An SMS as the gateway hands it to intake."""
    return httpx.post(
        f"http://127.0.0.1:{stack.ports['intake']}/sms",
        content=text.encode(),
        headers={
            "Content-Type": "text/plain; charset=utf-8",
            "X-Kannel-From": sender,
            "X-Kannel-To": "1708",
            "X-Kannel-Id": message_id,
        },
        trust_env=False,
    )
