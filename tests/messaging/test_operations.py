"""Operators look at parked events and dead letters masked, try again and give up; each step is audited."""

from datetime import UTC, datetime
from typing import ClassVar

import pytest

from shared.contracts.event import Event
from shared.messaging import operations
from shared.messaging.operations import MASK, NotParkedError, mask
from tests.messaging import model
from tests.messaging.model import make
from tests.messaging.world import World


class Recorded(Event):
    type: ClassVar[str] = "audit-recorded.v1"
    topic: ClassVar[str] = "audit"
    action: str
    subject: str
    reason: str | None

    @property
    def key(self) -> str:
        return "operator"


def audit(action: str, subject: str, reason: str | None) -> Event:
    return Recorded(action=action, subject=subject, reason=reason, occurred_at=datetime.now(UTC))


def audited(world: World) -> list[str]:
    return [
        row[0]
        for row in world.sql(
            "select convert_from(body, 'utf8')::json->>'action' from outbox where topic = 'audit' order by position"
        )
    ]


async def test_a_parked_lane_is_listed_shown_masked_and_retried(world: World) -> None:
    submitted, poison = world.kinds.submitted, {("p", 0)}
    async with world.consuming(world.receiver(model.routes(world.kinds, poison=poison))):
        await world.send(*[make(submitted, "p", n) for n in range(3)])
        await world.until("select count(*) from parked", 3)
        async with world.sessions.begin() as session:
            (lane,) = await operations.list_parked(session, world.name)
            assert (lane.topic, lane.lane, lane.events, lane.reason) == (submitted.topic, "p", 3, "RuntimeError")
            first, *_ = await operations.show_parked(session, world.name, lane.topic, lane.lane, audit=audit)
        assert first.type == "report-submitted.v1"
        assert first.body["seq"] == 0
        assert first.headers["ce_subject"] == MASK
        poison.clear()
        world.sql("update parked_lane set next_attempt_at = now() + interval '1 hour'")
        async with world.sessions.begin() as session:
            await operations.retry_parked_lane(session, world.name, lane.topic, lane.lane, audit=audit)
        await world.until("select count(*) from effect", 3)
    assert world.effects() == {"p": [0, 1, 2]}
    assert audited(world) == ["parked-lane-viewed", "parked-lane-retried"]


async def test_a_discarded_event_lets_its_followers_go_on(world: World) -> None:
    submitted = world.kinds.submitted
    async with world.consuming(world.receiver(model.routes(world.kinds, poison={("p", 0)}))):
        await world.send(*[make(submitted, "p", n) for n in range(3)])
        await world.until("select count(*) from parked", 3)
        ((position,),) = world.sql("select min(position) from parked")
        async with world.sessions.begin() as session:
            await operations.discard_parked(session, world.name, position, reason="rusak", audit=audit)
        await world.until("select count(*) from effect", 2)
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"p": [1, 2]}
    assert audited(world) == ["parked-event-discarded"]


async def test_what_is_not_there_is_said(world: World) -> None:
    async with world.sessions.begin() as session:
        with pytest.raises(NotParkedError):
            await operations.show_parked(session, world.name, "t", "l", audit=audit)
        with pytest.raises(NotParkedError):
            await operations.retry_parked_lane(session, world.name, "t", "l", audit=audit)
        with pytest.raises(NotParkedError):
            await operations.discard_parked(session, world.name, 1, reason="", audit=audit)
        with pytest.raises(NotParkedError):
            await operations.replay_dead_letter(session, world.kafka, world.name, 0, 7, audit=audit)


async def test_a_dead_letter_is_replayed_as_it_came_to_its_own_consumer_only_and_once(world: World) -> None:
    submitted = world.kinds.submitted
    event = make(submitted, "a", 5)
    wire = model.wire(event)
    newer = [(name, b"report-submitted.v2" if name == "ce_type" else value) for name, value in wire["headers"]]
    with world.relaying():
        receiver = world.receiver(model.routes(world.kinds))
        receiver.routes.types[b"report-submitted.v2"] = world.kinds.page  # a release that cannot read it yet
        async with world.consuming(receiver):
            await world.send(topic=submitted.topic, **{**wire, "headers": newer})
            await world.until("select count(*) from journey where type = 'dead-letter.v1'", 1)
        (letter,) = await operations.list_dead_letters(world.kafka, world.name)
        assert (letter.origin_topic, letter.consumer) == (submitted.topic, world.name)
        assert letter.headers["ce_type"] == "report-submitted.v2"
        fixed = world.receiver(model.routes(world.kinds))
        fixed.routes.types[b"report-submitted.v2"] = submitted
        async with world.consuming(fixed):
            for _ in range(2):
                async with world.sessions.begin() as session:
                    await operations.replay_dead_letter(
                        session, world.kafka, world.name, letter.partition, letter.offset, audit=audit
                    )
            await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"a": [5]}
    assert len(await world.published(submitted.topic)) == 1


def test_a_mask_leaves_ids_codes_and_times_and_no_words() -> None:
    shown = mask(
        {
            "report_id": "0190f1d2-0000-7000-8000-000000000001",
            "received_at": "2026-01-05T08:00:00+07:00",
            "kind": "complaint",
            "agency": "kota-metro",
            "name": "siti",
            "text": "Pohon tumbang di depan rumah saya",
            "phone": "+628123456789",
            "status": "dua kata",
            "places": [{"words": "Jalan Pala", "lat": -5.1}],
            "count": 3,
            "flag": True,
            "none": None,
        }
    )
    assert shown == {
        "report_id": "0190f1d2-0000-7000-8000-000000000001",
        "received_at": "2026-01-05T08:00:00+07:00",
        "kind": "complaint",
        "agency": "kota-metro",
        "name": MASK,
        "text": MASK,
        "phone": MASK,
        "status": MASK,
        "places": [{"words": MASK, "lat": -5.1}],
        "count": 3,
        "flag": True,
        "none": None,
    }
