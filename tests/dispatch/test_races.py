"""Two at once: whoever locks the report first wins, the other sees what happened; and what fails leaves nothing behind."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import actions, store
from services.dispatch.cases import Draft, Flags
from services.dispatch.domain import NotOpen
from services.dispatch.settings import Settings
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.publications import Publication, PublicationWithdrawn
from shared.contracts.vocabulary import EntryKind, Status
from tests.dispatch.builders import MONDAY, REPORTER, draft, officer_of, verified
from tests.support.flow import Flow

LATER = MONDAY + timedelta(days=20)
Act = Callable[[AsyncSession], Awaitable[None]]


@pytest.fixture
async def followed(flow: Flow, settings: Settings) -> UUID:
    """A published report with a follow-up, about to close."""
    event = verified()
    await flow.give(event)
    async with flow.sessions.begin() as session:
        await actions.post(session, event.report_id, draft(), officer_of(), settings, now=MONDAY)
    await flow.clear()
    return event.report_id


async def race(flow: Flow, first: Act, second: Act) -> None:
    """`first` holds the report while `second` begins; then it commits."""
    waiting = asyncio.Event()

    async def follower() -> None:
        async with flow.sessions.begin() as session:
            waiting.set()
            await second(session)

    async with flow.sessions.begin() as session:
        await first(session)
        task = asyncio.create_task(follower())
        await waiting.wait()
        await until_somebody_waits(flow)
        assert not task.done()
    await task


async def until_somebody_waits(flow: Flow) -> None:
    query = text(
        "select count(*) from pg_locks where locktype = 'advisory' and not granted"
        " and database = (select oid from pg_database where datname = current_database())"
    )
    async with asyncio.timeout(20), flow.sessions() as session:
        while not await session.scalar(query):  # noqa: ASYNC110 - the database has no event to wait for
            await asyncio.sleep(0.01)


def posting(report_id: UUID, settings: Settings, what: Draft | None = None) -> Act:
    written = what or draft(EntryKind.REPLY)
    return lambda session: actions.post(session, report_id, written, REPORTER, settings, now=LATER)


def closing(report_id: UUID) -> Act:
    return lambda session: actions.close(session, report_id, 1, now=LATER)


def protecting(report_id: UUID, flags: Flags) -> Act:
    return lambda session: actions.protect(session, report_id, flags, now=LATER)


async def status(flow: Flow, report_id: UUID) -> Status:
    async with flow.sessions() as session:
        case = await store.case(session, report_id)
    assert case is not None
    return case.status


async def test_a_reply_that_comes_first_keeps_the_report_open(flow: Flow, followed: UUID, settings: Settings) -> None:
    await race(flow, posting(followed, settings), closing(followed))
    assert await flow.staged(ReportClosed) == []
    assert await status(flow, followed) is Status.IN_FOLLOW_UP


async def test_a_closing_that_comes_first_refuses_the_reply(flow: Flow, followed: UUID, settings: Settings) -> None:
    with pytest.raises(NotOpen):
        await race(flow, closing(followed), posting(followed, settings))
    assert await flow.staged(EntryPosted) == []
    assert await status(flow, followed) is Status.CLOSED


async def test_the_same_command_twice_at_once_is_one_entry(flow: Flow, followed: UUID, settings: Settings) -> None:
    once = posting(followed, settings, draft(EntryKind.REPLY))
    await race(flow, once, once)
    assert len(await flow.staged(EntryPosted)) == 1


async def test_a_flag_beside_the_first_publication_misses_it_in_neither_order(flow: Flow, settings: Settings) -> None:
    secret = Flags(confidential=True)
    first, second = verified(), verified()
    await race(flow, lambda s: actions.dispose(s, first, settings, now=MONDAY), protecting(first.report_id, secret))
    assert [type(event) for event in await flow.staged()] == [ReportDisposed, Publication, PublicationWithdrawn]
    await flow.clear()
    await race(flow, protecting(second.report_id, secret), lambda s: actions.dispose(s, second, settings, now=MONDAY))
    assert [type(event) for event in await flow.staged()] == [ReportDisposed]


async def test_a_flag_beside_a_reply_leaves_the_tombstone_last(flow: Flow, followed: UUID, settings: Settings) -> None:
    await race(flow, posting(followed, settings), protecting(followed, Flags(confidential=True)))
    states = await flow.staged(Publication, PublicationWithdrawn)
    assert [type(event) for event in states] == [Publication, PublicationWithdrawn]
    assert states[0].version < states[1].version


async def test_whatever_fails_leaves_nothing_behind(
    flow: Flow, followed: UUID, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with flow.sessions() as session:
        before = await store.case(session, followed)

    async def fails(*_: object) -> int:
        raise RuntimeError("no number")

    monkeypatch.setattr("shared.messaging.state.next_version", fails)
    for act in (posting(followed, settings), closing(followed), protecting(followed, Flags(anonymous=True))):
        with pytest.raises(RuntimeError):
            async with flow.sessions.begin() as session:
                await act(session)
    async with flow.sessions() as session:
        assert await store.case(session, followed) == before
    assert await flow.staged() == []


async def test_writing_on_a_report_that_does_not_exist_is_refused(flow: Flow, settings: Settings) -> None:
    with pytest.raises(actions.UnknownReport):
        async with flow.sessions.begin() as session:
            await posting(uuid4(), settings)(session)
