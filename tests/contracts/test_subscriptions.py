"""Every service subscribes to exactly what the registry says, and takes every published example, twice."""

import pytest

from shared.contracts.registry import EVENTS, SERVICES, TOPICS, consumed_by
from tests.builders.events import build
from tests.support.flow import wire
from tests.support.services import flow_of, routes_of

PAIRS = [
    (service, name)
    for service in SERVICES
    for name, model in EVENTS.items()
    if service in TOPICS[model.topic].consumers
]


@pytest.mark.parametrize("service", SERVICES)
def test_subscriptions_are_those_of_the_registry(service: str) -> None:
    main, urgent = routes_of(service)
    assert set(main.topics) == {topic.name for topic in consumed_by(service, urgent=False)}
    assert set(urgent.topics) == {topic.name for topic in consumed_by(service, urgent=True)}


@pytest.mark.parametrize("service", SERVICES)
async def test_every_example_through_every_consumer_twice_settles(service: str, sessions_of) -> None:  # type: ignore[no-untyped-def]
    """Nothing raises out of the receiver; a repeated event adds nothing, parked or not."""
    flow = flow_of(service, sessions_of(service))
    names = [name for s, name in PAIRS if s == service]
    for name in names:
        event = build(EVENTS[name])
        record = wire(event)
        receiver = flow.urgent if TOPICS[event.topic].urgent else flow.main
        await receiver.receive([record])
        staged, parked = len(await flow.outbox()), await flow.parked()
        await receiver.receive([record])
        assert (len(await flow.outbox()), await flow.parked()) == (staged, parked), name
    assert not [row for row in await flow.outbox() if row.topic.endswith(".dead-letters")]
