"""Ports are free, remembered, and moved when somebody else took them."""

import json
import socket
import stat
from collections.abc import Iterator
from pathlib import Path

import pytest

from deploy.local import ports
from deploy.local.problem import Problem
from deploy.local.remembered import Remembered


@pytest.fixture
def busy() -> Iterator[int]:
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        yield server.getsockname()[1]


def test_a_port_that_somebody_listens_on_is_in_use(busy: int) -> None:
    assert ports.in_use(busy)


def test_free_ports_differ_and_lie_below_the_ephemeral_range() -> None:
    taken: set[int] = set()
    found = [ports.free_port(taken) for _ in range(20)]
    assert len(set(found)) == 20
    assert all(ports.LOWEST <= port <= ports.HIGHEST < 32768 for port in found)


def test_the_preferred_port_is_taken_only_where_it_is_free(busy: int) -> None:
    assert ports.free_port(set(), preferred=busy) != busy
    free = ports.free_port(set())
    assert ports.free_port(set(), preferred=free) == free
    assert ports.free_port({free}, preferred=free) != free


def test_ports_stay_as_they_are_from_start_to_start(tmp_path: Path) -> None:
    first = Remembered()
    assert first.provide_ports(["kafka", "gateway"]) == []
    first.save(tmp_path / "remembered.json")
    second = Remembered.load(tmp_path / "remembered.json")
    assert second.provide_ports(["kafka", "gateway"]) == []
    assert second.ports == first.ports


def test_a_program_whose_port_was_taken_moves_and_is_named(busy: int) -> None:
    remembered = Remembered(ports={"kafka": busy})
    assert remembered.provide_ports(["kafka"]) == ["kafka"]
    assert remembered.ports["kafka"] != busy


def test_the_wanted_gateway_port_is_used_and_remembered() -> None:
    free, remembered = ports.free_port(set()), Remembered()
    assert remembered.provide_ports(["gateway", "kafka"], gateway=free) == []
    assert remembered.ports["gateway"] == free


def test_a_wanted_gateway_port_that_is_taken_is_refused_with_the_remedy(busy: int) -> None:
    with pytest.raises(Problem, match="LAPOR_GATEWAY_PORT"):
        Remembered().provide_ports(["gateway"], gateway=busy)


def test_what_is_remembered_is_for_its_owner_only(tmp_path: Path) -> None:
    path = tmp_path / "remembered.json"
    remembered = Remembered()
    remembered.provide_passwords(["intake"])
    remembered.save(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert json.loads(path.read_text())["passwords"]["intake"] == remembered.passwords["intake"]


def test_passwords_differ_and_are_never_changed() -> None:
    remembered = Remembered()
    remembered.provide_passwords(["intake", "sla"])
    before = dict(remembered.passwords)
    remembered.provide_passwords(["intake", "sla", "polls"])
    assert len(set(remembered.passwords.values())) == 3
    assert before.items() <= remembered.passwords.items()
