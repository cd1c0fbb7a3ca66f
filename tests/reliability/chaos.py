"""Kills processes at random while reports come in, are verified and answered; then compares every database and topic with the ledger.

    python -m tests.reliability.chaos [--reports 1000] [--seed 1708] [--keep]

The last line printed is JSON: {"acked", "lost", "duplicated", "inverted", …, "ok"}. The same seed gives the same reports and the same faults in the same
order (their moments depend on the machine).
"""

import argparse
import asyncio
import json
import random
import shutil
import sys
import time
from collections import Counter
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid5

import httpx

from deploy.local.demo import people
from deploy.local.demo.browsing import UnexpectedPage
from deploy.local.demo.people import Office, Sent, open_office
from deploy.local.demo.stories import Fate, Story, tell
from deploy.local.flow import Flow
from deploy.local.problem import Problem
from deploy.local.programs import ROSTER
from deploy.local.stack import Stack
from tests.reliability.ledger import Ledger, compare

NAMESPACE = UUID("0f4a8b1e-5d6c-4c3e-9a55-6f3b7a9d1708")
FOLDER = Path(".lapor/chaos")
RARE = {"kafka": 2, "postgres": 2, "gateway": 1, "zipkin": 1, "mailbox": 1}
"""Weights of what is killed; services and relays weigh 6."""
DRAIN = 300.0
"""Seconds after the last fault within which everything must have come to rest."""
PATIENCE = 180.0
"""Seconds for which a client tries again."""
BACK = 60.0
"""Seconds that a killed program has to be back before the next fault comes all the same."""
FAULTS = (httpx.HTTPError, UnexpectedPage)


class Run:
    """One run: clients, staff and the one who kills."""

    def __init__(self, stack: Stack, stories: list[Story], seed: int) -> None:
        self.stack, self.stories, self.ledger = stack, stories, Ledger()
        self.chance = random.Random(seed)
        self.seed = seed
        self.kills: Counter[str] = Counter()
        self.over = asyncio.Event()
        self.done = 0

    async def all(self) -> None:
        """Until every report is through, with faults all the while."""
        intake = f"http://127.0.0.1:{self.stack.ports['intake']}"
        async with open_office(self.stack.url, intake, self.stack.internal_token) as office:
            killer = asyncio.create_task(self._kill())
            queue: asyncio.Queue[int] = asyncio.Queue()
            for index in range(len(self.stories)):
                queue.put_nowait(index)
            await asyncio.gather(*(self._work(office, queue) for _ in range(8)))
            self.over.set()
            await killer

    async def _work(self, office: Office, queue: "asyncio.Queue[int]") -> None:
        while not queue.empty():
            index = queue.get_nowait()
            await self._one(office, index)
            self.done += 1
            if self.done % 100 == 0:
                print(f"{self.done} reports through, killed {sum(self.kills.values())} processes", flush=True)

    async def _one(self, office: Office, index: int) -> None:
        story, key = self.stories[index], str(uuid5(NAMESPACE, f"{self.seed}:{index}"))
        sent = await self._insist(lambda: self._send(office, story, index, key))
        self.ledger.reports[key] = sent.report_id
        if story.channel != "sms":
            self.ledger.web.add(sent.report_id)
        await self._insist(lambda: self._verify(office, sent))
        self.ledger.verified.add(sent.report_id)
        if index % 2 == 0:
            command = await self._insist(lambda: self._answer(office, sent))
            self.ledger.answered[sent.report_id].add(command)

    async def _insist(self, attempt):  # type: ignore[no-untyped-def]
        """As a person or a gateway does: again, until it is acknowledged."""
        end = time.monotonic() + PATIENCE
        while True:
            try:
                return await attempt()
            except FAULTS:
                if time.monotonic() > end:
                    raise
                await asyncio.sleep(0.3)

    async def _send(self, office: Office, story: Story, index: int, key: str) -> Sent:
        headers = {
            "Content-Type": "text/plain; charset=utf-8",
            "X-Kannel-From": f"+62813{index:07d}",
            "X-Kannel-To": "1708",
        }
        async with httpx.AsyncClient(trust_env=False, timeout=20) as client:
            if story.channel == "sms":
                text = f"{story.keyword}, {story.title}. {story.body} #{index}"
                answer = await client.post(
                    f"{office.intake}/sms", content=text.encode(), headers=headers | {"X-Kannel-Id": key}
                )
                found = people.TRACKING.search(answer.text)
                if answer.status_code != 200 or found is None:
                    raise UnexpectedPage(f"SMS: {answer.status_code}")
                tracking_id = found.group().replace("-", "")
            else:
                body = {
                    "kind": story.kind,
                    "title": story.title,
                    "body": f"{story.body} #{index}",
                    "region": story.region,
                    "email": f"pelapor.{index}@example.id",
                    "anonymous": False,
                }
                answer = await client.post(
                    f"{office.address}/api/v1/reports", json=body, headers={"Idempotency-Key": key}
                )
                if answer.status_code not in (200, 201):
                    raise UnexpectedPage(f"API: {answer.status_code} {answer.text[:200]}")
                tracking_id = str(answer.json()["tracking_id"]).replace("-", "")
        return Sent(story, tracking_id, await office.report_id(tracking_id))

    async def _verify(self, office: Office, sent: Sent) -> None:
        """Verified already, because the acknowledgement of the last try was lost, counts as verified."""
        administrator = await office.administrator()
        page = await administrator.open(f"/meja/verifikasi/{sent.report_id}")
        try:
            form = page.form("/verifikasi")
        except UnexpectedPage:
            if (
                page.soup.find("form", action=lambda a: bool(a and a.endswith("/lindungi")))
                or "diputuskan" in page.response.text
            ):
                return
            raise
        await administrator.send(
            form,
            category=sent.story.category,
            lead=sent.story.agency,
            title=sent.story.title,
            public_body=sent.story.body,
        )

    async def _answer(self, office: Office, sent: Sent) -> UUID:
        """The same command id with every try."""
        command = uuid5(NAMESPACE, f"answer:{sent.report_id}")
        officer = await office.officer(sent.story.agency)
        if officer is None:
            raise Problem(f"nobody answers for {sent.story.agency}")
        page = await officer.open(f"/meja/instansi/{sent.report_id}")
        await officer.send(page.form("/jawab"), kind="progress", text=sent.story.answer, command_id=str(command))
        return command

    async def _kill(self) -> None:
        """SIGKILL a program at any moment, every fifth time a second one with it; the next when they are back."""
        names = [name for name in ROSTER if name != "zipkin"]
        weights = [RARE.get(name, 6) for name in names]
        while not self.over.is_set():
            await asyncio.sleep(self.chance.uniform(0.2, 2.0))
            victims = {self.chance.choices(names, weights)[0] for _ in range(2 if self.chance.random() < 0.2 else 1)}
            for name in sorted(victims):
                try:
                    await asyncio.to_thread(self.stack.kill, name)
                    self.kills[name] += 1
                except Problem:
                    continue  # it is down already
            for name in victims:
                await self._back(name)

    async def _back(self, name: str) -> None:
        end = time.monotonic() + BACK
        while time.monotonic() < end and not self.over.is_set():
            with suppress(Problem, OSError):
                if await asyncio.to_thread(self.stack.ready, name):
                    return
            await asyncio.sleep(0.2)


