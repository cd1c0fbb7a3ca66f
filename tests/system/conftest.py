"""One stack for all system tests; what moves the clock or stops programs has one of its own, each after the other on one worker."""

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from deploy.local.stack import Stack
from tests.web.browser import browser

ONE_WORKER = pytest.mark.xdist_group("system")


@pytest.hookimpl(tryfirst=True)  # before xdist reads the groups
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Two cores hold one stack: in a parallel run all of these go to one worker."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(ONE_WORKER)
            item.add_marker(pytest.mark.system)
            item.add_marker(pytest.mark.timeout(400))


@pytest.fixture(scope="session")
def stack() -> Iterator[Stack]:
    """A fresh stack at today's time; taken down at the end."""
    folder = Path(".lapor") / "tests" / "system"
    Stack(folder).down()  # what an interrupted run left
    shutil.rmtree(folder, ignore_errors=True)
    made = Stack(folder)
    try:
        made.up()
        yield made
    finally:
        made.down()


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """Closed with its module: while it is open, its loop keeps the thread from asynchronous tests."""
    with browser() as started:
        yield started
