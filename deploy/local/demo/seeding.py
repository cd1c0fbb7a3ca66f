"""Fills a fresh stack with the stories, through the channels and the desks, while the clock moves on to today."""

import asyncio
import re
from collections.abc import Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from itertools import groupby

from deploy.local.demo import people
from deploy.local.demo.browsing import Page, UnexpectedPage, Visitor
from deploy.local.demo.people import Office, Sent
from deploy.local.demo.schedule import Due, Step
from deploy.local.demo.stories import Fate, Story
from deploy.local.time_travel import TimeTravel

AT_ONCE = 8
"""How many people act at the same time."""
CODE = re.compile(r"\b[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4,6}\b")

Progress = Callable[[datetime, int, int], None]
"""Told the domain's time, how much is done and how much there is."""


class Seeding:
    """One run over the stories."""

    def __init__(self, office: Office, travel: TimeTravel, stories: Sequence[Story], progress: Progress) -> None:
        self._office, self._travel, self._stories, self._progress = office, travel, stories, progress
        self._sent: dict[int, Sent] = {}
        self._turns = asyncio.Semaphore(AT_ONCE)
        self.refusals: list[str] = []
        """What the site did not let people do, in words; empty when all went as told."""

    async def run(
        self, timetable: Mapping[datetime, Sequence[Due]], before: Callable[[datetime], Awaitable[None]]
    ) -> None:
        """Do everything at its time; `before` is called at each moment, before its reports."""
        total, done = sum(len(due) for due in timetable.values()), 0
        for moment, due in timetable.items():
            await asyncio.to_thread(self._travel.set, moment)
            await before(moment)
            for _, together in groupby(due, key=lambda one: one.step):
                chosen = list(together)
                await asyncio.gather(*(self._guarded(one) for one in chosen))
                done += len(chosen)
                self._progress(moment, done, total)

    async def _guarded(self, due: Due) -> None:
        async with self._turns:
            try:
                await self._do(due)
            except UnexpectedPage as refusal:
                self.refusals.append(f"{due.step.name.lower()} of {self._stories[due.story].title!r}: {refusal}")

    async def _do(self, due: Due) -> None:
        story = self._stories[due.story]
        if due.step is Step.SEND:
            if story.channel == "sms":
                self._sent[due.story] = await people.send_sms(self._office, story, _number(due.story))
            else:
                self._sent[due.story] = await people.send_web(self._office, story, email=_email(due.story, story))
            return
        if (sent := self._sent.get(due.story)) is None:
            return
        match due.step:
            case Step.DECIDE:
                await people.decide(self._office, sent)
            case Step.INITIAL:
                await people.answer(self._office, sent, "initial", story.initial)
            case Step.ANSWER:
                await people.answer(self._office, sent, "resolution" if story.resolves else "progress", story.answer)
            case Step.REPLY:
                await reply(self._office, sent, story.reply)


async def reply(office: Office, sent: Sent, text: str, kind: str = "reply") -> None:
    """The reporter opens the thread with the code that came by message, and writes."""
    async with Visitor(office.address) as reporter:
        thread = await open_thread(office, reporter, sent)
        await reporter.send(thread.form("/tanggapan"), kind=kind, text=text)


async def open_thread(office: Office, reporter: Visitor, sent: Sent) -> Page:
    """Redeem the newest access code of a report; the page of its thread."""
    code = await newest_code(office, sent.tracking_id)
    page = await reporter.open("/kode")
    return await reporter.send(page.form("/kode"), tracking_id=sent.tracking_id, code=code)


async def newest_code(office: Office, tracking_id: str, within: float = people.ARRIVES) -> str:
    """The code in the newest message about a report, as it stands on the reporter's phone.

    Raises:
        UnexpectedPage: no message with a code came.
    """
    operator = await office.operator()
    end = asyncio.get_running_loop().time() + within
    while True:
        page = await operator.open(f"/meja/pesan?nomor={tracking_id}")
        if codes := CODE.findall(page.soup.get_text(" ")):
            return str(codes[0])
        if asyncio.get_running_loop().time() > end:
            raise UnexpectedPage(f"no code came for {tracking_id}")
        await asyncio.sleep(0.3)


def _number(index: int) -> str:
    return f"+62812555{index:05d}"


def _email(index: int, story: Story) -> str | None:
    """Most give an address; who is to reply must."""
    return f"pelapor.{index}@example.id" if index % 5 or story.fate is Fate.REPLIED else None
