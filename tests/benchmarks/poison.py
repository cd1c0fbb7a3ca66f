"""`make poison`: one key that always fails among many. The others go on, its followers wait in order, retrying is calm."""

import argparse
import asyncio
import time
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event
from shared.messaging import Delivery, Routes, operations
from shared.messaging.identity import uuid7
from tests.benchmarks.consuming import FOR_SESSION, Counted, columns, consuming
from tests.benchmarks.ground import Filed, Ground, filed, finish, ground, median, say, wire

FOLLOWERS = 200
"""Events of the poisoned key, spread over the whole stream."""


class Recorded(Event):
    """What the operator's retry leaves behind."""

    type: ClassVar[str] = "audit-recorded.v1"
    topic: ClassVar[str] = "bench.audit"
    action: str

    @property
    def key(self) -> str:
        """Always the same."""
        return "operator"


def audit(action: str, subject: str, reason: str | None) -> Event:
    """See `operations.Audit`."""
    return Recorded(action=action, occurred_at=datetime.now(UTC))


class Stream:
    """Reports of one event each, and one report of many."""

    def __init__(self, topic: str, count: int) -> None:
        self.topic, self.count, self.poisoned = topic, count, uuid7()
        every = max(count // FOLLOWERS, 1)
        self.events = [
            filed(topic, self.poisoned, n // every) if n % every == 0 else filed(topic) for n in range(count)
        ]
        self.followers = sum(event.report_id == self.poisoned for event in self.events)


class Service:
    """Inserts a row for each event; fails on one key while told to."""

    def __init__(self, poisoned: UUID | None) -> None:
        self.poisoned, self.tries = poisoned, 0

    def routes(self) -> Routes:
        """Bulk, as the portal consumes: the culprit has to be found by halving."""
        routes = Routes()

        @routes.on_many(Filed)
        async def on_filed(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
            if any(delivery.key == str(self.poisoned) for delivery in deliveries):
                self.tries += 1
                raise RuntimeError("poisoned")
            # one row for each event: the key of the table is the event's, not the report's
            rows = columns([delivery.event for delivery in deliveries])  # type: ignore[misc]
            rows["i"] = [
                uuid4() if delivery.event.seq else delivery.event.report_id  # type: ignore[attr-defined]
                for delivery in deliveries
            ]
            await session.execute(FOR_SESSION, rows)

        return routes


async def run(made: Ground, stream: Stream, *, poisoned: bool) -> dict[str, Any]:
    """One pass over the stream: rate, and what became of the poisoned key."""
    made.clear()
    Filed.topic = stream.topic
    service = Service(stream.poisoned if poisoned else None)
    async with made.sessions() as sessions:
        name = f"bench-{uuid4().hex[:8]}"
        receiver = Counted(name, name, sessions, service.routes())
        receiver.expect(stream.count)
        async with consuming(receiver, made.kafka):
            rate = await asyncio.wait_for(receiver.rate, 600)
            if not poisoned:
                return {"rate": rate}
            others = made.sql("select count(*) from projection")[0][0]
            parked = [
                row[0]
                for row in made.sql(
                    "select (convert_from(body, 'utf8')::json->>'seq')::int from parked order by position"
                )
            ]
            before, began = service.tries, time.monotonic()
            await asyncio.sleep(5.0)
            tries = (service.tries - before) / (time.monotonic() - began)
            service.poisoned = None
            async with sessions.begin() as session:
                ((topic, lane),) = made.sql("select topic, lane from parked_lane")
                await operations.retry_parked_lane(session, name, topic, lane, audit=audit)
            for _ in range(600):
                await asyncio.sleep(0.05)
                if not made.sql("select count(*) from parked_lane")[0][0]:
                    break
    last = "select n, seq from projection order by n desc limit %s"
    restored = made.sql(f"select seq from ({last}) as l order by n", stream.followers)
    return {
        "rate": rate,
        "others": others == stream.count - stream.followers,
        "parked_in_order": parked == list(range(stream.followers)),
        "tries_a_second": round(tries, 2),
        "restored_in_order": [row[0] for row in restored] == list(range(stream.followers)),
    }


async def main() -> None:
    """Quiet and poisoned passes in turn."""
    parser = argparse.ArgumentParser(prog="make poison", description=__doc__)
    parser.add_argument("--events", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    quiet: list[float] = []
    poisoned: list[dict[str, Any]] = []
    with ground() as made:
        stream = Stream(made.topic(), arguments.events)
        await made.publish(stream.topic, [wire(event) for event in stream.events])
        for number in range(arguments.rounds):
            quiet.append((await run(made, stream, poisoned=False))["rate"])
            poisoned.append(await run(made, stream, poisoned=True))
            say(f"round {number + 1}: quiet {quiet[-1]:,.0f}/s, with a poisoned key {poisoned[-1]['rate']:,.0f}/s")
    ratio = median([found["rate"] for found in poisoned]) / median(quiet)
    figures = {
        "events": arguments.events,
        "followers": stream.followers,
        "quiet_per_second": round(median(quiet)),
        "ratio": round(ratio, 2),
        "others_went_on": all(found["others"] for found in poisoned),
        "parked_in_order": all(found["parked_in_order"] for found in poisoned),
        "restored_in_order": all(found["restored_in_order"] for found in poisoned),
        "tries_a_second": max(found["tries_a_second"] for found in poisoned),
    }
    calm = figures["tries_a_second"] <= 5
    kept = figures["others_went_on"] and figures["parked_in_order"] and figures["restored_in_order"]
    finish(figures | {"ok": bool(ratio >= 0.9 and kept and calm)})


if __name__ == "__main__":
    uvloop.run(main())
