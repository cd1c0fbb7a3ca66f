"""Topic administration: creates what the contract lists, and refuses a broker that holds something else.

Growing a topic re-maps keys and shrinking one is impossible; a different clean-up policy loses records or keeps them for
ever. So a topic that differs is never altered in passing: it is named, and an operator decides.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import (  # type: ignore[attr-defined]  # public, missing in __all__
    AdminClient,
    ConfigResource,
    NewTopic,
    ResourceType,
)

DAY = 86_400_000
"""Milliseconds."""
HOUR = 3_600_000
DEAD_LETTERS = ".dead-letters"
LARGEST_LETTER = 2_000_000
"""Bytes: a record that filled its own topic still fits beside where it came from."""


class TopicLike(Protocol):
    """What is read of a topic's contract; `shared.contracts.registry.Topic` fits."""

    @property
    def name(self) -> str: ...  # noqa: D102 - named by the contract
    @property
    def compacted(self) -> bool: ...  # noqa: D102
    @property
    def days(self) -> int: ...  # noqa: D102
    @property
    def partitions(self) -> int: ...  # noqa: D102


class TopicsDifferError(Exception):
    """The broker's topics are not those of the contract."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """One topic as it is to be."""

    name: str
    partitions: int
    replicas: int
    config: Mapping[str, str]


def wanted(topic: TopicLike, *, at_most: int | None = None, replicas: int = 1) -> Wanted:
    """The topic's partitions and settings; `at_most` limits the partitions of small stacks."""
    partitions = min(topic.partitions, at_most or topic.partitions)
    config = {"min.insync.replicas": "2" if replicas > 2 else "1"}
    if topic.compacted:
        config |= {
            "cleanup.policy": "compact",
            "segment.ms": str(DAY),
            "max.compaction.lag.ms": str(DAY),
            "delete.retention.ms": str(30 * DAY),
        }
    else:
        config |= {
            "cleanup.policy": "delete",
            "retention.ms": str(topic.days * DAY),
            "segment.ms": str(min(DAY, max(HOUR, topic.days * DAY // 10))),  # only closed segments are dropped
        }
    if topic.name.endswith(DEAD_LETTERS):
        config["max.message.bytes"] = str(LARGEST_LETTER)
    return Wanted(topic.name, partitions, replicas, config)


def create(
    servers: str,
    topics: Iterable[TopicLike],
    *,
    at_most: int | None = None,
    replicas: int = 1,
    timeout: float = 30.0,
) -> list[str]:
    """Create what is missing and wait until every partition has a leader; the names created. Again is harmless.

    Raises:
        TopicsDifferError: an existing topic has other partitions or settings; nothing is created or altered.
        TimeoutError: no leaders within `timeout` seconds.
        KafkaException: the broker refuses or does not answer.
    """
    admin = AdminClient({"bootstrap.servers": servers})
    plan = {topic.name: wanted(topic, at_most=at_most, replicas=replicas) for topic in topics}
    if faults := _differences(admin, plan, timeout):
        raise TopicsDifferError("; ".join(faults))
    missing = [want for name, want in plan.items() if name not in admin.list_topics(timeout=timeout).topics]
    if missing:
        answers = admin.create_topics(
            [NewTopic(want.name, want.partitions, want.replicas, config=dict(want.config)) for want in missing]
        )
        for answer in answers.values():
            try:
                answer.result(timeout)
            except KafkaException as error:
                if error.args[0].code() != KafkaError.TOPIC_ALREADY_EXISTS:  # another was faster
                    raise
        if faults := _differences(admin, plan, timeout):
            raise TopicsDifferError("; ".join(faults))
    _wait_for_leaders(admin, plan, timeout)
    return [want.name for want in missing]


def differences(
    servers: str, topics: Iterable[TopicLike], *, at_most: int | None = None, replicas: int = 1, timeout: float = 30.0
) -> list[str]:
    """How the broker's topics differ from the contract, a missing one included; empty if they do not."""
    admin = AdminClient({"bootstrap.servers": servers})
    plan = {topic.name: wanted(topic, at_most=at_most, replicas=replicas) for topic in topics}
    known = admin.list_topics(timeout=timeout).topics
    return [f"{name}: missing" for name in plan if name not in known] + _differences(admin, plan, timeout)


def _differences(admin: AdminClient, plan: Mapping[str, Wanted], timeout: float) -> list[str]:
    known = admin.list_topics(timeout=timeout).topics
    there = {name: want for name, want in plan.items() if name in known}
    faults = [
        f"{name}: {len(known[name].partitions)} partitions, not {want.partitions}"
        for name, want in there.items()
        if len(known[name].partitions) != want.partitions
    ]
    if there:
        answers = admin.describe_configs([ConfigResource(ResourceType.TOPIC, name) for name in there])
        for resource, answer in answers.items():
            found = answer.result(timeout)
            faults.extend(
                f"{resource.name}: {setting}={found[setting].value}, not {value}"
                for setting, value in there[resource.name].config.items()
                if found[setting].value != value
            )
    return sorted(faults)


def _wait_for_leaders(admin: AdminClient, plan: Mapping[str, Wanted], timeout: float) -> None:
    until = time.monotonic() + timeout
    while True:
        known = admin.list_topics(timeout=timeout).topics
        waiting = [
            name
            for name, want in plan.items()
            if name not in known
            or len(known[name].partitions) < want.partitions
            or any(partition.leader < 0 for partition in known[name].partitions.values())
        ]
        if not waiting:
            return
        if time.monotonic() > until:
            raise TimeoutError(f"no leader for {', '.join(waiting)}")
        time.sleep(0.1)
