"""Every query on polls, ballots and the agencies that ask."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, Select, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from services.polls.domain import Agency, Option, Poll
from services.polls.tables import agency, ballot, poll, poll_option
from shared.contracts.vocabulary import Zone


@dataclass(frozen=True, slots=True)
class Listed:
    """A poll with the name of the agency that asks and the number of ballots."""

    poll: Poll
    agency_name: str
    ballots: int


async def find(session: AsyncSession, poll_id: UUID) -> Listed | None:
    """One poll."""
    found = await _listed(session, _polls().where(poll.c.poll_id == poll_id))
    return found[0] if found else None


async def lock(session: AsyncSession, poll_id: UUID, *, to_vote: bool) -> Poll | None:
    """One poll as it stays until the transaction ends; voters share it, nobody votes while it is being closed."""
    row = (
        await session.execute(select(poll).where(poll.c.poll_id == poll_id).with_for_update(read=to_vote))
    ).one_or_none()
    return (await _with_options(session, [row]))[0] if row is not None else None


async def lock_due(session: AsyncSession, now: datetime) -> UUID | None:
    """A poll whose time is over and that is not counted yet, held until the transaction ends; others' are left out."""
    query = select(poll.c.poll_id).where(poll.c.closed_at.is_(None), poll.c.closes_at <= now)
    found: UUID | None = await session.scalar(
        query.order_by(poll.c.closes_at).limit(1).with_for_update(skip_locked=True)
    )
    return found


async def unclosed(session: AsyncSession) -> Sequence[Listed]:
    """The polls that are not counted yet, the next to close first."""
    return await _listed(session, _polls().where(poll.c.closed_at.is_(None)).order_by(poll.c.closes_at))


async def closed(session: AsyncSession, limit: int) -> Sequence[Listed]:
    """The polls that are counted, the newest first."""
    query = _polls().where(poll.c.closed_at.is_not(None)).order_by(poll.c.closes_at.desc())
    return await _listed(session, query.limit(limit))


async def of_agency(session: AsyncSession, code: str) -> Sequence[Listed]:
    """An agency's polls, the newest first."""
    return await _listed(session, _polls().where(poll.c.agency == code).order_by(poll.c.opens_at.desc()))


async def add(session: AsyncSession, new: Poll) -> bool:
    """Keep a new poll; False if there is one under that id."""
    values = {
        "poll_id": new.poll_id,
        "agency": new.agency,
        "zone": new.zone.value,
        "question": new.question,
        "opens_at": new.opens_at,
        "closes_at": new.closes_at,
        "created_by": new.created_by,
        "key": new.key,
    }
    added = await session.execute(upsert(poll).values(**values).on_conflict_do_nothing().returning(poll.c.poll_id))
    if added.first() is None:
        return False
    options = [{"poll_id": new.poll_id, "number": option.number, "text": option.text} for option in new.options]
    await session.execute(insert(poll_option), options)
    return True


async def save_closed(session: AsyncSession, counted: Poll) -> None:
    """Keep the counts; the key is gone."""
    await session.execute(
        update(poll)
        .where(poll.c.poll_id == counted.poll_id)
        .values(key=None, closed_at=counted.closed_at, turnout=counted.turnout)
    )
    for option in counted.options:
        row = (poll_option.c.poll_id == counted.poll_id) & (poll_option.c.number == option.number)
        await session.execute(update(poll_option).where(row).values(votes=option.votes))


async def cast(session: AsyncSession, poll_id: UUID, voter: bytes, option: int) -> None:
    """One ballot for each voter, the last choice counts."""
    new = upsert(ballot).values(poll_id=poll_id, voter=voter, option=option)
    await session.execute(new.on_conflict_do_update(index_elements=["poll_id", "voter"], set_={"option": option}))


async def choice(session: AsyncSession, poll_id: UUID, voter: bytes) -> int | None:
    """What a voter chose."""
    mine = (ballot.c.poll_id == poll_id) & (ballot.c.voter == voter)
    found: int | None = await session.scalar(select(ballot.c.option).where(mine))
    return found


async def votes(session: AsyncSession, poll_id: UUID) -> dict[int, int]:
    """Ballots by choice."""
    query = (
        select(ballot.c.option, func.count().label("number"))
        .where(ballot.c.poll_id == poll_id)
        .group_by(ballot.c.option)
    )
    return {row.option: row.number for row in await session.execute(query)}


async def agency_named(session: AsyncSession, code: str) -> Agency | None:
    """An agency of the directory."""
    row = (await session.execute(select(agency).where(agency.c.code == code))).one_or_none()
    return Agency(row.code, row.name, Zone(row.zone), row.connected_since) if row is not None else None


async def save_agency(session: AsyncSession, known: Agency) -> None:
    """Keep an agency of the directory."""
    values = {
        "code": known.code,
        "name": known.name,
        "zone": known.zone.value,
        "connected_since": known.connected_since,
    }
    await session.execute(upsert(agency).values(**values).on_conflict_do_update(index_elements=["code"], set_=values))


async def remove_agency(session: AsyncSession, code: str) -> None:
    """Forget an agency; its polls stay."""
    await session.execute(delete(agency).where(agency.c.code == code))


def _polls() -> Select[Any]:
    ballots = select(func.count()).where(ballot.c.poll_id == poll.c.poll_id).scalar_subquery()
    return select(
        poll,
        func.coalesce(agency.c.name, poll.c.agency).label("agency_name"),
        func.coalesce(poll.c.turnout, ballots).label("ballots"),
    ).join(agency, agency.c.code == poll.c.agency, isouter=True)


async def _listed(session: AsyncSession, query: Select[Any]) -> list[Listed]:
    rows = (await session.execute(query)).all()
    polls = await _with_options(session, rows)
    return [Listed(found, row.agency_name, row.ballots) for found, row in zip(polls, rows, strict=True)]


async def _with_options(session: AsyncSession, rows: Sequence[Row[Any]]) -> list[Poll]:
    query = select(poll_option).where(poll_option.c.poll_id.in_([row.poll_id for row in rows]))
    options: dict[UUID, list[Option]] = {}
    for row in await session.execute(query.order_by(poll_option.c.number)):
        options.setdefault(row.poll_id, []).append(Option(row.number, row.text, row.votes))
    return [
        Poll(
            poll_id=row.poll_id,
            agency=row.agency,
            zone=Zone(row.zone),
            question=row.question,
            options=tuple(options[row.poll_id]),
            opens_at=row.opens_at,
            closes_at=row.closes_at,
            created_by=row.created_by,
            key=row.key,
            closed_at=row.closed_at,
            turnout=row.turnout,
        )
        for row in rows
    ]
