"""The report that the demonstration follows through its whole life, told step by step."""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from rich.console import Console

from deploy.local.demo import people, seeding
from deploy.local.demo.browsing import UnexpectedPage, Visitor
from deploy.local.demo.people import Office, Sent
from deploy.local.demo.stories import Fate, Story
from deploy.local.journey import collect
from deploy.local.stack import Stack
from shared.zones import JAKARTA

SENDER = "+6281255501708"
TEXT = (
    "KOTA METRO, Jalan Pala Iringmulyo terdapat pohon tumbang menutup separuh jalan sejak semalam, "
    "kabel telepon ikut tertarik. Mohon segera ditangani."
)
STORY = Story(
    kind="complaint",
    category="pohon",
    title="Pohon tumbang di Jalan Pala, Iringmulyo",
    body=TEXT.removeprefix("KOTA METRO, "),
    region="18.72",
    place="Jalan Pala, Iringmulyo",
    agency="PD-1872",
    channel="sms",
    keyword="KOTA METRO",
    name=None,
    anonymous=False,
    confidential=False,
    fate=Fate.RESOLVED,
    rejection=None,
    initial="Terima kasih. Petugas Dinas Lingkungan Hidup menuju lokasi siang ini.",
    answer="Pohon sudah dipotong dan jalan dibersihkan pukul 15.30. Kabel telepon diperbaiki bersama penyedianya.",
    resolves=True,
    reply="Terima kasih, jalan sudah bisa dilewati lagi.",
)


class Followed:
    """One report from the SMS to its closing; each call is the next step of its life."""

    def __init__(self, console: Console, stack: Stack, office: Office) -> None:
        self._console, self._stack, self._office = console, stack, office
        self._step = 0
        self._told: set[str] = set()
        self.sent: Sent | None = None

    async def send(self, now: datetime) -> None:
        """A citizen sends an SMS."""
        self.sent = await people.push_sms(self._office, STORY, SENDER, TEXT)
        self._say(now, "A citizen sends an SMS to 1708", f"“{TEXT}”", f"received as [bold]{self.sent.tracking_id}[/]")
        await self._hops()

    async def verify(self, now: datetime) -> None:
        """An administrator verifies it; it is disposed and published at once."""
        sent = self._known()
        await people.decide(self._office, sent)
        async with Visitor(self._office.address) as anybody:
            page = await people.arriving(anybody, f"/laporan/{sent.tracking_id}")
        self._say(
            now,
            "An administrator verifies it for Pemerintah Kota Metro",
            f"disposed and published: “{page.title}”, {self._office.address}/laporan/{sent.tracking_id}",
        )
        await self._hops()

    async def acknowledge(self, now: datetime) -> None:
        """The officer's initial response meets the five days."""
        await people.answer(self._office, self._known(), "initial", STORY.initial)
        self._say(now, "Kota Metro's officer sends an initial response", f"“{STORY.initial}”")
        await self._hops()

    async def resolve(self, now: datetime) -> None:
        """The follow-up starts ten working days of silence."""
        await people.answer(self._office, self._known(), "resolution", STORY.answer)
        self._say(now, "Kota Metro's officer reports the solution", f"“{STORY.answer}”")
        await self._hops()

    async def thank(self, now: datetime) -> None:
        """The reporter opens the thread with the code from the SMS; thanks ask for nothing."""
        sent = self._known()
        await seeding.reply(self._office, sent, STORY.reply, kind="thanks")
        self._say(now, "The reporter opens the thread with the code from the SMS, and thanks", f"“{STORY.reply}”")
        await self._hops()

    async def closed(self, now: datetime) -> None:
        """Ten working days later it is closed, the reporter having been warned."""
        sent = self._known()
        operator = await self._office.operator()
        messages = await operator.open(f"/meja/pesan?nomor={sent.tracking_id}")
        self._say(now, "Ten working days of silence have run: it is closed", "the reporter was warned two days before")
        await self._hops()
        self._console.print("   what the reporter's phone got, newest first:")
        for text in messages.soup.select(".lp-preview"):
            self._console.print(f"     [green]{text.get_text(' ', strip=True)}[/]", highlight=False, soft_wrap=True)

    def _known(self) -> Sent:
        if self.sent is None:
            raise UnexpectedPage("the report was not sent yet")
        return self.sent

    def _say(self, now: datetime, what: str, *lines: str) -> None:
        self._step += 1
        day = now.astimezone(JAKARTA).strftime("%a %d %b, %H:%M WIB")
        self._console.print(f"\n[bold]{self._step}. {what}[/]  [dim]{day}[/]", highlight=False)
        for line in lines:
            self._console.print(f"   {line}", highlight=False, soft_wrap=True)

    async def _hops(self) -> None:
        """What each service did since the last step, from the ledgers."""
        await asyncio.sleep(0.5)
        path, _ = await asyncio.to_thread(collect, self._stack, self._known().report_id)
        for leg in path:
            if str(leg.event_id) in self._told:
                continue
            self._told.add(str(leg.event_id))
            hop = leg.any_hop
            readers = ", ".join(sorted({reading.hop.service for reading in leg.readings}))
            self._console.print(
                f"   [dim]{hop.service if leg.sent else '?':>13} → {hop.type:28} → {readers}[/]",
                highlight=False,
                soft_wrap=True,
            )


def moments(days: Sequence[datetime]) -> list[datetime]:
    """When the steps happen so that the report closes on the last working day but one.

    `days` are the beginnings of working days; sent, verified, acknowledged, solved, thanked.
    """
    return list(days[-15:-10])
