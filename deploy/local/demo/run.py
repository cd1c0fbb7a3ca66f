"""`lapor demo`: the stack, one report's whole life told step by step, and a site full of invented reports."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import psycopg
from rich.console import Console

from deploy.local.demo import journey, opinions, schedule
from deploy.local.demo.people import open_office
from deploy.local.demo.seeding import Seeding
from deploy.local.demo.stories import tell
from deploy.local.problem import Problem
from deploy.local.stack import Stack
from deploy.local.time_travel import TimeTravel
from shared.zones import JAKARTA

REPORTS = 300
PROGRESS_EVERY = 60
"""Things done between two lines of progress."""


def demonstrate(console: Console, stack: Stack, reports: int = REPORTS) -> None:
    """Fill a fresh stack and tell the journey; on a stack that has reports, tell the journey that it knows.

    Raises:
        Problem: the site refused what people wanted to do; it says what.
    """
    if followed := _followed_before(stack):
        console.print("This stack has its invented reports already; the report that the demonstration followed:")
        from deploy.local.journey import report_id, show

        show(console, stack, report_id(stack, followed))
        return
    began = time.monotonic()
    asyncio.run(_run(console, stack, reports))
    console.print(f"\n{reports} reports, in {time.monotonic() - began:.0f} s", highlight=False)


async def _run(console: Console, stack: Stack, reports: int) -> None:
    travel = TimeTravel(stack)
    today = datetime.now(UTC)
    days = schedule.working_days(travel.calendar(), today)
    await asyncio.to_thread(travel.set, days[0])
    stories = tell(reports)
    intake = f"http://127.0.0.1:{stack.ports['intake']}"
    async with open_office(stack.url, intake, stack.internal_token) as office:
        followed = journey.Followed(console, stack, office)
        steps: list[tuple[datetime, Callable[[datetime], Awaitable[None]]]] = list(
            zip(
                journey.moments(days),
                (followed.send, followed.verify, followed.acknowledge, followed.resolve, followed.thank),
                strict=True,
            )
        )
        asked = [(days[8], opinions.CLOSED), (days[-3], opinions.OPEN)]
        reported = 0

        async def before(moment: datetime) -> None:
            while asked and asked[0][0] <= moment:
                await opinions.hold(office, asked.pop(0)[1], travel.now())
            while steps and steps[0][0] <= moment:
                await steps.pop(0)[1](travel.now())

        def progress(moment: datetime, done: int, total: int) -> None:
            nonlocal reported
            if done >= reported + PROGRESS_EVERY or done == total:
                reported = done
                day = moment.astimezone(JAKARTA).strftime("%a %d %b")
                console.print(
                    f"   [dim]{day}: {done} of {total} acts of citizens, administrators and officers[/]",
                    highlight=False,
                )

        seeding = Seeding(office, travel, stories, progress)
        await seeding.run(schedule.plan(stories, days), before)
        await asyncio.to_thread(travel.forward_to, today)
        stack.layout.clock.unlink(missing_ok=True)
        await followed.closed(travel.now())
        if followed.sent:
            (stack.layout.state / "followed").write_text(followed.sent.tracking_id)
        if seeding.refusals:
            raise Problem(f"{len(seeding.refusals)} acts were refused, first: {'; '.join(seeding.refusals[:3])}")


def _followed_before(stack: Stack) -> str | None:
    """The tracking ID of the followed report, if this stack was filled before."""
    note = stack.layout.state / "followed"
    if note.exists():
        return note.read_text().strip()
    with psycopg.connect(stack.database_url("intake")) as connection:
        row = connection.execute("select count(*) from report").fetchone()
    if row and row[0]:
        raise Problem("This stack has reports of its own: `make demo` fills a fresh one (`LAPOR_STATE=… make demo`).")
    return None
