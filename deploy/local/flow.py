"""Whether events are still on their way: staged, published, or published and not yet handled."""

import time
from collections.abc import Mapping
from functools import cached_property

import psycopg
from confluent_kafka import Consumer, ConsumerGroupTopicPartitions, KafkaError, KafkaException, TopicPartition
from confluent_kafka.admin import AdminClient, OffsetSpec  # type: ignore[attr-defined] # public, missing in __all__

from deploy.local.problem import Problem
from deploy.local.stack import Stack
from shared.contracts.registry import SERVICES, TOPICS, consumed_by

Place = tuple[str, int]
"""Topic and partition."""


LATEST = OffsetSpec.latest()  # type: ignore[no-untyped-call] # published without types


class Flow:
    """Looks at one running stack from outside: its broker's offsets and its databases' outboxes."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._admin = AdminClient({"bootstrap.servers": stack.kafka})
        self._groups = {
            group: {topic.name for topic in consumed_by(service, urgent=urgent)}
            for service in SERVICES
            for group, urgent in ((service, False), (f"{service}.urgent", True))
        }
        self._only_marks: set[tuple[Place, int, int]] = set()

    def still(self) -> str | None:
        """None when nothing is on its way, else what is, in words.

        The order of looking makes it certain: what was published is handled, so its effects are staged; nothing is staged; and nothing was
        published in between.
        """
        ends = self._ends()
        for group, topics in self._groups.items():
            if behind := self._behind(group, {place: end for place, end in ends.items() if place[0] in topics}):
                return f"{group} reads {', '.join(sorted({topic for topic, _ in behind}))}"
        for service in SERVICES:
            if staged := count(self._stack, service, "select count(*) from outbox"):
                return f"{service} publishes {staged} events"
        return None if self._ends() == ends else "events were published just now"

    def wait(self, seconds: float = 120) -> None:
        """Wait until nothing is on its way.

        Raises:
            Problem: something still is after so many seconds; it says what.
        """
        limit = time.monotonic() + seconds
        while reason := self.still():
            if time.monotonic() > limit:
                raise Problem(
                    f"The stack does not come to rest: {reason}. `lapor status` and `lapor parked list` may tell why."
                )
            time.sleep(0.1)

    def _ends(self) -> dict[Place, int]:
        known = self._admin.list_topics(timeout=10).topics
        places = [
            TopicPartition(name, partition) for name in TOPICS if name in known for partition in known[name].partitions
        ]
        asked = self._admin.list_offsets(dict.fromkeys(places, LATEST))
        return {(place.topic, place.partition): future.result().offset for place, future in asked.items()}

    def _behind(self, group: str, ends: Mapping[Place, int]) -> set[Place]:
        """The partitions of which the group has not handled everything."""
        if not any(ends.values()):
            return set()
        request = ConsumerGroupTopicPartitions(group, [TopicPartition(*place) for place in ends])
        answer = self._admin.list_consumer_group_offsets([request])[group].result().topic_partitions
        committed = {(place.topic, place.partition): place.offset for place in answer}
        suspects = {place: max(committed.get(place, -1), 0) for place in ends}
        suspects = {
            place: start
            for place, start in suspects.items()
            if start < ends[place] and (place, start, ends[place]) not in self._only_marks
        }
        found = self._with_records(suspects)
        self._only_marks |= {(place, start, ends[place]) for place, start in suspects.items() if place not in found}
        return found

    def _with_records(self, starts: Mapping[Place, int]) -> set[Place]:
        """The places where a committed reader finds a record from the start on: the marks that transactions leave behind are none."""
        waiting, found = set(starts), set[Place]()
        if not waiting:
            return found
        self._reader.assign([TopicPartition(*place, start) for place, start in starts.items()])
        limit = time.monotonic() + 10
        while waiting and time.monotonic() < limit:
            message = self._reader.poll(1.0)
            if message is None:
                continue
            place, error = (str(message.topic()), int(message.partition() or 0)), message.error()
            if error is None:
                found.add(place)
            elif error.code() != KafkaError._PARTITION_EOF:  # noqa: SLF001 - the client's public name of it
                raise KafkaException(error)
            waiting.discard(place)
        self._reader.unassign()
        return found | waiting

    @cached_property
    def _reader(self) -> Consumer:
        return Consumer(
            {
                "bootstrap.servers": self._stack.kafka,
                "group.id": "lapor-flow",
                "enable.auto.commit": False,
                "enable.partition.eof": True,
                "isolation.level": "read_committed",
                "fetch.wait.max.ms": 10,
                "auto.offset.reset": "earliest",
            }
        )


def count(stack: Stack, service: str, query: str, *parameters: object) -> int:
    """The one number that a query on a service's database answers."""
    with psycopg.connect(stack.database_url(service), connect_timeout=5) as connection:
        row = connection.execute(query.encode(), parameters).fetchone()
    return int(row[0]) if row else 0
