"""A service that would lose, skip or reorder events does not start."""

from typing import Any

import pytest
from faststream import AckPolicy
from faststream.kafka import KafkaBroker

from shared.messaging.kafka import Broker, attach, check
from tests.messaging import model
from tests.messaging.world import World


def test_a_plain_broker_is_refused_with_every_fault_named() -> None:
    broker = KafkaBroker("nowhere:9092")
    broker.subscriber("t")
    with pytest.raises(ValueError, match="allow_auto_create_topics") as refused:
        check(broker)
    for fault in ("publishes", "ack_policy", "batch", "group_id", "latest"):
        assert fault in str(refused.value)


@pytest.mark.parametrize(
    ("option", "value"),
    [("ack_policy", AckPolicy.ACK_FIRST), ("auto_offset_reset", "latest"), ("group_id", None)],
)
async def test_an_unsafe_option_keeps_the_consumer_from_starting(world: World, option: str, value: Any) -> None:
    broker = Broker(world.kafka, logger=None)
    attach(world.receiver(model.routes(world.kinds)), broker, **{option: value})
    with pytest.raises(ValueError, match=option):
        await broker.start()


async def test_state_topics_are_read_committed(world: World) -> None:
    broker = Broker(world.kafka, logger=None)
    attach(world.receiver(model.page_routes(world.kinds)), broker, isolation_level="read_uncommitted")
    with pytest.raises(ValueError, match="isolation_level"):
        await broker.start()


async def test_members_are_static_when_they_are_given_a_name(world: World) -> None:
    submitted = world.kinds.submitted
    for n in range(2):
        await world.send(model.make(submitted, "a", n))
        receiver = world.receiver(model.routes(world.kinds))
        async with world.consuming(receiver, group_instance_id=f"{world.name}-0"):
            await world.until("select count(*) from effect", n + 1)
    assert world.effects() == {"a": [0, 1]}
