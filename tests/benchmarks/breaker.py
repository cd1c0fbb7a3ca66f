"""`make breaker`: a handler that always fails stops its consumer within 20 records, alerts, and goes on when mended."""

import asyncio
import logging
from uuid import uuid4

import uvloop
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Meta, Receiver, Routes
from shared.messaging.receiver import Health
from tests.benchmarks.consuming import FOR_SESSION, columns, consuming
from tests.benchmarks.ground import Filed, Ground, filed, finish, ground, wire

RECORDS = 2_000
ALLOWED = 20


class Alerts(logging.Handler):
    """What the operators would be woken by."""

    def __init__(self) -> None:
        super().__init__(logging.ERROR)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep it."""
        self.lines.append(record.getMessage())


async def run(made: Ground) -> dict[str, object]:
    """Break, look, mend."""
    topic, broken, failed = made.topic(), [True], set()
    await made.publish(topic, [wire(filed(topic, seq=n)) for n in range(RECORDS)])
    Filed.topic, routes, alerts = topic, Routes(), Alerts()
    logging.getLogger("shared.messaging").addHandler(alerts)

    @routes.on(Filed)
    async def on_filed(session: AsyncSession, event: Filed, meta: Meta) -> None:
        if broken[0]:
            failed.add(event.report_id)
            raise RuntimeError("broken by a release")
        await session.execute(FOR_SESSION, columns([event]))

    async with made.sessions() as sessions:
        name = f"bench-{uuid4().hex[:8]}"
        receiver = Receiver(name, name, sessions, routes)
        async with consuming(receiver, made.kafka):
            for _ in range(400):
                await asyncio.sleep(0.05)
                if receiver.health is Health.BREAKER_OPEN:
                    break
            stopped = receiver.health is Health.BREAKER_OPEN
            await asyncio.sleep(3.0)
            still = receiver.health is Health.BREAKER_OPEN
            parked = made.sql("select count(*) from parked")[0][0]
            settled = made.sql("select count(*) from inbox")[0][0]
            touched, alerted = len(failed), list(alerts.lines)
            broken[0] = False
            for _ in range(1200):
                await asyncio.sleep(0.05)
                if made.sql("select count(*) from projection")[0][0] == RECORDS:
                    break
            handled = made.sql("select count(*) from projection")[0][0]
            for _ in range(200):
                if receiver.health is Health.OK:
                    break
                await asyncio.sleep(0.05)
    figures = {
        "stopped": stopped and still,
        "settled_before_stopping": settled,
        "parked": parked,
        "records_tried": touched,
        "alerts": len(alerted),
        "handled_after_mending": handled,
        "records": RECORDS,
        "healthy_again": receiver.health is Health.OK,
    }
    within = settled <= ALLOWED and parked <= ALLOWED
    mended = handled == RECORDS and receiver.health is Health.OK
    return figures | {"ok": bool(stopped and still and within and alerted and mended)}


async def main() -> None:
    """Run it."""
    with ground() as made:
        figures = await run(made)
    finish(figures)


if __name__ == "__main__":
    uvloop.run(main())