def main() -> int:
    """Entry point; exit status 0 if nothing was lost, doubled or inverted and all came to rest in time."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--reports", type=int, default=1000)
    options.add_argument("--seed", type=int, default=1708)
    options.add_argument("--keep", action="store_true", help="leave the stack running, for a look")
    chosen = options.parse_args()
    Stack(FOLDER).down()  # what an interrupted run left
    shutil.rmtree(FOLDER, ignore_errors=True)
    stack = Stack(FOLDER)
    stack.up()
    known = set(people.officers())
    stories = [
        story
        for story in tell(min(chosen.reports * 2, 1600), chosen.seed)
        if story.agency in known
        and story.fate not in (Fate.HELD, Fate.REJECTED, Fate.RETURNED)
        and not story.confidential
    ]
    stories = [stories[index % len(stories)] for index in range(chosen.reports)]
    run, began = Run(stack, stories, chosen.seed), time.monotonic()
    try:
        asyncio.run(run.all())
        lasted, rest = time.monotonic() - began, time.monotonic()
        try:
            for name in ROSTER:
                if name != "zipkin" and not stack.ready(name):  # no report waits for the trace viewer
                    stack.start(name)
            Flow(stack).wait(DRAIN)
            drained = True
        except Problem as problem:
            print(problem)
            drained = False
        drain = time.monotonic() - rest
        findings = compare(stack, run.ledger)
    finally:
        if not chosen.keep:
            stack.down()
    for kind in ("lost", "duplicated", "inverted"):
        for sentence in getattr(findings, kind)[:10]:
            print(f"{kind}: {sentence}")
    ok = findings.clean and drained
    print(f"killed: {dict(sorted(run.kills.items()))}")
    print(
        json.dumps(
            {
                "reports": len(run.ledger.reports),
                "acked": run.ledger.acknowledged,
                "kills": sum(run.kills.values()),
                "lost": len(findings.lost),
                "duplicated": len(findings.duplicated),
                "inverted": len(findings.inverted),
                "seconds": round(lasted),
                "drained_seconds": round(drain, 1),
                "seed": chosen.seed,
                "ok": ok,
            }
        )
    )
    return 0 if ok else 1


if __name__ == "__main__":
    sys.exit(main())
