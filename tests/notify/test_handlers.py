from collections.abc import Callable
from datetime import timedelta
from itertools import permutations
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from services.notify import actions, handlers
from services.notify import tables as t
from services.notify.domain import Stage, State
from shared.clock import FixedClock
from shared.contracts.event import Event
from shared.contracts.notifications import NotificationSent
from shared.contracts.registry import consumed_by
from shared.contracts.vocabulary import AuthorRole, Channel, ClockName, EntryKind, Place
from shared.security import session_routes
from tests.notify.conftest import Notify
from tests.notify.world import CODE, EMAIL, METRO_EVENT, NOW, PHONE, Story


def test_it_subscribes_to_what_the_registry_gives_it() -> None:
    wall = FixedClock(NOW)
    urgent = handlers.urgent_routes(wall)
    urgent.include(session_routes())
    assert handlers.routes(wall).topics == sorted(topic.name for topic in consumed_by("notify", urgent=False))
    assert urgent.topics == sorted(topic.name for topic in consumed_by("notify", urgent=True))


async def test_a_receipt_waits_for_contact_data_and_goes_by_the_reporters_channel(notify: Notify) -> None:
    by_sms, by_web = Story(), Story(Channel.WEB)
    await notify.give(by_sms.submitted(), by_web.submitted())
    await notify.send()
    assert not notify.sms.got
    assert await notify.states() == [State.WAITING, State.WAITING]

    await notify.give(by_web.contact(notify.key), by_sms.contact(notify.key))
    await notify.send()
    assert [parcel.recipient for parcel in notify.sms.got] == [PHONE]
    assert [parcel.recipient for parcel in notify.mail.got] == [EMAIL]
    assert "Kam 5 Nov" in notify.sms.texts[0]
    assert await notify.states() == [State.SENT, State.SENT]


@pytest.mark.parametrize(
    ("channel", "phone", "email", "goes"),
    [(Channel.SMS, None, EMAIL, "mail"), (Channel.WEB, PHONE, None, "sms"), (Channel.WEB, None, None, "")],
)
async def test_where_only_the_other_address_is_known_that_one_is_used(
    notify: Notify, channel: Channel, phone: str | None, email: str | None, goes: str
) -> None:
    story = Story(channel)
    await notify.give(story.submitted(), story.contact(notify.key, phone=phone, email=email))
    await notify.send()
    assert (len(notify.sms.got), len(notify.mail.got)) == (goes == "sms", goes == "mail")
    assert await notify.states() == [State.SENT if goes else State.CANCELLED]


async def test_who_left_no_contact_gets_no_message(notify: Notify) -> None:
    story = Story()
    await notify.give(story.submitted(has_contact=False), story.disposed(), story.closed())
    assert await notify.states() == []


STAGES = [
    (Story.returned, Stage.RETURNED, "Di loket mana, dan kapan?"),
    (Story.rejected, Stage.REJECTED, "BPSK"),
    (Story.held, Stage.HELD, "Pemkot Metro"),
    (Story.closed, Stage.CLOSED, "ditutup"),
    (Story.reminder, Stage.CLOSING, "tautan atau kode di SMS jawaban"),
]


@pytest.mark.parametrize(("tell", "stage", "said"), STAGES, ids=[stage.value for _, stage, _ in STAGES])
async def test_each_stage_is_told_once_even_if_its_event_is_repeated(
    notify: Notify, tell: Callable[[Story], Event], stage: Stage, said: str
) -> None:
    story = Story()
    await notify.known(story)
    await notify.flow.give_twice(tell(story))
    await notify.send()
    (text,) = notify.sms.texts
    assert said in text
    (sent,) = await notify.flow.staged(NotificationSent)
    assert sent.template == f"{stage}.sms.id"


@pytest.mark.parametrize("region", ["73.71", "91.71"])
@pytest.mark.parametrize("channel", [Channel.SMS, Channel.WEB])
async def test_limits_are_days_of_jakarta_wherever_the_report_is_from(
    notify: Notify, region: str, channel: Channel
) -> None:
    story = Story(channel)
    there = story.submitted().model_copy(update={"place": Place(region=region)})
    await notify.give(METRO_EVENT, there, story.contact(notify.key), story.reminder())
    (disposed,) = await notify.give(story.disposed())
    await notify.give(story.credential(notify.key, disposed))
    await notify.send()
    words = notify.sms.texts if channel is Channel.SMS else notify.mail.texts
    assert len(words) == 3
    for text in words:
        assert ("Kam 5 Nov" if channel is Channel.SMS else "Kamis 5 November") in text


@pytest.mark.parametrize("tell", [Story.submitted, Story.disposed, Story.posted], ids=lambda tell: tell.__name__)
async def test_a_repeated_event_makes_one_message(notify: Notify, tell: Callable[[Story], Event]) -> None:
    story = Story()
    await notify.give(story.submitted())
    before = await notify.states()
    await notify.flow.give_twice(tell(story))
    assert len(await notify.states()) == len(before) + 1


async def test_a_disposition_and_an_answer_wait_for_their_codes(notify: Notify) -> None:
    story = Story()
    await notify.known(story)
    disposed, posted = await notify.give(story.disposed(), story.posted())
    await notify.send()
    assert not notify.sms.got
    await notify.give(story.credential(notify.key, disposed), story.credential(notify.key, posted, "AAAA-BBBB"))
    await notify.send()
    first, second = notify.sms.texts
    assert f"/k/{CODE}" in first
    assert "diteruskan ke Pemkot Metro" in first
    assert "/k/AAAA-BBBB" in second


