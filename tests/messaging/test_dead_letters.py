"""`lapor dead-letters` from end to end: bytes that a release cannot read are seen, and given back once a later release can read them."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import pytest
from sqlalchemy.ext.asyncio import AsyncSession
from typer.testing import CliRunner, Result

from deploy.local import letters
from deploy.local.cli import app
from shared.contracts.audit import AuditRecorded
from shared.messaging import Meta, Routes
from tests.messaging import model
from tests.messaging.model import make
from tests.messaging.world import World

LETTERS = "select count(*) from journey where type = 'dead-letter.v1'"


@dataclass(frozen=True)
class RunningStack:
    """What the commands ask of the stack, answered by one test's small service."""

    world: World
    layout: SimpleNamespace

    @property
    def kafka(self) -> str:
        return self.world.kafka

    def database_url(self, service: str) -> str:
        assert service == self.world.name
        return self.world.dsn

    def statuses(self) -> dict[str, object]:
        return {}


@pytest.fixture
def lapor(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Result]:
    """The `lapor dead-letters` commands, for a stack whose only service is the world's."""
    members = {"type": "audit-recorded.v1", "topic": f"{world.name}-privacy", "__module__": __name__}
    stack = RunningStack(world, SimpleNamespace(clock=tmp_path / "clock"))
    monkeypatch.setattr(letters, "SERVICES", (world.name,))
    monkeypatch.setattr(letters, "audit_of", lambda _: type("Recorded", (AuditRecorded,), members))
    monkeypatch.setattr(letters, "chosen_stack", lambda: stack)

    def run(command: str, *arguments: object) -> Result:
        return CliRunner().invoke(app, ["dead-letters", command, world.name, *map(str, arguments)])

    return run


def strict_routes(world: World) -> Routes:
    """An older release: it does not know that a report may lack its ward."""

    class Submitted(world.kinds.submitted):  # type: ignore[name-defined,misc]  # the test's own kind of event
        ward: str

    found = Routes()

    @found.on(Submitted)
    async def on_submitted(session: AsyncSession, event: Submitted, meta: Meta) -> None:
        await model.record(session, event)

    return found


def place_of(listed: Result) -> tuple[int, int]:
    """Partition and offset of the first letter in the list."""
    partition, offset = listed.output.split()[:2]
    return int(partition), int(offset)


@pytest.mark.parametrize("urgent", [False, True])
async def test_a_letter_is_listed_and_replayed_once_the_service_can_read_it(
    world: World, lapor: Callable[..., Result], urgent: bool
) -> None:
    topic, consumer = world.kinds.submitted.topic, f"{world.name}.urgent" if urgent else world.name
    with world.relaying():
        async with world.consuming(world.receiver(strict_routes(world), urgent=urgent)):
            await world.send(make(world.kinds.submitted, "a", 5))
            await world.until(LETTERS, 1)
            listed = await asyncio.to_thread(lapor, "list")
            assert listed.exit_code == 0, listed.output
            assert f" bytes from {topic} " in listed.output
            assert listed.output.strip().endswith(f"read by {consumer}")
            assert '"seq"' not in listed.output

            early = await asyncio.to_thread(lapor, "replay", *place_of(listed))
            assert early.exit_code == 0, early.output
            await world.until("select count(*) from parked_lane", 0)
            assert world.effects() == {}

        async with world.consuming(world.receiver(model.routes(world.kinds), urgent=urgent)):
            assert world.effects() == {}  # nothing is read again by itself
            again = await asyncio.to_thread(lapor, "list")
            assert place_of(again) == place_of(listed)
            for _ in range(2):
                replayed = await asyncio.to_thread(lapor, "replay", *place_of(listed))
                assert replayed.exit_code == 0, replayed.output
                assert f"{world.name} reads it again now" in replayed.output
            await world.until("select count(*) from effect", 1)
            await world.until("select count(*) from parked_lane", 0)
        assert await world.drained()
    assert world.effects() == {"a": [5]}
    audited = [record.value.decode() for record in await world.published(f"{world.name}-privacy")]
    assert len(audited) == 3
    assert all('"dead-letter-replayed"' in record and '"operator:' in record for record in audited)
    assert world.sql("select count(*) from inbox where consumer = %s", consumer)[0][0] == 2  # the letter, the event


async def test_bytes_that_mean_nothing_become_a_letter_and_hold_nobody_up(
    world: World, lapor: Callable[..., Result]
) -> None:
    submitted = world.kinds.submitted
    with world.relaying():
        async with world.consuming(world.receiver(model.routes(world.kinds))):
            await world.send(topic=submitted.topic, key=b"a", value=b"\xff\xfe rusak")
            await world.send(make(submitted, "a", 1))
            await world.until("select count(*) from effect", 1)
            await world.until(LETTERS, 1)
            listed = await asyncio.to_thread(lapor, "list")
            assert "8 bytes from" in listed.output
            assert "rusak" not in listed.output
            replayed = await asyncio.to_thread(lapor, "replay", *place_of(listed))
            assert replayed.exit_code == 0, replayed.output
            await world.until("select count(*) from parked_lane", 0)
    assert world.effects() == {"a": [1]}


async def test_a_letter_that_is_not_there_is_said_in_words(world: World, lapor: Callable[..., Result]) -> None:
    assert f"{world.name} has no dead letters" in (await asyncio.to_thread(lapor, "list")).output
    refused = await asyncio.to_thread(lapor, "replay", 0, 7)
    assert refused.exit_code == 1
    assert "There is nothing like that" in refused.stderr
