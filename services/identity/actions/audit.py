"""Keeping what every service says of looks and decisions."""

from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.store import audit as store
from shared.contracts.audit import AuditRecorded


async def keep(session: AsyncSession, service: str, event: AuditRecorded, event_id: UUID) -> None:
    """Append one record to the log; the same event twice is one record."""
    await store.append(
        session,
        event_id,
        service,
        actor=event.actor,
        action=event.action,
        report_id=event.report_id,
        subject=event.subject,
        reason=event.reason,
        occurred_at=event.occurred_at,
    )
