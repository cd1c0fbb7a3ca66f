"""Each event takes effect once, in order per key, whatever Kafka and the handlers do."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from shared.messaging import Delivery, Meta, Routes
from shared.messaging.receiver import Health
from tests.messaging import model
from tests.messaging.model import ReportEvent, make
from tests.messaging.world import World


async def test_an_event_delivered_twice_takes_effect_once(world: World) -> None:
    submitted = world.kinds.submitted
    wire = model.wire(make(submitted, "a"))
    for _ in range(3):
        await world.send(topic=submitted.topic, **wire)
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        await world.until("select count(*) from effect", 1)
    await world.send(topic=submitted.topic, **wire)
    await world.send(make(submitted, "b"))
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        await world.until("select count(*) from effect", 2)
    assert world.effects() == {"a": [0], "b": [0]}


async def test_the_same_id_from_two_sources_is_two_events(world: World) -> None:
    submitted, event_id = world.kinds.submitted, uuid4()
    await world.send(topic=submitted.topic, **model.wire(make(submitted, "a", 1), event_id, "/one"))
    await world.send(topic=submitted.topic, **model.wire(make(submitted, "a", 2), event_id, "/two"))
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        await world.until("select count(*) from effect", 2)
    assert world.effects() == {"a": [1, 2]}


async def test_an_event_before_its_cause_waits_and_resolves_by_itself(world: World) -> None:
    kinds = world.kinds
    async with world.consuming(world.receiver(model.routes(kinds))):
        await world.send(*[make(kinds.verified, "a", n) for n in (1, 2, 3)])
        await world.until("select count(*) from parked", 3)
        assert world.sql("select reason from parked_lane") == [("NotYet",)]
        await world.send(make(kinds.submitted, "a", 0))
        await world.until("select count(*) from effect", 4)
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"a": [0, 1, 2, 3]}


async def test_a_poisoned_key_parks_with_its_followers_and_others_go_on(world: World) -> None:
    submitted, poison = world.kinds.submitted, {("p", 1)}
    await world.send(*[make(submitted, key, n) for n in range(50) for key in ("a", "p", "b")])
    async with world.consuming(world.receiver(model.routes(world.kinds, poison=poison))):
        await world.until("select count(*) from effect", 101)
        await world.until("select count(*) from parked", 49)
        assert world.sql("select topic, lane, reason from parked_lane") == [(submitted.topic, "p", "RuntimeError")]
        poison.clear()
        world.sql("update parked_lane set next_attempt_at = now()")
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {key: list(range(50)) for key in ("a", "p", "b")}
    assert world.sql("select count(*) from parked") == [(0,)]


async def test_undecodable_bytes_go_to_the_dead_letters_and_unknown_types_nowhere(world: World) -> None:
    submitted = world.kinds.submitted
    good = model.wire(make(submitted, "a"))
    headers = dict(good["headers"])
    await world.send(topic=submitted.topic, key=b"a", value=b"{not json", headers=good["headers"])
    await world.send(topic=submitted.topic, key=b"\xff\0", value=b"\xfe\x00", headers=[("ce_type", b"\xff\xfe")])
    await world.send(topic=submitted.topic, key=b"\xff\0", value=b"{}", headers=[("note", b"\xff\x00")])
    await world.send(topic=submitted.topic, key=b"n\0l", value=good["value"], headers=good["headers"])
    unknown = {**headers, "ce_type": b"report-praised.v9"}
    await world.send(topic=submitted.topic, key=b"a", value=b"{}", headers=list(unknown.items()))
    await world.send(topic=submitted.topic, key=b"a", value=None, headers=good["headers"])
    await world.send(make(submitted, "a", 7))
    with world.relaying():
        async with world.consuming(world.receiver(model.routes(world.kinds))):
            await world.until("select count(*) from effect", 1)
        assert await world.drained()
    letters = await world.published(f"{world.name}.dead-letters")
    assert sorted(letter.value for letter in letters) == [b"", good["value"], b"{not json", b"{}"][:1] + sorted(
        [good["value"], b"{not json", b"{}"]
    )
    found = {letter.value: dict(letter.headers) for letter in letters}
    assert found[b"{not json"]["origin-topic"] == submitted.topic.encode()
    assert found[b"{not json"]["origin.ce_type"] == b"report-submitted.v1"
    assert found[b"{}"]["origin-key"] == b"\xff\0"
    assert found[b"{}"]["origin.note"] == b"\xff\x00"
    assert found[b""]["origin-null"] == b"true"
    assert "Error" not in str(found)
    assert world.sql("select count(*) from journey where type = 'dead-letter.v1'") == [(4,)]


async def test_a_handler_that_always_fails_stops_the_consumer_and_recovers(world: World) -> None:
    submitted, broken = world.kinds.submitted, [True]
    await world.send(*[make(submitted, f"k{n}", n) for n in range(300)])
    async with world.consuming(world.receiver(model.routes(world.kinds, broken=lambda: broken[0]))) as receiver:
        for _ in range(100):
            await asyncio.sleep(0.05)
            if receiver.health is Health.BREAKER_OPEN:
                break
        await asyncio.sleep(0.3)
        assert receiver.health == "breaker-open"
        assert world.sql("select count(*) from parked")[0][0] <= 20
        broken[0] = False
        await world.until("select count(*) from effect", 300)
        await world.until("select count(*) from parked_lane", 0)
        assert receiver.health == "ok"


async def test_events_before_their_cause_never_open_the_breaker(world: World) -> None:
    kinds = world.kinds
    await world.send(*[make(kinds.verified, f"k{n}", n) for n in range(100)])
    async with world.consuming(world.receiver(model.routes(kinds))) as receiver:
        await world.until("select count(*) from parked", 100)
        assert receiver.health is Health.OK
        await world.send(*[make(kinds.submitted, f"k{n}", -1) for n in range(100)])
        await world.until("select count(*) from effect", 200)
        await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {f"k{n}": [-1, n] for n in range(100)}


async def test_bulk_and_single_handlers_keep_the_order_of_a_key(world: World) -> None:
    submitted, verified = world.kinds.submitted, world.kinds.verified
    verified.topic = submitted.topic
    routes, calls = Routes(), []

    @routes.on_many(submitted)
    async def many(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        calls.append(len(deliveries))
        for delivery in deliveries:
            await model.record(session, delivery.event)

    @routes.on(verified)
    async def one(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        await model.record(session, event)

    await world.send(*[make(verified if n % 3 == 2 else submitted, f"k{n % 5}", n) for n in range(300)])
    async with world.consuming(world.receiver(routes)):
        await world.until("select count(*) from effect", 300)
    assert world.effects() == {f"k{k}": list(range(k, 300, 5)) for k in range(5)}
    assert max(calls) > 1


async def test_a_handler_learns_where_its_event_came_from(world: World) -> None:
    submitted, event_id, seen = world.kinds.submitted, uuid4(), []
    routes = Routes()

    @routes.on(submitted)
    async def on_submitted(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        seen.append(meta)

    event = make(submitted, "kunci é", 1)
    wire = model.wire(event, event_id, "/intake")
    made_in = b"00-" + b"a" * 32 + b"-" + b"b" * 16 + b"-01"
    await world.send(topic=submitted.topic, **{**wire, "headers": [*wire["headers"], ("traceparent", made_in)]})
    async with world.consuming(world.receiver(routes)):
        await world.until("select count(*) from inbox", 1)
    (meta,) = seen
    assert meta == Meta(event_id, "/intake", event.occurred_at, submitted.topic, "kunci é", "a" * 32)
    row = world.sql("select event_id, source, consumer, topic, key, type, trace_id::text from inbox")
    trace = "-".join(["a" * 8, "a" * 4, "a" * 4, "a" * 4, "a" * 12])
    assert row == [(event_id, "/intake", world.name, submitted.topic, "kunci é", "report-submitted.v1", trace)]


async def test_an_id_that_is_no_uuid_still_counts_once(world: World) -> None:
    submitted = world.kinds.submitted
    wire = model.wire(make(submitted, "a"))
    headers = [(name, b"tiket-17/2026" if name == "ce_id" else value) for name, value in wire["headers"]]
    for _ in range(2):
        await world.send(topic=submitted.topic, **{**wire, "headers": headers})
    await world.send(make(submitted, "b"))
    async with world.consuming(world.receiver(model.routes(world.kinds))):
        await world.until("select count(*) from inbox", 2)
    assert world.effects() == {"a": [0], "b": [0]}
