"""What happens to polls: one function per use case. The caller owns the transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from secrets import token_bytes
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.polls import domain, store
from services.polls.domain import Limits, NotYours, Poll
from shared.contracts.audit import audit_of
from shared.contracts.polls import Poll as PollPublished
from shared.messaging import outbox, state
from shared.sealing import keyed_hash

KEY_BYTES = 32


class NoSuchPoll(Exception):
    """No poll under that id."""


@dataclass(frozen=True, slots=True)
class NewPoll:
    """What an officer asks. `poll_id` comes with the form, so that sending it twice makes one poll."""

    poll_id: UUID
    question: str
    options: Sequence[str]
    opens_on: date
    closes_on: date


async def create(
    session: AsyncSession, asked: NewPoll, *, agency: str, by: UUID, limits: Limits, now: datetime
) -> None:
    """Open a poll for an officer's own agency; the same form again changes nothing.

    Raises:
        domain.NotConnected, UnfitOptions, UnfitDates: as `domain.create` says.
        domain.NotYours: another agency has a poll under that id.
    """
    poll = domain.create(
        asked.poll_id,
        await store.agency_named(session, agency),
        question=asked.question,
        options=asked.options,
        opens_on=asked.opens_on,
        closes_on=asked.closes_on,
        key=token_bytes(KEY_BYTES),
        by=by,
        limits=limits,
        now=now,
    )
    if await store.add(session, poll):
        await _publish(session, poll, now)
        outbox.stage(
            session,
            audit_of("polls")(actor=str(by), action="poll-created", subject=str(poll.poll_id), occurred_at=now),
        )
        return
    await own(session, asked.poll_id, agency)


async def own(session: AsyncSession, poll_id: UUID, agency: str) -> store.Listed:
    """A poll as its own agency sees it.

    Raises:
        NoSuchPoll, domain.NotYours: see there.
    """
    found = await store.find(session, poll_id)
    if found is None:
        raise NoSuchPoll
    if found.poll.agency != agency:
        raise NotYours
    return found


async def vote(session: AsyncSession, poll_id: UUID, option: int, *, account_id: UUID, now: datetime) -> None:
    """Cast or change a ballot.

    Raises:
        NoSuchPoll, domain.NotOpen, domain.NoSuchOption: see there.
    """
    poll = await store.lock(session, poll_id, to_vote=True)
    if poll is None:
        raise NoSuchPoll
    key = domain.check_vote(poll, option, now=now)
    await store.cast(session, poll_id, keyed_hash(key, str(account_id)), option)


async def choice(session: AsyncSession, poll: Poll, account_id: UUID) -> int | None:
    """What an account chose; None also once the key is gone, when nobody can tell."""
    if poll.key is None:
        return None
    return await store.choice(session, poll.poll_id, keyed_hash(poll.key, str(account_id)))


async def close_next(session: AsyncSession, *, now: datetime) -> bool:
    """Count one poll whose time is over and destroy its key; False if there is none."""
    poll_id = await store.lock_due(session, now)
    poll = await store.lock(session, poll_id, to_vote=False) if poll_id else None
    if poll is None:
        return False
    counted = domain.close(poll, await store.votes(session, poll.poll_id), now=now)
    await store.save_closed(session, counted)
    await _publish(session, counted, now)
    return True


async def _publish(session: AsyncSession, poll: Poll, now: datetime) -> None:
    version = await state.next_version(session, PollPublished.topic, str(poll.poll_id))
    outbox.stage(session, domain.published(poll, version, now=now))
