"""The Kafka edge: safe FastStream subscribers for receivers, and the check that refuses others."""

import asyncio
import logging
from functools import partial
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage
from faststream.kafka.message import KafkaAckableMessage
from faststream.kafka.subscriber.usecase import BatchSubscriber

from shared.messaging.receiver import Receiver

logger = logging.getLogger(__name__)

MAX_RECORDS = 500
"""Per poll and transaction."""
COMMITTED = "read_committed"

Records = tuple[ConsumerRecord, ...]


class Consumer(AIOKafkaConsumer):  # type: ignore[misc]  # aiokafka is not typed
    """Waits for records, and commits offsets while the next batch is handled."""

    _committing: asyncio.Task[None] | None = None

    async def getmany(
        self, *partitions: TopicPartition, timeout_ms: int = 0, max_records: int | None = None
    ) -> dict[TopicPartition, list[ConsumerRecord]]:
        """Records by partition; returns only with some: after an empty poll FastStream sleeps, deaf."""
        while True:
            records: dict[TopicPartition, list[ConsumerRecord]] = await super().getmany(
                *partitions, timeout_ms=1000, max_records=max_records
            )
            if records:
                return records

    async def commit_behind(self, records: Records) -> None:
        """Begin to commit up to these records; at most one commit is under way.

        Offsets are named: a bare `commit()` that runs later would include the next batch.
        """
        if self._committing:
            await self._committing
        offsets = {TopicPartition(r.topic, r.partition): r.offset + 1 for r in records}
        self._committing = asyncio.create_task(self._commit(offsets))

    async def _commit(self, offsets: dict[TopicPartition, int]) -> None:
        try:
            await self.commit(offsets)
        except (KafkaError, IllegalStateError) as error:  # rebalanced: the inbox knows them
            logger.info("offsets not committed: %s", type(error).__name__)

    async def stop(self) -> None:
        """Leave the group once the last commit is through."""
        if self._committing:
            await self._committing
        await super().stop()


class Message(KafkaAckableMessage):
    """A batch whose acknowledgement does not wait for the broker."""

    async def ack(self) -> None:
        """Begin to commit its offsets."""
        if not self.committed:
            await self.consumer.commit_behind(self.raw_message)  # type: ignore[attr-defined]  # our Consumer
        await super(KafkaAckableMessage, self).ack()


class Broker(KafkaBroker):
    """Consumes only (publishing is the relay's), creates no topics, refuses to start unsafe."""

    def __init__(self, servers: str | list[str], **options: Any) -> None:
        super().__init__(servers, consumer_only=True, allow_auto_create_topics=False, **options)

    async def _connect(self) -> Any:
        await super()._connect()
        config = self.config.broker_config  # `connect` has just rebuilt `builder`
        config.builder = partial(Consumer, **config.builder.keywords)  # type: ignore[attr-defined]  # it is a partial
        return config.builder

    async def start(self) -> None:
        """Connect and begin to consume.

        Raises:
            ValueError: an unsafe setting; see `check`.
        """
        check(self)
        await super().start()


def attach(
    receiver: Receiver, broker: KafkaBroker, *, group_instance_id: str | None = None, **options: Any
) -> BatchSubscriber:
    """Subscribe the receiver to the topics of its handlers, under its consumer name as group.

    `group_instance_id` makes membership static: a restart within the session timeout moves no partition. Events of state topics
    are published in transactions, so those who read any read committed.
    """
    settings: dict[str, Any] = {
        "group_id": receiver.consumer,
        "group_instance_id": group_instance_id,
        "max_records": MAX_RECORDS,
        "auto_offset_reset": "earliest",
        "ack_policy": AckPolicy.NACK_ON_ERROR,
        "isolation_level": COMMITTED if receiver.routes.reads_state else "read_uncommitted",
        "no_reply": True,
    }

    def parse(records: Records) -> Message:  # headers may be any bytes
        return Message(body=b"", raw_message=records, consumer=subscriber.consumer)

    async def settle(message: KafkaMessage) -> None:
        try:
            await receiver.receive(cast("Records", message.raw_message))
        except Exception:  # a fault of ours: seek back, but not in a hot loop
            logger.exception("consumer %s: receiving failed", receiver.consumer)
            await asyncio.sleep(1.0)
            raise

    subscriber: Any = broker.subscriber(
        *receiver.routes.topics, batch=True, parser=parse, decoder=_undecoded, **settings | options
    )
    subscriber(settle)
    subscriber.reads_state = receiver.routes.reads_state
    return cast("BatchSubscriber", subscriber)


def _undecoded(_: Any) -> None:
    """The receiver decodes."""


def check(broker: KafkaBroker) -> None:
    """Refuse settings that lose, skip or reorder events.

    Raises:
        ValueError: naming every fault found.
    """
    config = broker.config.broker_config
    faults = []
    if config.allow_auto_create_topics:
        faults.append("broker: allow_auto_create_topics")
    if not config.consumer_only or broker.publishers:
        faults.append("broker: publishes; only the relay may")
    for subscriber in cast("list[Any]", broker.subscribers):
        name = ",".join(subscriber.topic_names)
        given = subscriber._connection_args  # noqa: SLF001 - FastStream shows them nowhere else
        if subscriber.ack_policy is not AckPolicy.NACK_ON_ERROR:
            faults.append(f"{name}: ack_policy={subscriber.ack_policy}")
        if not isinstance(subscriber, BatchSubscriber):
            faults.append(f"{name}: not a batch subscriber")
        if not subscriber.group_id:
            faults.append(f"{name}: group_id={subscriber.group_id!r}")
        if given.get("auto_offset_reset") != "earliest":
            faults.append(f"{name}: auto_offset_reset={given.get('auto_offset_reset')!r}")
        if given.get("enable_auto_commit"):
            faults.append(f"{name}: enable_auto_commit")
        if getattr(subscriber, "reads_state", False) and given.get("isolation_level") != COMMITTED:
            faults.append(f"{name}: isolation_level={given.get('isolation_level')!r} on a state topic")
    if faults:
        raise ValueError("; ".join(faults))
