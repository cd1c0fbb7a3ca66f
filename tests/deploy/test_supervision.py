"""The supervisor's configuration carries what it must, and refuses what it cannot."""

import configparser
import shlex
import signal
from pathlib import Path

import pytest

from deploy.local.layout import Layout
from deploy.local.problem import Problem
from deploy.local.programs import ROSTER, STOP_ORDER, Program, clean_environment, tied
from deploy.local.supervision import configuration
from shared.contracts.registry import SERVICES


def rendered(program: Program, folder: Path) -> configparser.SectionProxy:
    parser = configparser.ConfigParser(interpolation=None)
    parser.read_string(configuration([program], Layout.at(folder), port=20123, password="secret"))
    return parser[f"program:{program.name}"]


def test_a_path_with_spaces_and_percent_signs_stays_one_word(tmp_path: Path) -> None:
    folder = tmp_path / "two words" / "100%"
    section = rendered(Program("kafka", ("java", "-D", str(folder))), folder)
    # supervisord expands %(…)s, so a percent sign is doubled in the file
    assert shlex.split(section["command"].replace("%%", "%")) == ["java", "-D", str(folder)]
    assert section["stdout_logfile"].replace("%%", "%") == str(folder / "logs" / "kafka.log")


def test_a_program_stops_by_its_own_signal_and_time(tmp_path: Path) -> None:
    section = rendered(Program("postgres", ("postgres",), stop_signal=signal.SIGINT, stop_seconds=15), tmp_path)
    assert (section["stopsignal"], section["stopwaitsecs"]) == ("INT", "15")


def test_nothing_starts_by_itself_but_what_dies_comes_back(tmp_path: Path) -> None:
    section = rendered(Program("intake", ("python",)), tmp_path)
    assert (section["autostart"], section["autorestart"]) == ("false", "true")


def test_what_the_configuration_cannot_carry_is_refused(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="cannot carry"):
        rendered(Program("intake", ("python", 'a"b')), tmp_path)
    with pytest.raises(Problem, match="LAPOR_STATE"):
        Layout.at(tmp_path / 'a"b')


def test_settings_of_a_developers_shell_do_not_reach_the_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_DATABASE_URL", "postgresql://elsewhere/")
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    assert not {name for name in clean_environment() if name.startswith(("LAPOR_", "PYTHON"))}


def test_a_tied_program_ends_with_its_parent() -> None:
    command = tied(("sleep", "1"), signal.SIGINT)
    assert command[-2:] == ("sleep", "1")
    assert len(command) == 2 or command[1:4] == ("--pdeathsig", "INT", "--")


def test_the_roster_has_every_service_with_its_relay_and_stops_all_of_it() -> None:
    assert {name for name, kind in ROSTER.items() if kind == "service"} == set(SERVICES)
    assert {name for name, kind in ROSTER.items() if kind == "relay"} == {f"{name}-relay" for name in SERVICES}
    assert {kind for kinds in STOP_ORDER for kind in kinds} == set(ROSTER.values())
