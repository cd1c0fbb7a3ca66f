"""The model follows the newest state, whatever comes twice, late or all at once; what was withdrawn stays away."""

import random
from uuid import uuid4

from sqlalchemy import select

from services.portal import store, tables
from shared.contracts.agencies import Agency, AgencyRemoved
from shared.contracts.categories import Category, CategoryRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.event import Event
from shared.contracts.polls import Poll, PollRemoved
from shared.contracts.vocabulary import ClockName
from shared.contracts.working_calendar import CalendarYear
from tests.builders.events import METRO, POLL, at, build
from tests.portal.conftest import SessionMaker, publication, report_id, settings, waiting, withdrawal
from tests.support.flow import Flow, wire


async def _titles(sessions: SessionMaker) -> list[str]:
    async with sessions() as session:
        return list(await session.scalars(select(tables.report.c.title).order_by(tables.report.c.report_id)))


async def test_a_publication_is_shown_as_it_was_published(flow: Flow, sessions: SessionMaker) -> None:
    event = publication()
    await flow.give(event)
    async with sessions() as session:
        report = await store.by_tracking_id(session, event.tracking_id)
    assert report is not None
    for name in ("report_id", "kind", "status", "title", "body", "event_date", "zone", "anonymous", "reporter_label"):
        assert getattr(report, name) == getattr(event, name), name
    assert (report.place, report.region) == (event.place.text, event.place.region)
    assert (report.dispositions, report.entries) == (event.dispositions, event.entries)
    assert (report.answer_by, report.answered_at) == (at(10, 16, 59), at(4))
    assert report.received_at == event.received_at


