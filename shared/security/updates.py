"""Keeps a service's copy of identity's keys and revocations; both are unions, so their order does not matter."""

from sqlalchemy import delete
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.keys import SessionRevoked, SigningKey, SigningKeyRetired
from shared.messaging import Meta, Routes, state
from shared.security.tables import revoked_session, signing_key


def session_routes() -> Routes:
    """Handlers for the urgent consumer of every service with pages."""
    routes = Routes()

    @routes.on(SigningKey)
    async def on_signing_key(session: AsyncSession, event: SigningKey, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await session.execute(
                insert(signing_key)
                .values(key_id=event.key_id, jwk=event.jwk)
                .on_conflict_do_update(index_elements=["key_id"], set_={"jwk": event.jwk})
            )

    @routes.on(SigningKeyRetired)
    async def on_signing_key_retired(session: AsyncSession, event: SigningKeyRetired, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await session.execute(delete(signing_key).where(signing_key.c.key_id == event.key))

    @routes.on(SessionRevoked)
    async def on_session_revoked(session: AsyncSession, event: SessionRevoked, meta: Meta) -> None:
        await session.execute(
            insert(revoked_session)
            .values(session_id=event.session_id, expires_at=event.expires_at)
            .on_conflict_do_nothing()
        )

    return routes
