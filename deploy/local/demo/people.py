"""Who acts in the demonstration: citizens, an administrator, officers. They use the pages that everybody uses."""

import asyncio
import re
import tomllib
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID, uuid4

import httpx

from deploy.local.demo.browsing import Page, UnexpectedPage, Visitor
from deploy.local.demo.stories import Fate, Story

ACCOUNTS = Path(__file__).parents[1] / "demo_accounts.toml"
TRACKING = re.compile(r"\d{4}-?\d{4}-?\d{2}")
ARRIVES = 30.0
"""Seconds within which an event must have reached the next desk."""


@dataclass(frozen=True)
class Sent:
    """A report that came in."""

    story: Story
    tracking_id: str
    report_id: UUID


def officers() -> dict[str, str]:
    """Agency → e-mail of the officer who answers for it in the demonstration."""
    accounts = tomllib.loads(ACCOUNTS.read_text())["accounts"]
    return {account["agency"]: account["email"] for account in accounts if account["role"] == "officer"}


def reporters() -> list[str]:
    """E-mails of the demonstration's reporters."""
    return [a["email"] for a in tomllib.loads(ACCOUNTS.read_text())["accounts"] if a["role"] == "reporter"]


class Office:
    """The desks: signed-in staff by e-mail, and what operators' tools may ask."""

    def __init__(self, address: str, intake: str, internal_token: str) -> None:
        self.address = address
        self.intake = intake
        self._token = internal_token
        accounts = tomllib.loads(ACCOUNTS.read_text())
        self._password = str(accounts["password"])
        self._officers = officers()
        self._administrators = [a["email"] for a in accounts["accounts"] if a["role"] == "administrator"]
        self._operator = next(a["email"] for a in accounts["accounts"] if a["role"] == "operator")
        self._signed_in: dict[str, Visitor] = {}
        self._stack = AsyncExitStack()
        self._lock = asyncio.Lock()

    async def close(self) -> None:
        """Everybody goes home."""
        await self._stack.aclose()

    async def person(self, email: str) -> Visitor:
        """Signed in, once."""
        async with self._lock:
            if email not in self._signed_in:
                visitor = await self._stack.enter_async_context(Visitor(self.address))
                page = await visitor.open("/masuk")
                await visitor.send(page.form("/masuk"), login=email, password=self._password)
                self._signed_in[email] = visitor
            return self._signed_in[email]

    async def administrator(self) -> Visitor:
        """Who verifies."""
        return await self.person(self._administrators[0])

    async def operator(self) -> Visitor:
        """Who sees what was sent."""
        return await self.person(self._operator)

    async def officer(self, agency: str) -> Visitor | None:
        """Who answers for an agency; None where nobody has an account."""
        email = self._officers.get(agency)
        return await self.person(email) if email else None

    async def report_id(self, tracking_id: str) -> UUID:
        """The report behind a tracking ID, as operators' tools find it."""
        async with httpx.AsyncClient(trust_env=False) as client:
            answer = await client.get(
                f"{self.intake}/internal/tracking/{tracking_id}", headers={"Authorization": f"Bearer {self._token}"}
            )
        answer.raise_for_status()
        return UUID(answer.json()["report_id"])


@asynccontextmanager
async def open_office(address: str, intake: str, internal_token: str) -> AsyncIterator[Office]:
    """An office for the length of a block."""
    office = Office(address, intake, internal_token)
    try:
        yield office
    finally:
        await office.close()


async def arriving(visitor: Visitor, path: str, within: float = ARRIVES) -> Page:
    """A page that comes into being when an event arrives.

    Raises:
        UnexpectedPage: it did not come in time.
    """
    end = asyncio.get_running_loop().time() + within
    while True:
        try:
            return await visitor.open(path)
        except UnexpectedPage:
            if asyncio.get_running_loop().time() > end:
                raise
        await asyncio.sleep(0.15)


async def send_web(office: Office, story: Story, *, email: str | None = None) -> Sent:
    """A citizen fills in the form."""
    async with Visitor(office.address) as citizen:
        page = await citizen.open("/lapor")
        fields: dict[str, str | bool | None] = {
            "kind": story.kind,
            "title": story.title,
            "body": story.body,
            "place": story.place,
            "region": story.region,
            "anonymous": story.anonymous,
            "confidential": story.confidential,
            "name": story.name or "",
            "email": email or "",
        }
        receipt = await citizen.send(page.form("/lapor"), 200, **fields)
        if not receipt.path.startswith("/saya/"):  # warned about personal data in an anonymous text: send all the same
            receipt = await citizen.send(receipt.form("/lapor"), leak=True)
        tracking_id = tracking_of(receipt)
        return Sent(story, tracking_id, await office.report_id(tracking_id))


async def send_sms(office: Office, story: Story, sender: str) -> Sent:
    """A citizen's SMS, as the gateway hands it over: to intake itself, past the public address."""
    text = f"{story.keyword}, {story.title}. {story.body}"
    if story.anonymous:
        text = f"ANONIM {text}"
    return await push_sms(office, story, sender, text)


async def push_sms(office: Office, story: Story, sender: str, text: str) -> Sent:
    """Hand a text over as the gateway does.

    Raises:
        UnexpectedPage: it was not taken as a report.
    """
    headers = {
        "Content-Type": "text/plain; charset=utf-8",
        "X-Kannel-From": sender,
        "X-Kannel-To": "1708",
        "X-Kannel-Id": str(uuid4()),
    }
    async with httpx.AsyncClient(trust_env=False, timeout=30) as gateway:
        answer = await gateway.post(f"{office.intake}/sms", content=text.encode(), headers=headers)
    found = TRACKING.search(answer.text)
    if answer.headers.get("x-lapor-outcome") != "accepted" or found is None:
        raise UnexpectedPage(f"SMS: {answer.status_code} {answer.text[:200]}")
    tracking_id = found.group().replace("-", "")
    return Sent(story, tracking_id, await office.report_id(tracking_id))


def tracking_of(page: Page) -> str:
    """The tracking ID that a page shows.

    Raises:
        UnexpectedPage: it shows none.
    """
    shown = page.soup.select_one(".lp-receipt__id, .lp-id")
    digits = "".join(c for c in (shown.get_text() if shown else "") if c.isdigit())
    if len(digits) != 10:
        raise UnexpectedPage(f"no tracking ID on {page.path}: {page.title}")
    return digits


async def decide(office: Office, sent: Sent) -> None:
    """The administrator does what the story says."""
    administrator, story = await office.administrator(), sent.story
    desk = f"/meja/verifikasi/{sent.report_id}"
    page = await arriving(administrator, desk)
    match story.fate:
        case Fate.REJECTED:
            await administrator.press(page.form("/tolak"), reason=story.rejection or "")
        case Fate.RETURNED:
            await administrator.press(
                page.form("/kembalikan"), missing="Sebutkan nama jalan, kelurahan, dan patokan terdekat."
            )
        case Fate.HELD:
            await administrator.press(page.form("/tahan"), agency=story.agency)
        case _:
            await administrator.press(
                page.form("/verifikasi"),
                category=story.category,
                lead=story.agency,
                title=story.title,
                public_body=story.body,
            )


async def answer(office: Office, sent: Sent, kind: str, text: str) -> bool:
    """An officer of the agency writes; False where the agency has no officer in the demonstration."""
    officer = await office.officer(sent.story.agency)
    if officer is None:
        return False
    page = await arriving(officer, f"/meja/instansi/{sent.report_id}")
    await officer.press(page.form("/jawab"), kind=kind, text=text)
    return True
