"""Topics are created as the contract says, and a broker that holds something else is refused."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

import pytest

from shared.messaging import topics
from tests.messaging.world import administrator, new_name


@dataclass(frozen=True)
class Topic:
    name: str
    compacted: bool = False
    days: int = 30
    partitions: int = 3


@pytest.fixture
def contract(kafka_servers: str) -> Iterator[list[Topic]]:
    name = new_name()
    made = [
        Topic(f"{name}-facts"),
        Topic(f"{name}-brief", days=1),
        Topic(f"{name}-state", compacted=True, partitions=24),
        Topic(f"{name}.dead-letters", partitions=1),
    ]
    yield made
    for future in administrator(kafka_servers).delete_topics([topic.name for topic in made]).values():
        future.result(10)


def test_topics_are_created_once_with_leaders_and_settings(kafka_servers: str, contract: list[Topic]) -> None:
    assert len(topics.differences(kafka_servers, contract, at_most=4)) == 4
    assert topics.create(kafka_servers, [*contract, contract[0]], at_most=4) == [topic.name for topic in contract]
    assert topics.create(kafka_servers, contract, at_most=4) == []
    assert topics.differences(kafka_servers, contract, at_most=4) == []
    known = administrator(kafka_servers).list_topics(timeout=10).topics
    assert [len(known[topic.name].partitions) for topic in contract] == [3, 3, 4, 1]
    with pytest.raises(topics.TopicsDifferError, match="4 partitions, not 2"):
        topics.create(kafka_servers, contract, at_most=2)
    with pytest.raises(topics.TopicsDifferError, match=r"retention\.ms=2592000000, not 604800000"):
        topics.create(kafka_servers, [replace(contract[0], days=7)])
    with pytest.raises(topics.TopicsDifferError, match=r"cleanup\.policy=delete, not compact"):
        topics.create(kafka_servers, [replace(contract[0], compacted=True)])
    assert topics.differences(kafka_servers, contract, at_most=4) == []


def test_what_is_withdrawn_or_expired_is_gone_within_a_day() -> None:
    state = topics.wanted(Topic("s", compacted=True)).config
    assert int(state["max.compaction.lag.ms"]) <= topics.DAY
    assert int(state["segment.ms"]) <= topics.DAY
    assert int(state["delete.retention.ms"]) >= 30 * topics.DAY
    brief = topics.wanted(Topic("b", days=1)).config
    assert int(brief["retention.ms"]) == topics.DAY
    assert int(brief["segment.ms"]) <= topics.DAY // 10 * 2
