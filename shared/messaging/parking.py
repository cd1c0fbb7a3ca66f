"""Events that cannot be handled now wait here, in order per topic and key, without stopping others.

A lane is (topic, key), not the key alone: an event that waits for its cause on another topic must not make that cause
wait behind it. While events wait in a lane its row in `parked_lane` stands, and what arrives in it is appended.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy import delete, insert, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging.envelope import Delivery, Lane
from shared.messaging.failures import NotYet
from shared.messaging.inbox import FEW, Open, array
from shared.messaging.tables import parked

# Appenders lock the lane so that it cannot close over them; a lane that has just closed is not returned.
LOCK = text("""
select p.topic, p.lane from parked_lane p
join unnest(cast(:topics as text[]), cast(:lanes as text[])) as asked(topic, lane)
  on asked.topic = p.topic and asked.lane = p.lane
where p.consumer = :consumer order by p.lane, p.topic for key share of p
""")
OPEN = text("""
insert into parked_lane (consumer, lane, topic, attempts, next_attempt_at, reason)
values (:consumer, :lane, :topic, 1, clock_timestamp() + make_interval(secs => :delay), :reason)
on conflict (consumer, lane, topic) do nothing
""")
WAKE = text("""
update parked_lane p set next_attempt_at = to_timestamp(0), attempts = least(p.attempts, 3)
from (select consumer, lane, topic from parked_lane
      where consumer = :consumer and lane = any(cast(:keys as text[])) and reason = 'NotYet'
      order by lane, topic for no key update skip locked) as w
where p.consumer = w.consumer and p.lane = w.lane and p.topic = w.topic
""")
# Woken lanes stand at the epoch: first in the queue, and not overdue.
DUE = text("""
select topic, lane, attempts,
       case when next_attempt_at = to_timestamp(0) then 0
            else cast(extract(epoch from clock_timestamp() - next_attempt_at) as float8) end as late
from parked_lane where consumer = :consumer and next_attempt_at <= clock_timestamp()
order by next_attempt_at limit 1 for no key update skip locked
""")
AGAIN = text("""
select topic, lane, attempts, cast(0 as float8)
from parked_lane where consumer = :consumer and lane = :lane and topic = :topic for no key update skip locked
""")
NEXT = text("""
select cast(extract(epoch from min(next_attempt_at) - clock_timestamp()) as float8)
from parked_lane where consumer = :consumer
""")
POSTPONE = text("""
update parked_lane set attempts = :attempts, reason = :reason,
       next_attempt_at = clock_timestamp() + make_interval(secs => :delay)
where consumer = :consumer and lane = :lane and topic = :topic
""")
FOR_CLOSING = text("""
select 1 from parked_lane where consumer = :consumer and lane = :lane and topic = :topic for update skip locked
""")
CLOSE = text("""
delete from parked_lane where consumer = :consumer and lane = :lane and topic = :topic and not exists (
  select from parked where consumer = :consumer and lane = :lane and topic = :topic)
""")


REPLAYED = "replay "
"""Lanes of dead letters that an operator gave back begin with it; their events are yet to be claimed."""


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked event, in the shape of the record it came from."""

    position: int
    lane: str
    topic: str
    key: bytes
    value: bytes | None
    headers: list[tuple[str, bytes | None]]
    partition: int
    offset: int


class Due(NamedTuple):
    """A lane whose head is to be tried."""

    topic: str
    lane: str
    attempts: int
    late: float
    """Seconds since it was due."""


async def lock_open(
    session: AsyncSession, consumer: str, lanes: Iterable[Lane], opened: Sequence[Open]
) -> frozenset[Lane]:
    """Which of these lanes are open; they stay so until the transaction ends. `opened` is what the claim brought."""
    if not opened:
        return frozenset()
    asked = set(lanes)
    if len(opened) <= FEW:
        asked &= {(lane.topic, lane.lane) for lane in opened}
    if not asked:
        return frozenset()
    rows = await session.execute(
        LOCK,
        {
            "consumer": consumer,
            "topics": array(topic for topic, _ in asked),
            "lanes": array(lane for _, lane in asked),
        },
    )
    return frozenset((topic, lane) for topic, lane in rows)


async def append(session: AsyncSession, consumer: str, deliveries: Sequence[tuple[str, Delivery]]) -> None:
    """Park at the end of open lanes: pairs of lane and delivery."""
    await session.execute(
        insert(parked),
        [
            {
                "consumer": consumer,
                "lane": lane,
                "topic": delivery.topic,
                "key": delivery.key,
                "event_id": delivery.id,
                "partition": delivery.record.partition,
                "offset": delivery.record.offset,
                "headers": {name: (value or b"").decode("latin-1") for name, value in delivery.headers.items()},
                "body": delivery.record.value,
            }
            for lane, delivery in deliveries
        ],
    )


