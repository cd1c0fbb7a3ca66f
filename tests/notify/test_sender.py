import asyncio
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import text

from services.notify import actions
from services.notify.channels import Parcel
from services.notify.channels.sink import Sink
from services.notify.domain import Outcome, State
from services.notify.sender import Sender
from shared.contracts.keys import NotifySealingKey
from shared.contracts.notifications import MessageChannel, NotificationFailed, NotificationSent
from shared.contracts.vocabulary import Channel
from shared.sealing import OpeningKey, new_private_key
from tests.notify.conftest import Notify, Phone
from tests.notify.world import Story


async def due(notify: Notify, channel: Channel = Channel.SMS) -> Story:
    """A message that is ready, nothing sent yet."""
    story = Story(channel)
    await notify.known(story)
    await notify.give(story.closed())
    return story


async def later(notify: Notify, seconds: float = 3600) -> None:
    notify.wall.advance(timedelta(seconds=seconds))
    await notify.send()


async def test_it_tells_the_others_what_was_sent_without_address_or_text(notify: Notify) -> None:
    story = await due(notify)
    await notify.send()
    (sent,) = await notify.flow.staged()
    assert isinstance(sent, NotificationSent)
    assert (sent.report_id, sent.channel, sent.template) == (story.report_id, MessageChannel.SMS, "closed.sms.id")


async def test_a_busy_route_is_tried_again_with_growing_pauses_until_it_takes_it(notify: Notify) -> None:
    await due(notify)
    notify.sms.outcomes = [Outcome.BUSY, Outcome.BUSY]
    await notify.send()
    assert await notify.states() == [State.SENT, State.READY]
    await later(notify, 4)
    assert len(notify.sms.outcomes) == 1
    await later(notify, 2)
    assert not notify.sms.outcomes
    await later(notify, 9)
    assert not notify.sms.got
    await later(notify, 2)
    assert len(notify.sms.got) == 1


async def test_a_route_that_stays_busy_is_given_up(notify: Notify) -> None:
    await due(notify)
    notify.sms.outcomes = [Outcome.BUSY] * notify.settings.attempts
    for _ in range(notify.settings.attempts):
        await later(notify)
    (failed,) = await notify.flow.staged()
    assert isinstance(failed, NotificationFailed)
    assert failed.reason == "unreachable"
    assert await notify.states() == [State.SENT, State.FAILED]


async def test_a_final_refusal_is_not_tried_again(notify: Notify) -> None:
    await due(notify)
    notify.sms.outcomes = [Outcome.REFUSED]
    await later(notify)
    await later(notify)
    assert not notify.sms.got
    (failed,) = await notify.flow.staged()
    assert failed.reason == "refused"


async def test_after_an_ambiguous_attempt_it_is_sent_once_more_marked_and_never_again(notify: Notify) -> None:
    await due(notify)
    notify.sms.outcomes = [Outcome.UNKNOWN, Outcome.UNKNOWN]
    for _ in range(5):
        await later(notify)
    assert len(notify.sms.got) == 2
    assert len({parcel.message_id for parcel in notify.sms.got}) == 1
    (failed,) = await notify.flow.staged()
    assert failed.reason == "unknown"
    async with notify.sessions() as session:
        assert await session.scalar(text("select resent from message where state = 'failed'"))


class Killed(BaseException):
    """The process is no more."""


class Deadly(Phone):
    """Takes the message and kills the sender before it can write that down."""

    async def send(self, parcel: Parcel) -> Outcome:
        await super().send(parcel)
        raise Killed


async def test_a_process_that_dies_between_sending_and_recording_makes_one_repetition_at_most(notify: Notify) -> None:
    await due(notify)
    notify.sms = Deadly()
    for _ in range(8):
        with suppress(Killed):
            await later(notify)
    assert len(notify.sms.got) == 2
    (failed,) = await notify.flow.staged()
    assert failed.reason == "unknown"


async def test_a_sender_that_was_given_up_does_not_record_over_its_successor(notify: Notify) -> None:
    await due(notify)
    async with notify.sessions.begin() as session:
        (slow,) = await actions.claim(session, limit=10, wall=notify.wall.now())
    await later(notify, 61)
    await later(notify)
    assert len(notify.sms.got) == 1
    await notify.flow.clear()
    await notify.sender._deliver(slow)
    assert await notify.flow.staged() == []
    assert (await notify.states())[-1] is State.SENT


async def test_two_senders_share_the_work(notify: Notify) -> None:
    stories = [Story() for _ in range(30)]
    for story in stories:
        await notify.give(story.submitted(), story.contact(notify.key))
    senders = [notify.sender, notify.sender]
    while any(await asyncio.gather(*(sender.round() for sender in senders))):
        pass
    assert len(notify.sms.got) == len({parcel.message_id for parcel in notify.sms.got}) == 30


async def test_a_contact_sealed_for_another_key_fails_and_holds_up_nobody(
    notify: Notify, caplog: pytest.LogCaptureFixture
) -> None:
    stranger, other = Story(), Story()
    await notify.give(stranger.submitted(), stranger.contact(OpeningKey(new_private_key())))
    await notify.give(other.submitted(), other.contact(notify.key))
    await notify.send()
    assert await notify.states() == [State.FAILED, State.SENT]
    assert "cannot be opened" in caplog.text


async def test_the_sink_keeps_a_repeated_message_once(notify: Notify) -> None:
    await due(notify)
    sink = Sink(notify.sessions, notify.wall)
    routes = {MessageChannel.SMS: sink}
    sender = Sender(
        notify.sessions, notify.settings, clock=notify.clock, wall=notify.wall, key=notify.key, routes=routes
    )
    async with notify.sessions.begin() as session:
        (claimed,) = await actions.claim(session, limit=1, wall=notify.wall.now())
    await sender._attempt(claimed)
    await sender._attempt(claimed)
    async with notify.sessions() as session:
        assert await session.scalar(text("select count(*) from sms_sink")) == 1


async def test_the_public_key_is_published_once(notify: Notify) -> None:
    for _ in range(2):
        async with notify.sessions.begin() as session:
            await actions.publish_key(session, notify.key.public, now=notify.clock.now(), wall=notify.wall.now())
    (key,) = await notify.flow.staged(NotifySealingKey)
    assert (key.key_id, key.version, key.public_key) == (notify.key.public.key_id, 1, notify.key.public.public_key)


async def test_without_a_route_for_an_address_the_message_is_cancelled(notify: Notify) -> None:
    await due(notify)
    sender = Sender(notify.sessions, notify.settings, clock=notify.clock, wall=notify.wall, key=notify.key, routes={})
    await sender.round()
    assert (await notify.states())[-1] is State.CANCELLED
