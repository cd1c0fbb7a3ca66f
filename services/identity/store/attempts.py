"""Failed attempts, by bucket."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain import Failures
from services.identity.tables import failed_attempt


async def failures(session: AsyncSession, buckets: Iterable[bytes], since: datetime) -> dict[bytes, Failures]:
    """The failures of each bucket after `since`."""
    wanted = list(buckets)
    rows = await session.execute(
        select(failed_attempt.c.bucket, func.count(), func.max(failed_attempt.c.failed_at))
        .where(failed_attempt.c.bucket.in_(wanted), failed_attempt.c.failed_at > since)
        .group_by(failed_attempt.c.bucket)
    )
    found = {bucket: Failures(count, last) for bucket, count, last in rows}
    return {bucket: found.get(bucket, Failures()) for bucket in wanted}


async def record(session: AsyncSession, buckets: Iterable[bytes], at: datetime) -> None:
    """Count one failure in each bucket."""
    await session.execute(insert(failed_attempt).values([{"bucket": bucket, "failed_at": at} for bucket in buckets]))


async def forgive(session: AsyncSession, buckets: Iterable[bytes]) -> None:
    """Forget the failures of these buckets: somebody came in by right."""
    await session.execute(delete(failed_attempt).where(failed_attempt.c.bucket.in_(list(buckets))))


async def forget(session: AsyncSession, before: datetime) -> None:
    """Drop what is too old to count."""
    await session.execute(delete(failed_attempt).where(failed_attempt.c.failed_at < before))
