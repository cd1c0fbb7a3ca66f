"""Signing pairs, what is published of them, and notify's sealing keys."""

from datetime import datetime

from sqlalchemy import delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.tables import notify_sealing_key, signing_pair
from services.identity.tokens import SigningPair
from services.identity.vault import Vault
from shared.security.tables import signing_key

_KEYS_LOCK = 0x1A9_0001


async def lock_pairs(session: AsyncSession) -> None:
    """Only one transaction at a time makes or retires signing keys."""
    await session.execute(select(func.pg_advisory_xact_lock(_KEYS_LOCK)))


async def pairs(session: AsyncSession, vault: Vault) -> list[SigningPair]:
    """All pairs, the oldest first."""
    rows = await session.execute(select(signing_pair).order_by(signing_pair.c.active_from, signing_pair.c.key_id))
    return [
        SigningPair(row.key_id, vault.unlock(f"signing_pair:{row.key_id}", row.private_key).decode(), row.active_from)
        for row in rows
    ]


async def current_pair(session: AsyncSession, vault: Vault, now: datetime) -> SigningPair | None:
    """The newest pair that is active at `now`; None before the first."""
    row = (
        await session.execute(
            select(signing_pair)
            .where(signing_pair.c.active_from <= now)
            .order_by(signing_pair.c.active_from.desc(), signing_pair.c.key_id.desc())
            .limit(1)
        )
    ).one_or_none()
    if row is None:
        return None
    private_jwk = vault.unlock(f"signing_pair:{row.key_id}", row.private_key).decode()
    return SigningPair(row.key_id, private_jwk, row.active_from)


async def add_pair(session: AsyncSession, vault: Vault, pair: SigningPair) -> None:
    """Keep a new pair, its private half encrypted, and trust it here."""
    locked = vault.lock(f"signing_pair:{pair.key_id}", pair.private_jwk.encode())
    await session.execute(
        insert(signing_pair).values(key_id=pair.key_id, private_key=locked, active_from=pair.active_from)
    )
    await session.execute(insert(signing_key).values(key_id=pair.key_id, jwk=pair.public_jwk).on_conflict_do_nothing())


async def remove_pair(session: AsyncSession, key_id: str) -> None:
    """Forget a pair; what it signed is no longer good here."""
    await session.execute(delete(signing_pair).where(signing_pair.c.key_id == key_id))
    await session.execute(delete(signing_key).where(signing_key.c.key_id == key_id))


async def public_jwk(session: AsyncSession, key_id: str | None) -> str | None:
    """The public half of a key of ours."""
    return await session.scalar(select(signing_key.c.jwk).where(signing_key.c.key_id == key_id))


async def keep_notify_key(session: AsyncSession, key_id: str, public_key: str, published_at: datetime) -> None:
    """Remember a sealing key of notify."""
    known = insert(notify_sealing_key).values(key_id=key_id, public_key=public_key, published_at=published_at)
    await session.execute(
        known.on_conflict_do_update(
            index_elements=["key_id"], set_={"public_key": public_key, "published_at": published_at}
        )
    )


async def notify_key(session: AsyncSession) -> str | None:
    """The public key that notify published last; None if it never did."""
    return await session.scalar(
        select(notify_sealing_key.c.public_key).order_by(notify_sealing_key.c.published_at.desc()).limit(1)
    )