async def test_a_redelivered_publication_changes_nothing(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give_twice(publication(title="Satu"))
    assert await _titles(sessions) == ["Satu"]
    assert await flow.parked() == 0


async def test_an_older_publication_that_comes_late_is_ignored(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give(publication(version=3, title="Tiga"), publication(version=2, title="Dua"))
    assert await _titles(sessions) == ["Tiga"]


async def test_a_newer_publication_replaces_all_of_the_older_one(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give(publication(version=1), waiting(version=2, title="Baru", place={}, event_date=None))
    async with sessions() as session:
        report = await store.by_tracking_id(session, "2611000001")
    assert report is not None
    assert (report.title, report.place, report.region, report.event_date) == ("Baru", None, None, None)
    assert (report.entries, report.closes_at, report.answered_at) == ((), None, None)


async def test_a_withdrawn_report_is_gone(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give(publication(1), publication(2), withdrawal(1))
    async with sessions() as session:
        assert await store.by_tracking_id(session, "2611000001") is None
        assert await store.by_tracking_id(session, "2611000002") is not None


async def test_a_withdrawn_report_never_comes_back_whatever_its_version(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give(withdrawal(version=2), *(publication(version=version) for version in (1, 2, 3, 99)))
    assert await _titles(sessions) == []


async def test_a_withdrawal_between_snapshots_of_one_batch_wins(flow: Flow, sessions: SessionMaker) -> None:
    events = [publication(1, version=1), withdrawal(1, version=2), publication(1, version=3), publication(2)]
    await flow.main.receive([wire(event) for event in events])
    async with sessions() as session:
        assert list(await session.scalars(select(tables.report.c.report_id))) == [report_id(2)]


async def test_any_order_of_many_records_in_batches_gives_the_newest(flow: Flow, sessions: SessionMaker) -> None:
    rng = random.Random(1708)  # noqa: S311 - a repeatable shuffle
    events: list[Event] = [publication(n, version=v, title=f"{n}/{v}") for n in range(1, 21) for v in range(1, 6)]
    events += [withdrawal(n, version=4) for n in range(1, 21, 4)]
    events += rng.sample(events, 40)
    rng.shuffle(events)
    records = [wire(event, event_id=uuid4()) for event in events]
    for start in range(0, len(records), 30):
        await flow.main.receive(records[start : start + 30])
    assert await _titles(sessions) == [f"{n}/5" for n in range(1, 21) if n % 4 != 1]
    assert await flow.parked() == 0


async def test_nothing_confidential_can_enter(flow: Flow, sessions: SessionMaker) -> None:
    """The contract has no room for it: neither a contact nor an original text; an anonymous report has no label."""
    await flow.give(publication(anonymous=True, reporter_label=None))
    async with sessions() as session:
        row = (await session.execute(select(tables.report))).one()
    assert row.reporter_label is None
    columns = {column.name for table in tables.metadata.tables.values() for column in table.columns}
    assert not columns & {"phone", "email", "contact", "reporter_ref", "confidential", "account_id"}


async def test_agencies_and_categories_follow_their_newest_state(flow: Flow, sessions: SessionMaker) -> None:
    await flow.give_twice(build(Agency, version=3, name="Baru"))
    await flow.give(build(Agency, version=2, name="Lama"), build(Category, version=2, name="Jalan", name_en="Roads"))
    async with sessions() as session:
        assert await store.agency_names(session, [METRO, "PD-9999"]) == {METRO: "Baru", "PD-9999": "PD-9999"}
        assert list((await store.category_names(session, "en")).values()) == ["Roads"]
    await flow.give(build(AgencyRemoved, version=4), build(CategoryRemoved, version=3), build(Category, version=1))
    async with sessions() as session:
        assert await store.agency_names(session, [METRO]) == {METRO: METRO}
        assert await store.category_names(session, "id") == {}


async def test_polls_are_shown_while_they_are_open(flow: Flow, sessions: SessionMaker) -> None:
    still_open = build(Poll, version=1, closed=False, turnout=None, closes_at=at(27))
    await flow.give_twice(still_open)
    async with sessions() as session:
        assert [poll.poll_id for poll in await store.open_polls(session, now=at(19), limit=3)] == [POLL]
        assert await store.open_polls(session, now=at(28), limit=3) == ()
    await flow.give(build(Poll, version=2), still_open)
    async with sessions() as session:
        assert await store.open_polls(session, now=at(19), limit=3) == ()
    await flow.give(build(PollRemoved, version=3))


async def test_the_calendar_and_the_policies_are_those_heard_last(flow: Flow, sessions: SessionMaker) -> None:
    async with sessions() as session:
        assert (await store.policies(session, settings()))[ClockName.RESPONSE] == 5
        assert (await store.calendar(session)).is_working_day(at(10).date())
    day = {"day": at(10).date(), "name": "Cuti bersama", "joint_leave": True}
    await flow.give_twice(build(CalendarYear, version=2, year=2026, days_off=(day,)))
    await flow.give(build(CalendarYear, version=1, year=2026, days_off=()))
    await flow.give(build(ClockPolicy, version=2, clock="response", working_days=7))
    await flow.give(build(ClockPolicy, version=1, clock="response", working_days=6))
    async with sessions() as session:
        assert (await store.policies(session, settings()))[ClockName.RESPONSE] == 7
        calendar = await store.calendar(session)
    assert not calendar.is_working_day(at(10).date())


async def test_one_record_that_cannot_be_taken_in_leaves_nothing_and_holds_nobody_up(
    flow: Flow, sessions: SessionMaker
) -> None:
    """Two reports with one tracking ID: a fault of ours, which parks the second and no other."""
    events = [publication(1, title="Satu"), publication(2, tracking_id="2611000001"), publication(3, title="Tiga")]
    await flow.main.receive([wire(event) for event in events])
    assert await _titles(sessions) == ["Satu", "Tiga"]
    assert await flow.parked() == 1


async def test_a_withdrawal_waits_for_no_publication_of_its_report(flow: Flow, sessions: SessionMaker) -> None:
    """What is confidential from now on goes at once, whatever else of the report cannot be taken in (rules.md §7)."""
    await flow.give(publication(1, title="Satu"), publication(2, title="Dua"))
    await flow.give(publication(2, tracking_id="2611000001", version=2), withdrawal(2, version=3))
    assert await _titles(sessions) == ["Satu"]
