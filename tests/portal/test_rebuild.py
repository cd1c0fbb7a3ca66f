"""The model can be thrown away: everything comes back from the topics, and what was withdrawn does not."""

import asyncio
from collections.abc import Iterator
from uuid import uuid4

import pytest
from confluent_kafka import Consumer, Producer
from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined]  # public, missing in __all__
from sqlalchemy import func, select

from services.portal import rebuild, store, tables
from tests.portal.conftest import SessionMaker, publication, settings, withdrawal
from tests.support.flow import Flow, wire


async def _count(sessions: SessionMaker) -> int:
    async with sessions() as session:
        return int(await session.scalar(select(func.count()).select_from(tables.report)) or 0)


async def test_after_forgetting_the_same_records_fill_the_model_again(flow: Flow, sessions: SessionMaker) -> None:
    records = [wire(publication(number)) for number in range(1, 11)]
    await flow.main.receive([*records, wire(withdrawal(3))])
    await flow.main.receive(records)
    assert await _count(sessions) == 9
    async with sessions.begin() as session:
        assert await rebuild.forget(session, "portal") == 9
    assert await _count(sessions) == 0
    await flow.main.receive(records)  # compaction has taken the tombstone meanwhile
    assert await _count(sessions) == 9
    async with sessions() as session:
        assert await store.by_tracking_id(session, "2611000003") is None


async def test_while_portal_runs_nothing_is_thrown_away(
    flow: Flow, sessions: SessionMaker, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise rebuild.StillRunning

    monkeypatch.setattr(rebuild, "leave_no_place", refuse)
    own = settings(database_url=sessions.kw["bind"].url.render_as_string(hide_password=False))
    await flow.give(publication())
    said = await asyncio.to_thread(rebuild.rebuild, own)
    assert said == "portal is running; stop it first"
    assert await _count(sessions) == 1


async def test_the_command_empties_the_model_and_says_so(
    flow: Flow, sessions: SessionMaker, kafka_servers: str, capsys: pytest.CaptureFixture[str]
) -> None:
    own = settings(
        database_url=sessions.kw["bind"].url.render_as_string(hide_password=False),
        kafka=kafka_servers,
        service=f"rebuild-{uuid4().hex[:8]}",
    )
    await flow.give(publication())
    assert await asyncio.to_thread(rebuild.rebuild, own) is None
    assert capsys.readouterr().out == "the model is empty (1 reports were in it); start portal to read it anew\n"
    assert await _count(sessions) == 0


@pytest.fixture
def topic(kafka_servers: str) -> Iterator[str]:
    name = f"rebuild-{uuid4().hex[:8]}"
    admin = AdminClient({"bootstrap.servers": kafka_servers})
    admin.create_topics([NewTopic(name, num_partitions=1, replication_factor=1)])[name].result()
    producer = Producer({"bootstrap.servers": kafka_servers})
    for number in range(3):
        producer.produce(name, str(number))
    producer.flush(10)
    yield name
    admin.delete_topics([name])[name].result()


def _consumer(servers: str, group: str) -> Consumer:
    return Consumer({"bootstrap.servers": servers, "group.id": group, "auto.offset.reset": "earliest"})


def _read(consumer: Consumer, number: int) -> list[bytes]:
    found: list[bytes] = []
    while len(found) < number:
        message = consumer.poll(10.0)
        assert message is not None, found
        assert message.error() is None
        found.append(message.value() or b"")
    return found


def test_the_group_begins_at_the_beginning_again_once_nobody_is_in_it(kafka_servers: str, topic: str) -> None:
    own, group = settings(kafka=kafka_servers), f"rebuild-{uuid4().hex[:8]}"
    reading = _consumer(kafka_servers, group)
    reading.subscribe([topic])
    assert _read(reading, 3) == [b"0", b"1", b"2"]
    reading.commit(asynchronous=False)
    with pytest.raises(rebuild.StillRunning):
        rebuild.leave_no_place(own, group, patience=0)
    reading.close()
    rebuild.leave_no_place(own, group)
    rebuild.leave_no_place(own, group)
    again = _consumer(kafka_servers, group)
    again.subscribe([topic])
    assert _read(again, 3) == [b"0", b"1", b"2"]
    again.close()
    rebuild.leave_no_place(own, group)