async def open_lanes(
    session: AsyncSession,
    consumer: str,
    heads: Sequence[tuple[str, Delivery, Exception]],
    *,
    cap: float | None = None,
) -> None:
    """Open lanes for events that failed: lane, event, error. `append` the events then."""
    await session.execute(
        OPEN,
        [
            {
                "consumer": consumer,
                "lane": lane,
                "topic": delivery.topic,
                "reason": type(because).__name__,
                "delay": backoff(because, 1, cap=cap),
            }
            for lane, delivery, because in heads
        ],
    )


async def wake(session: AsyncSession, consumer: str, keys: Iterable[str]) -> None:
    """Make lanes that wait for a cause of these keys due at once, but for those being tried right now."""
    await session.execute(WAKE, {"consumer": consumer, "keys": array(keys)})


async def due(session: AsyncSession, consumer: str, again: Due | None = None) -> Due | None:
    """The lane that is due first, or the one worked on before, reserved until the transaction ends."""
    found = (
        await session.execute(AGAIN, _names(consumer, again))
        if again
        else await session.execute(DUE, {"consumer": consumer})
    )
    row = found.first()
    return Due(*row) if row else None


async def seconds_until_due(session: AsyncSession, consumer: str) -> float | None:
    """Until the next lane is due; None if none is open."""
    found: float | None = await session.scalar(NEXT, {"consumer": consumer})
    return found


async def heads(session: AsyncSession, consumer: str, lane: Due, limit: int) -> list[Parked]:
    """The first events of a lane. Ask after `due`, in a later statement."""
    rows = await session.execute(
        select(parked)
        .where(parked.c.consumer == consumer, parked.c.lane == lane.lane, parked.c.topic == lane.topic)
        .order_by(parked.c.position)
        .limit(limit)
    )
    return [
        Parked(
            row.position,
            row.lane,
            row.topic,
            row.key.encode(),
            row.body,
            [(name, value.encode("latin-1")) for name, value in row.headers.items()],
            row.partition,
            row.offset,
        )
        for row in rows
    ]


async def remove(session: AsyncSession, events: Sequence[Parked]) -> None:
    """These took effect."""
    await session.execute(delete(parked).where(parked.c.position.in_([event.position for event in events])))


async def close(session: AsyncSession, consumer: str, lane: Due | Open) -> bool:
    """Close the lane if nothing waits in it, or else make its next event due; whether it closed. Waits for no one."""
    names = _names(consumer, lane)
    alone = await session.scalar(FOR_CLOSING, names)
    if alone and (await session.execute(CLOSE, names)).rowcount:  # type: ignore[attr-defined]  # a delete has one
        return True
    delay = 0.0 if alone else 0.05  # somebody appends: not at once
    await session.execute(POSTPONE, {**names, "attempts": 0, "reason": "Follower", "delay": delay})
    return False


async def postpone(
    session: AsyncSession, consumer: str, lane: Due, because: Exception, *, again: bool, cap: float | None = None
) -> None:
    """Its head failed again; `again` if it is to be tried as if for the first time."""
    attempts = 1 if again else lane.attempts + 1
    delay = backoff(because, attempts, late=lane.late, cap=cap)
    names = _names(consumer, lane)
    await session.execute(POSTPONE, {**names, "attempts": attempts, "reason": type(because).__name__, "delay": delay})


def backoff(because: Exception, attempts: int, *, late: float = 0.0, cap: float | None = None) -> float:
    """Seconds until the next attempt.

    0.1 s doubling: to 5 s for an event before its cause and to 5 minutes once it has waited for a minute (its cause
    wakes it anyway), to 5 minutes for a failure, or to `cap`. Where so many wait that they are tried late, four times
    that lateness: retrying them is no hot loop.
    """
    waiting = isinstance(because, NotYet)
    limit = cap if cap is not None else 5.0 if waiting and attempts < 20 else 300.0
    delay = min(0.1 * 2.0 ** min(attempts - 1, 20), limit)
    longest = 3600.0 if cap is None else 60.0
    return max(delay, min(late * 4.0, longest)) if late > 5.0 else delay


def _names(consumer: str, lane: Due | Open) -> dict[str, Any]:
    return {"consumer": consumer, "lane": lane.lane, "topic": lane.topic}
