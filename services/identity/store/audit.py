"""The audit log: rows are added, never changed."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tables import audit_record


async def append(
    session: AsyncSession,
    event_id: UUID,
    service: str,
    *,
    actor: str,
    action: str,
    report_id: UUID | None,
    subject: str | None,
    reason: str | None,
    occurred_at: datetime,
) -> None:
    """Add one record; the same event twice is one record."""
    record = insert(audit_record).values(
        event_id=event_id,
        service=service,
        actor=actor,
        action=action,
        report_id=report_id,
        subject=subject,
        reason=reason,
        occurred_at=occurred_at,
    )
    await session.execute(record.on_conflict_do_nothing())
