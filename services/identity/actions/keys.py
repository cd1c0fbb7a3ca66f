"""Making, publishing, rotating and retiring the keys that identity gives out."""

from itertools import pairwise

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.equipment import Equipment
from services.identity.store import keys as store
from services.identity.tokens import SigningPair, new_pair
from shared.contracts.audit import audit_of
from shared.contracts.keys import IdentitySealingKey, NotifySealingKey, SigningKey, SigningKeyRetired
from shared.messaging import outbox, state
from shared.messaging.identity import uuid7


class NoSigningKeyYet(Exception):
    """The service has just been installed and is still making its first key."""


async def provide(session: AsyncSession, equipment: Equipment) -> None:
    """At start: make the first signing key if there is none, and publish every public key once more.

    Publishing again is harmless and brings the keys back to a broker that lost them.
    """
    await store.lock_pairs(session)
    pairs = await store.pairs(session, equipment.vault)
    if not pairs:
        pairs = [await _new_pair(session, equipment)]
    for pair in pairs:
        await _publish(session, equipment, pair)
    public = equipment.opening.public
    outbox.stage(
        session,
        IdentitySealingKey(
            occurred_at=equipment.clock.now(),
            version=await state.next_version(session, IdentitySealingKey.topic, public.key_id),
            key_id=public.key_id,
            public_key=public.public_key,
        ),
    )


async def rotate(session: AsyncSession, equipment: Equipment, *, operator: str) -> str:
    """Make a new signing key and publish it; it signs once every service has had time to hear of it. Returns its id."""
    await store.lock_pairs(session)
    pair = await _new_pair(session, equipment, first=False)
    await _publish(session, equipment, pair)
    outbox.stage(
        session,
        audit_of("identity")(
            occurred_at=equipment.clock.now(),
            actor=f"operator:{operator}",
            action="signing-key-rotated",
            subject=pair.key_id,
        ),
    )
    return pair.key_id


async def retire(session: AsyncSession, equipment: Equipment) -> list[str]:
    """Withdraw keys that everything signed with has expired. Returns their ids."""
    await store.lock_pairs(session)
    pairs = await store.pairs(session, equipment.vault)
    told = equipment.settings
    longest = max(told.session_lifetime, told.report_session_lifetime, told.activation_lifetime)
    now = equipment.wall.now()
    old = [pair for pair, next_one in pairwise(pairs) if next_one.active_from + longest < now]
    for pair in old:
        await store.remove_pair(session, pair.key_id)
        outbox.stage(
            session,
            SigningKeyRetired(
                occurred_at=equipment.clock.now(),
                version=await state.next_version(session, SigningKeyRetired.topic, pair.key_id),
                record_key=pair.key_id,
            ),
        )
    return [pair.key_id for pair in old]


async def signing_pair(session: AsyncSession, equipment: Equipment) -> SigningPair:
    """What tokens are signed with now.

    Raises:
        NoSigningKeyYet: none has been made.
    """
    pair = await store.current_pair(session, equipment.vault, equipment.wall.now())
    if pair is None:
        raise NoSigningKeyYet
    return pair


async def learn_notify_key(session: AsyncSession, event: NotifySealingKey) -> None:
    """Seal to notify with this key from now on."""
    if await state.newer(session, event.topic, event.key, event.version):
        await store.keep_notify_key(session, event.key_id, event.public_key, event.occurred_at)


async def _new_pair(session: AsyncSession, equipment: Equipment, *, first: bool = True) -> SigningPair:
    active_from = equipment.wall.now() + (equipment.settings.key_notice * (not first))
    pair = new_pair(f"identity-{uuid7().hex}", active_from)
    await store.add_pair(session, equipment.vault, pair)
    return pair


async def _publish(session: AsyncSession, equipment: Equipment, pair: SigningPair) -> None:
    outbox.stage(
        session,
        SigningKey(
            occurred_at=equipment.clock.now(),
            version=await state.next_version(session, SigningKey.topic, pair.key_id),
            key_id=pair.key_id,
            jwk=pair.public_jwk,
        ),
    )
