"""Versions of state records: numbered by the one who writes, compared by everyone who reads.

A state topic is compacted and read again from its beginning, and the network may repeat a record late. Whoever keeps a
copy takes only what is newer than everything seen of the key, tombstones included: what was withdrawn stays withdrawn.
"""

from collections.abc import Sequence

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import State, Tombstone
from shared.messaging.envelope import Delivery
from shared.messaging.inbox import array

NEXT = text("""
insert into state_version as v (topic, key, version) values (:topic, :key, 1)
on conflict (topic, key) do update set version = v.version + 1 returning version
""")
SEE = text("""
insert into state_seen as s (topic, key, version)
select * from unnest(cast(:topics as text[]), cast(:keys as text[]), cast(:versions as bigint[])) as u(t, k, v)
order by t, k
on conflict (topic, key) do update set version = excluded.version where s.version < excluded.version
returning topic, key
""")


async def next_version(session: AsyncSession, topic: str, key: str) -> int:
    """The version for the snapshot or tombstone about to be staged, counting on over tombstones.

    Locks the key until the transaction ends, so versions are staged in the order in which they commit.
    """
    version: int = (await session.execute(NEXT, {"topic": topic, "key": key})).scalar_one()
    return version


async def newer(session: AsyncSession, topic: str, key: str, version: int) -> bool:
    """Whether this version is higher than any seen of the key; if so it is remembered."""
    seen = await session.execute(
        SEE, {"topics": array([topic]), "keys": array([key]), "versions": "{" + str(version) + "}"}
    )
    return seen.first() is not None


async def newest(session: AsyncSession, deliveries: Sequence[Delivery]) -> list[Delivery]:
    """Of a batch, what is to be applied: the highest version of each key, where it is newer than any seen before."""
    best: dict[tuple[str, str], tuple[int, Delivery]] = {}
    for delivery in deliveries:
        event = delivery.event
        if not isinstance(event, State | Tombstone):
            raise TypeError(f"{event.type} is no state")
        known = best.get(delivery.lane)
        if known is None or event.version > known[0]:
            best[delivery.lane] = (event.version, delivery)
    if not best:
        return []
    rows = await session.execute(
        SEE,
        {
            "topics": array(topic for topic, _ in best),
            "keys": array(key for _, key in best),
            "versions": "{" + ",".join(str(version) for version, _ in best.values()) + "}",
        },
    )
    taken = {(topic, key) for topic, key in rows}
    return [delivery for lane, (_, delivery) in best.items() if lane in taken]


async def forget(session: AsyncSession, *topics: str) -> None:
    """Before a rebuild from the topics' beginning: forget what was seen, in the transaction that empties the copy."""
    await session.execute(
        text("delete from state_seen where topic = any(cast(:topics as text[]))"), {"topics": array(topics)}
    )
