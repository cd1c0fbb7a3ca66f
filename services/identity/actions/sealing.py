"""Which key to seal to notify with."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.equipment import Equipment
from services.identity.store import keys
from shared.sealing import SealingKey


async def notify_key(session: AsyncSession, equipment: Equipment) -> SealingKey:
    """The key that notify published last, or else the one provisioned at install."""
    published = await keys.notify_key(session)
    return SealingKey(published) if published else equipment.notify