async def test_a_code_may_come_before_the_event_that_it_is_for(notify: Notify) -> None:
    story, event_id = Story(), uuid4()
    await notify.known(story)
    await notify.give(story.credential(notify.key, event_id))
    await notify.flow.give(story.disposed(), event_id=event_id)
    await notify.send()
    assert f"/k/{CODE}" in notify.sms.texts[0]


async def test_where_no_code_is_needed_the_message_goes_without_at_once(notify: Notify) -> None:
    story = Story()
    await notify.known(story)
    (disposed,) = await notify.give(story.disposed())
    await notify.give(story.credential(notify.key, disposed, None))
    await notify.send()
    assert "Cek: https://www.lapor.example/laporan/2611048273" in notify.sms.texts[0]


async def test_a_code_that_is_too_late_is_not_waited_for_and_not_kept(notify: Notify) -> None:
    story = Story()
    await notify.known(story)
    (disposed,) = await notify.give(story.disposed())
    notify.wall.advance(notify.settings.credential_wait + timedelta(seconds=1))
    await notify.send()
    assert "Cek: https://www.lapor.example/laporan/2611048273" in notify.sms.texts[0]
    await notify.give(story.credential(notify.key, disposed))
    async with notify.sessions() as session:
        assert (await session.execute(select(t.credential))).all() == []


@pytest.mark.parametrize(
    "event",
    [
        lambda s: s.disposed(lead=False),
        lambda s: s.disposed(previous=uuid4()),
        lambda s: s.posted(AuthorRole.REPORTER, EntryKind.REPLY),
        lambda s: s.posted(AuthorRole.ADMINISTRATOR, EntryKind.STATEMENT),
        lambda s: s.reminder(ClockName.RESPONSE),
    ],
)
async def test_what_does_not_concern_the_reporter_makes_no_message(
    notify: Notify, event: Callable[[Story], Event]
) -> None:
    story = Story()
    await notify.known(story)
    await notify.give(event(story))
    await notify.send()
    assert not notify.sms.got


async def test_a_question_is_told_as_one(notify: Notify) -> None:
    story = Story()
    await notify.known(story)
    (asked,) = await notify.give(story.posted(kind=EntryKind.QUESTION))
    await notify.give(story.credential(notify.key, asked))
    await notify.send()
    assert "bertanya" in notify.sms.texts[0]


async def test_events_that_come_before_the_report_wait_for_it(notify: Notify) -> None:
    story = Story()
    await notify.give(METRO_EVENT, story.contact(notify.key), story.held())
    assert await notify.flow.parked() == 1
    await notify.give(story.submitted())
    await notify.retry()
    await notify.send()
    assert len(notify.sms.got) == 2


@pytest.mark.parametrize("before", [True, False])
async def test_a_confidential_report_names_no_agency_whenever_it_became_so(notify: Notify, before: bool) -> None:
    story = Story()
    events: list[Event] = [METRO_EVENT, story.submitted(), story.contact(notify.key), story.held()]
    events.insert(0 if before else len(events), story.made_confidential())
    await notify.give(*events)
    await notify.send()
    assert len(notify.sms.texts) == 2
    assert "Metro" not in " ".join(notify.sms.texts)


@pytest.mark.parametrize("before", [True, False])
async def test_after_a_withdrawal_nothing_goes_out(notify: Notify, before: bool) -> None:
    story = Story()
    events: list[Event] = [story.submitted(), story.held()]
    events.insert(0 if before else len(events), story.withdrawn())
    await notify.give(*events, story.contact(notify.key), story.closed())
    await notify.send()
    assert not notify.sms.got
    assert set(await notify.states()) <= {State.CANCELLED}


async def test_an_erased_contact_is_forgotten_and_never_comes_back(notify: Notify) -> None:
    story = Story()
    await notify.give(METRO_EVENT, story.submitted(), story.contact(notify.key), story.held())
    await notify.give(story.erased(), story.contact(notify.key, version=1), story.closed())
    await notify.send()
    assert not notify.sms.got
    assert await notify.states() == [State.CANCELLED, State.CANCELLED]
    async with notify.sessions() as session:
        assert await session.scalar(select(t.contact.c.sealed)) is None


async def test_contact_data_that_never_come_end_the_wait(notify: Notify) -> None:
    await notify.give(Story().submitted())
    notify.wall.advance(notify.settings.contact_wait + timedelta(seconds=1))
    await notify.send()
    assert await notify.states() == [State.CANCELLED]


async def test_an_action_that_fails_leaves_nothing_behind(notify: Notify) -> None:
    story = Story()
    await notify.known(story)
    async with notify.sessions() as session:
        await actions.notify(
            session, story.report_id, Stage.CLOSED, {}, cause=uuid4(), occurred_at=NOW, wall=notify.wall.now()
        )
        await session.rollback()
    assert await notify.states() == [State.SENT]


async def test_in_whatever_order_its_parts_arrive_each_message_goes_out_once_with_its_code(notify: Notify) -> None:
    await notify.give(METRO_EVENT)
    orders = list(permutations(("submitted", "contact", "disposed", "credential")))
    for number, order in enumerate(orders):
        story, disposed = Story(tracking_id=f"26110000{number:02}"), uuid4()
        parts: dict[str, tuple[Event, UUID]] = {
            "submitted": (story.submitted(), uuid4()),
            "contact": (story.contact(notify.key), uuid4()),
            "disposed": (story.disposed(), disposed),
            "credential": (story.credential(notify.key, disposed), uuid4()),
        }
        for name in order:
            event, event_id = parts[name]
            await notify.flow.give(event, event_id=event_id)
    await notify.retry()
    await notify.send()
    assert len([words for words in notify.sms.texts if f"/k/{CODE}" in words]) == len(orders)
    assert len(notify.sms.texts) == 2 * len(orders)
