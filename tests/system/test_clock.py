"""Working days go by: a report is warned of and closed by silence, in a stack of its own whose clock moves."""

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

import httpx
import psycopg
import pytest

from deploy.local.demo import people, seeding
from deploy.local.demo.journey import SENDER, STORY, TEXT
from deploy.local.demo.people import Sent, open_office
from deploy.local.stack import Stack
from deploy.local.time_travel import TimeTravel
from shared.zones import JAKARTA

MONDAY = datetime(2026, 11, 2, 9, 0, tzinfo=JAKARTA)


@pytest.fixture(scope="module")
def own_stack(stack: Stack) -> Iterator[Stack]:
    """Its clock moves. The session's stack makes room for it: two cores carry one."""
    stack.down()
    folder = Path(".lapor") / "tests" / "clock"
    Stack(folder).down()  # what an interrupted run left
    shutil.rmtree(folder, ignore_errors=True)
    made = Stack(folder)
    try:
        made.up()
        yield made
    finally:
        made.down()
        stack.up()


async def live(stack: Stack, travel: TimeTravel) -> tuple[Sent, Sent]:
    """Two reports answered on the second day; the reporter of one replies to the answer."""
    intake = f"http://127.0.0.1:{stack.ports['intake']}"
    async with open_office(stack.url, intake, stack.internal_token) as office:
        silent = await people.push_sms(office, STORY, SENDER, TEXT)
        replied = await people.push_sms(office, STORY, "+6281255501709", TEXT)
        await asyncio.to_thread(travel.advance, "1 working-days")
        for sent in (silent, replied):
            await people.decide(office, sent)
            await people.answer(office, sent, "resolution", STORY.answer)
        await asyncio.to_thread(travel.advance, "3 working-days")
        await seeding.reply(office, replied, "Di lapangan belum ada perubahan.")
        await asyncio.to_thread(travel.advance, "12 working-days")
    return silent, replied


def test_silence_closes_a_report_and_a_reply_keeps_it_open(own_stack: Stack) -> None:
    travel = TimeTravel(own_stack)
    travel.set(MONDAY)
    with ThreadPoolExecutor(1) as apart:  # the browser's loop occupies this thread
        silent, replied = apart.submit(asyncio.run, live(own_stack, travel)).result()

    def status(sent: Sent) -> str:
        return httpx.get(f"{own_stack.url}/laporan/{sent.tracking_id}", trust_env=False).text

    assert "Ditutup" in status(silent) or "ditutup" in status(silent)
    assert messages(own_stack, silent) == ["received", "disposed", "answered", "closing", "closed"]
    assert "belum ada perubahan" in status(replied)
    assert "closed" not in messages(own_stack, replied)


def messages(stack: Stack, sent: Sent) -> list[str]:
    """The stages of which the reporter was told, in order."""
    with psycopg.connect(stack.database_url("notify")) as connection:
        rows = connection.execute(
            "select stage from message where report_id = %s and state = 'sent' order by occurred_at, position",
            (sent.report_id,),
        )
        return [row[0] for row in rows]
