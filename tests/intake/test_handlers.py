"""What other services say: remembered once, in whatever order it comes."""

import random
from collections.abc import Callable
from datetime import date, timedelta
from itertools import permutations
from uuid import UUID

from services.intake import actions, handlers, projections, store, tables
from services.intake.progress import Progress
from shared.contracts.agencies import AgencyRemoved
from shared.contracts.categories import CategoryRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.event import Event
from shared.contracts.keys import IdentitySealingKey
from shared.contracts.registry import consumed_by
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sealed import ContactDetails, ContactReceived
from shared.contracts.vocabulary import ClockName, EntryKind, Status
from shared.contracts.working_calendar import CalendarYear, DayOff
from shared.sealing import OpeningKey, new_private_key
from shared.security import session_routes
from tests.intake.builders import Others
from tests.intake.conftest import NOW, Intake
from tests.intake.test_web_form import METRO, ROADS

STRANGER = UUID(int=1872)


async def submitted(intake: Intake, **changes: str) -> ReportSubmitted:
    await intake.report(**changes)
    found: ReportSubmitted = (await intake.staged(ReportSubmitted))[-1]
    return found


async def standing(intake: Intake, report: ReportSubmitted) -> Progress:
    async with intake.sessions() as session:
        found = await store.by_id(session, report.report_id)
        assert found is not None
        return await actions.progress_of(session, found)


def test_intake_reads_exactly_what_the_registry_says() -> None:
    urgent = handlers.urgent_routes()
    urgent.include(session_routes())
    assert handlers.routes().topics == sorted(topic.name for topic in consumed_by("intake", urgent=False))
    assert urgent.topics == sorted(topic.name for topic in consumed_by("intake", urgent=True))


async def test_a_report_s_whole_life_is_the_same_in_any_order(intake: Intake) -> None:
    shuffle = random.Random(1708)  # noqa: S311 - an order, no secret
    expected = None
    for turn in range(4):
        report = await submitted(intake)
        events = Others(report).whole_life()
        if turn:
            shuffle.shuffle(events)
        await intake.flow.give(*events)
        now = await standing(intake, report)
        seen = (now.status, now.stage, len(now.disposed), bool(now.answered), bool(now.followed_up), bool(now.closed))
        expected = expected or seen
        assert seen == expected
    assert expected == (Status.CLOSED, 5, 1, True, True, True)
    assert await intake.flow.parked() == 0


async def test_every_event_given_twice_is_remembered_once(intake: Intake) -> None:
    report = await submitted(intake)
    others = Others(report)
    events = [
        *others.whole_life(),
        others.returned(),
        others.rejected(),
        others.held(),
        others.released(),
        others.clock_paused(ClockName.VERIFICATION),
        others.clock_missed(ClockName.RESPONSE),
        others.not_notified(),
    ]
    for event in events:
        await intake.flow.give_twice(event)
    assert await intake.count("milestone") == len(events)


async def test_what_is_said_of_an_unknown_report_harms_nothing(intake: Intake) -> None:
    report = await submitted(intake)
    stranger = Others(report.model_copy(update={"report_id": STRANGER, "reporter_ref": STRANGER}))
    await intake.flow.give(*stranger.whole_life(), stranger.flags(anonymous=True), stranger.contact_stored())

    assert (await standing(intake, report)).status is Status.RECEIVED
    assert await intake.flow.parked() == 0


async def test_the_sealed_contact_goes_when_identity_has_it(intake: Intake) -> None:
    report = await submitted(intake, email="ratna@contoh.id")
    assert await intake.count("sealed_contact") == 1
    await intake.flow.give_twice(Others(report).contact_stored())
    assert await intake.count("sealed_contact") == 0


async def test_an_administrator_s_flags_merge_as_a_union_in_any_order(intake: Intake) -> None:
    for order in permutations([{"anonymous": True}, {"confidential": True}, {}]):
        report = await submitted(intake, name="Ratna")
        for flags in order:
            await intake.flow.give_twice(Others(report).flags(**flags))
        async with intake.sessions() as session:
            found = await store.by_id(session, report.report_id)
        assert found is not None
        assert (found.anonymous, found.confidential, found.reporter_label) == (True, True, None)
    assert {row.reporter_label for row in await intake.rows("select reporter_label from report")} == {None}


async def test_flags_that_come_before_the_report_hold(intake: Intake) -> None:
    report = await submitted(intake, name="Ratna")
    async with intake.sessions.begin() as session:
        kept = await store.by_id(session, report.report_id)
        await session.execute(tables.report.delete())
    assert kept is not None
    await intake.flow.give(Others(report).flags(anonymous=True, confidential=True))
    async with intake.sessions.begin() as session:
        await store.add_report(session, kept, attempt=b"a", fingerprint=b"f", token_hash=b"t")
        found = await store.by_id(session, report.report_id)
    assert found is not None
    assert (found.anonymous, found.confidential, found.reporter_label) == (True, True, None)


