"""The `lapor` command speaks in sentences, and never in tracebacks."""

import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner

from deploy.local.cli import app
from deploy.local.layout import ROOT
from shared.contracts.registry import TOPICS

RUN = CliRunner()


@pytest.fixture(autouse=True)
def empty_state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("LAPOR_STATE", str(tmp_path / "state"))
    monkeypatch.delenv("LAPOR_GATEWAY_PORT", raising=False)
    return tmp_path / "state"


def test_stopping_what_does_not_run_is_harmless(empty_state: Path) -> None:
    result = RUN.invoke(app, ["down"])
    assert (result.exit_code, result.output.strip()) == (0, "nothing was running")
    assert not empty_state.exists()


@pytest.mark.parametrize(
    "command",
    [
        ["status"],
        ["restart"],
        ["restart", "intake"],
        ["journey", "1234567890"],
        ["clock", "advance", "1", "hour"],
        ["clock", "set", "2026-12-01"],
    ],
)
def test_what_needs_a_running_stack_says_how_to_start_one(command: list[str]) -> None:
    result = RUN.invoke(app, command)
    assert result.exit_code == 1
    assert "make up" in result.stderr


@pytest.mark.parametrize("port", ["http", "0", "70000", "-1"])
def test_a_gateway_port_that_is_none_is_refused(port: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_GATEWAY_PORT", port)
    result = RUN.invoke(app, ["up"])
    assert result.exit_code == 1
    assert "LAPOR_GATEWAY_PORT" in result.stderr


def test_an_unknown_program_is_told_which_there_are() -> None:
    result = RUN.invoke(app, ["logs", "gremlin"])
    assert result.exit_code == 1
    assert "intake-relay" in result.stderr


def test_logs_of_a_stack_that_never_ran_say_so() -> None:
    result = RUN.invoke(app, ["logs", "intake"])
    assert result.exit_code == 1
    assert "No log yet" in result.stderr


def test_a_moment_that_cannot_be_read_is_refused_with_an_example() -> None:
    result = RUN.invoke(app, ["clock", "set", "besok"])
    assert result.exit_code == 1
    assert "2026-11-30T09:00" in result.stderr


def test_the_clock_shows_without_a_running_stack() -> None:
    result = RUN.invoke(app, ["clock", "show"])
    assert result.exit_code == 0
    assert "WIB" in result.output


def test_every_topic_of_the_registry_is_listed() -> None:
    output = RUN.invoke(app, ["topics"], env={"COLUMNS": "200"}).output
    assert all(name in output for name in TOPICS)


def test_the_command_is_installed_under_its_name() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert project["scripts"] == {"lapor": "deploy.local.cli:app"}
