import asyncio
from datetime import UTC, date, datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import text

from services.polls import actions, domain, store, ticker
from shared.contracts.agencies import AgencyRemoved
from shared.contracts.audit import AuditRecorded
from shared.contracts.polls import Poll
from tests.polls.conftest import NOW, World, agency

CLOSING = datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)


async def rows(world: World, query: str) -> list[tuple[object, ...]]:
    async with world.sessions() as session:
        return [tuple(row) for row in await session.execute(text(query))]


async def test_a_new_poll_is_published_without_counts_and_audited(world: World) -> None:
    poll_id = await world.open_poll()
    await world.open_poll(poll_id=poll_id)  # the form sent twice
    published, audit = await world.flow.staged()
    assert isinstance(published, Poll)
    assert (published.poll_id, published.version, published.closed, published.turnout) == (poll_id, 1, False, None)
    assert isinstance(audit, AuditRecorded)
    assert audit.action == "poll-created"


async def test_another_agencys_poll_is_not_taken_over(world: World) -> None:
    poll_id = await world.open_poll()
    async with world.sessions() as session:
        with pytest.raises(domain.NotYours):
            await actions.own(session, poll_id, "PD-31")


async def test_a_vote_can_be_changed_and_counts_once(world: World) -> None:
    poll_id, voter = await world.open_poll(), uuid4()
    for option in (1, 3, 3):
        await world.vote(poll_id, option, voter)
    await world.vote(poll_id, 2, uuid4())
    async with world.sessions() as session:
        assert await store.votes(session, poll_id) == {2: 1, 3: 1}
        found = await store.find(session, poll_id)
        assert found is not None
        assert await actions.choice(session, found.poll, voter) == 3
        assert await actions.choice(session, found.poll, uuid4()) is None
    assert str(voter).replace("-", "") not in str(await rows(world, "select encode(voter, 'hex') from ballot"))


async def test_one_person_has_different_ballots_in_different_polls(world: World) -> None:
    voter = uuid4()
    for _ in range(2):
        await world.vote(await world.open_poll(), 1, voter)
    assert len(await rows(world, "select distinct voter from ballot")) == 2


async def test_the_ticker_closes_what_is_due_once_counts_it_and_destroys_the_key(world: World) -> None:
    poll_id, other = await world.open_poll(), await world.open_poll(closes_on=date(2026, 12, 1))
    for option in (1, 2, 2):
        await world.vote(poll_id, option, uuid4())
    await world.flow.clear()
    assert await ticker.close_due(world.sessions, world.clock) == 0
    world.clock.moment = CLOSING
    with pytest.raises(domain.NotOpen):
        await world.vote(poll_id, 1, uuid4())
    counts = await asyncio.gather(*(ticker.close_due(world.sessions, world.clock) for _ in range(3)))
    assert sum(counts) == 1
    (closed,) = await world.flow.staged(Poll)
    assert (closed.poll_id, closed.version, closed.closed, closed.turnout) == (poll_id, 2, True, 3)
    assert [option.votes for option in closed.options] == [1, 2, 0]
    assert await rows(world, "select key is null, poll_id from poll order by closes_at") == [
        (True, poll_id),
        (False, other),
    ]


async def test_a_vote_that_is_under_way_is_counted_before_the_close(world: World) -> None:
    poll_id = await world.open_poll()
    async with world.sessions.begin() as voting:
        await actions.vote(voting, poll_id, 1, account_id=uuid4(), now=CLOSING - timedelta(seconds=1))
        world.clock.moment = CLOSING
        assert await ticker.close_due(world.sessions, world.clock) == 0  # held by the voter: left for the next look
    assert await ticker.close_due(world.sessions, world.clock) == 1
    (closed,) = [event for event in await world.flow.staged(Poll) if event.closed]
    assert closed.turnout == 1


async def test_a_failed_vote_leaves_nothing_behind(world: World) -> None:
    poll_id = await world.open_poll()
    for option in (0, 4):
        with pytest.raises(domain.NoSuchOption):
            await world.vote(poll_id, option, uuid4())
    with pytest.raises(actions.NoSuchPoll):
        await world.vote(uuid4(), 1, uuid4())
    assert await rows(world, "select * from ballot") == []


async def test_the_directory_keeps_its_newest_version(world: World) -> None:
    renamed = agency("PD-1872", "Kota Metro", None, version=2)
    await world.flow.give_twice(renamed)
    await world.flow.give(agency("PD-1872", "Nama lama", date(2026, 1, 5)))
    async with world.sessions() as session:
        known = await store.agency_named(session, "PD-1872")
    assert known is not None
    assert (known.name, known.connected_since) == ("Kota Metro", None)
    with pytest.raises(domain.NotConnected):
        await world.open_poll()
    await world.flow.give_twice(AgencyRemoved(record_key="PD-1872", version=3, occurred_at=NOW))
    async with world.sessions() as session:
        assert await store.agency_named(session, "PD-1872") is None