async def test_an_older_state_never_replaces_a_newer_one(intake: Intake) -> None:
    newer = METRO.model_copy(update={"version": 3, "name": "Pemerintah Kota Metro (baru)", "keywords": ("METRO BARU",)})
    await intake.flow.give_twice(newer)
    await intake.flow.give(METRO, ROADS)
    async with intake.sessions() as session:
        (agency,) = await projections.agencies(session)
        known = await projections.keywords(session, ["KOTA METRO", "METRO BARU"])
    assert agency.name == "Pemerintah Kota Metro (baru)"
    assert dict(known) == {"METRO BARU": ("PD-1872", "18.72")}


async def test_what_was_removed_stays_removed(intake: Intake) -> None:
    gone = AgencyRemoved(occurred_at=NOW, version=2, record_key="PD-1872")
    dropped = CategoryRemoved(occurred_at=NOW, version=2, record_key="jalan")
    await intake.flow.give(METRO, ROADS, gone, dropped, METRO, ROADS)
    async with intake.sessions() as session:
        assert await projections.agencies(session) == []
        assert await projections.categories(session) == []
        assert await projections.keywords(session, ["KOTA METRO"]) == {}


async def test_the_day_promised_follows_calendar_and_policy_as_heard(intake: Intake) -> None:
    assert (await submitted(intake)).verify_by.date() == date(2026, 11, 5)
    off = DayOff(day=date(2026, 11, 4), name="Cuti bersama (rekaan)", joint_leave=True)
    await intake.flow.give(CalendarYear(occurred_at=NOW, version=1, year=2026, days_off=(off,)))
    assert (await submitted(intake)).verify_by.date() == date(2026, 11, 6)
    policy = ClockPolicy(occurred_at=NOW, version=1, clock=ClockName.VERIFICATION, working_days=1)
    await intake.flow.give_twice(policy)
    assert (await submitted(intake)).verify_by.date() == date(2026, 11, 3)


async def test_contacts_are_sealed_with_the_newest_key_heard(intake: Intake) -> None:
    old, new = OpeningKey(new_private_key()), OpeningKey(new_private_key())
    told = [
        IdentitySealingKey(
            occurred_at=NOW + timedelta(days=age),
            version=1,
            key_id=key.public.key_id,
            public_key=key.public.public_key,
        )
        for age, key in enumerate((old, new))
    ]
    await intake.flow.give(told[1], told[0])
    await submitted(intake, email="ratna@contoh.id")
    (contact,) = await intake.staged(ContactReceived)
    assert contact.key_id == new.public.key_id
    assert ContactDetails.model_validate_json(new.open(contact.sealed)).email == "ratna@contoh.id"


async def test_the_stages_follow_what_is_said(intake: Intake) -> None:
    cases: list[tuple[Callable[[Others], list[Event]], Status]] = [
        (lambda _: [], Status.RECEIVED),
        (lambda o: [o.verified()], Status.VERIFIED),
        (lambda o: [o.returned()], Status.NEEDS_COMPLETION),
        (lambda o: [o.rejected()], Status.REJECTED),
        (lambda o: [o.held()], Status.PENDING),
        (lambda o: [o.released(), o.held()], Status.RECEIVED),
        (lambda o: [o.disposed()], Status.DISPOSED),
        (lambda o: [o.posted(EntryKind.INITIAL), o.disposed()], Status.DISPOSED),
        (lambda o: [o.posted(EntryKind.PROGRESS), o.verified()], Status.IN_FOLLOW_UP),
        (lambda o: [o.closed(9, 2), o.posted(EntryKind.PROGRESS, 3, 1)], Status.CLOSED),
        (lambda o: [o.closed(9, 2), o.posted(EntryKind.PROGRESS, 10, 3)], Status.IN_FOLLOW_UP),
    ]
    for events, expected in cases:
        report = await submitted(intake)
        await intake.flow.give(*events(Others(report)))
        assert (await standing(intake, report)).status is expected


async def test_clocks_move_what_is_promised(intake: Intake) -> None:
    report = await submitted(intake)
    others = Others(report)
    await intake.flow.give(others.clock_set(ClockName.VERIFICATION, 0.1, 50))
    assert (await standing(intake, report)).verify_by == others.at(50)
    await intake.flow.give(others.clock_paused(ClockName.VERIFICATION, 1))
    assert (await standing(intake, report)).verify_by is None
    await intake.flow.give(others.clock_set(ClockName.VERIFICATION, 2, 80))
    await intake.flow.give(others.clock_missed(ClockName.VERIFICATION, 81))
    assert (await standing(intake, report)).late
    await intake.flow.give(others.disposed(82))
    assert not (await standing(intake, report)).late
