"""Forgets what the inbox and the journey ledger need no longer, a little at a time.

An inbox row must outlive every redelivery of its event, so it is kept longer than any topic of facts keeps records (30
days). State topics keep records for ever; their readers are guarded by `state_seen`, which is never cleaned.
"""

import asyncio
import time
from datetime import timedelta
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

KEPT = timedelta(days=60)
AT_LEAST = timedelta(days=31)
"""Longer than the longest retention of facts."""
BATCH = 5_000

# The BRIN index on the moment keeps a look at nothing to do cheap; what is still parked keeps its claim.
INBOX = text("""
delete from inbox where ctid = any(array(
  select i.ctid from inbox i where i.received_at < now() - cast(:kept as interval)
  and not exists (select from parked p where p.event_id = i.event_id and p.consumer = i.consumer) limit :batch))
""")
# Ids of staged events sort by time, so the primary key finds the old ones.
JOURNEY = text("""
delete from journey where event_id in (
  select event_id from journey where event_id < :bound and sent_at < now() - cast(:kept as interval)
  order by event_id limit :batch)
""")


async def forget_old(
    sessions: async_sessionmaker[AsyncSession], *, kept: timedelta = KEPT, batch: int = BATCH, pause: float = 0.05
) -> int:
    """Delete rows older than `kept` in transactions of `batch` rows, `pause` seconds apart; the number deleted.

    Raises:
        ValueError: `kept` is so short that a redelivered event would take effect twice.
    """
    if kept < AT_LEAST:
        raise ValueError(f"the inbox must outlive every redelivery: at least {AT_LEAST.days} days")
    bound = UUID(int=int((time.time() - kept.total_seconds()) * 1000) << 80)
    limits = {"kept": kept, "batch": batch}
    total = 0
    for statement, parameters in ((INBOX, limits), (JOURNEY, limits | {"bound": bound})):
        while True:
            async with sessions.begin() as session:
                found = await session.execute(statement, parameters)
                deleted = int(found.rowcount)  # type: ignore[attr-defined]  # a delete has one
            total += deleted
            if deleted < batch:
                break
            await asyncio.sleep(pause)
    return total


async def run(sessions: async_sessionmaker[AsyncSession], *, every: timedelta = timedelta(hours=1)) -> None:
    """For ever, beside the consumer; in one replica or in all."""
    while True:
        await forget_old(sessions)
        await asyncio.sleep(every.total_seconds())
