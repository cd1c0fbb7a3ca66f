"""The process supervisor: supervisord in the background, started with nothing running and told what to run in order."""

import os
import signal
import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Self, cast
from xml.parsers.expat import ExpatError
from xmlrpc.client import Fault, ProtocolError, ServerProxy

from deploy.local import shell
from deploy.local.layout import ROOT, Layout
from deploy.local.problem import Problem
from deploy.local.programs import ROSTER, STOP_ORDER, Program, clean_environment

ALIVE = ("RUNNING", "STARTING", "STOPPING", "BACKOFF")


def configuration(programs: Iterable[Program], layout: Layout, *, port: int, password: str) -> str:
    """Supervisord's configuration file for the programs; it holds secrets."""
    sections = [
        _section(
            "supervisord",
            logfile=_escaped(layout.logs / "keeper.log"),
            logfile_maxbytes="1MB",
            pidfile=_escaped(layout.state / "keeper.pid"),
            childlogdir=_escaped(layout.logs),
            directory=_escaped(ROOT),
            identifier="lapor",
        ),
        _section("inet_http_server", port=f"127.0.0.1:{port}", username="lapor", password=password),
        _section(
            "rpcinterface:supervisor",
            **{"supervisor.rpcinterface_factory": "supervisor.rpcinterface:make_main_rpcinterface"},
        ),
    ]
    for program in programs:
        environment = {"LAPOR_STACK": str(layout.state), **program.environment}
        sections.append(
            _section(
                f"program:{program.name}",
                command=" ".join(map(_quoted, program.command)),
                directory=_escaped(ROOT),
                environment=",".join(f"{name}={_quoted(value)}" for name, value in environment.items()),
                autostart="false",
                autorestart="true",
                startsecs="1",
                startretries="10",
                stopsignal=program.stop_signal.name.removeprefix("SIG"),
                stopwaitsecs=str(program.stop_seconds),
                killasgroup="true",
                redirect_stderr="true",
                stdout_logfile=_escaped(layout.logs / f"{program.name}.log"),
                stdout_logfile_maxbytes="5MB",
                stdout_logfile_backups="2",
            )
        )
    return "\n".join(sections)


@dataclass(frozen=True)
class Status:
    """What the supervisor says of one program."""

    name: str
    state: str
    """STOPPED, STARTING, RUNNING, BACKOFF, STOPPING, EXITED or FATAL."""
    pid: int
    """0 without a process."""
    description: str
    """Since when it runs, in words."""

    @classmethod
    def read(cls, info: dict[str, object]) -> Self:
        """From the supervisor's answer."""
        return cls(str(info["name"]), str(info["statename"]), int(str(info["pid"])), str(info["description"]))


class Keeper:
    """Talks to one stack's supervisor. Safe to use from several threads."""

    def __init__(self, layout: Layout, *, port: int, password: str) -> None:
        self._layout, self._url = layout, f"http://lapor:{password}@127.0.0.1:{port}/RPC2"
        self._turn = threading.Lock()

    @property
    def file(self) -> Path:
        """Its configuration."""
        return self._layout.configuration / "supervisord.conf"

    def running(self) -> bool:
        """Whether this stack's supervisor answers (and not somebody else's server on its port)."""
        try:
            return cast("dict[str, str]", self._call("getState"))["statename"] == "RUNNING"
        except (OSError, Fault, ProtocolError, ExpatError):
            return False

    def start(self, text: str) -> None:
        """Start the supervisor with this configuration; no program runs yet.

        Raises:
            Problem: it did not come up.
        """
        self.file.unlink(missing_ok=True)
        self.file.touch(mode=0o600)
        self.file.write_text(text)
        complaints = self._layout.logs / "keeper-start.log"
        with complaints.open("w") as output:
            # a new session: closing the terminal must not end the stack
            shell.launch(
                [sys.executable, "-m", "supervisor.supervisord", "-c", self.file],
                output,
                environment=clean_environment(),
            )
        limit = time.monotonic() + 15
        while not self.running():
            if time.monotonic() > limit:
                raise Problem(f"The process supervisor did not start: {complaints.read_text()[-800:]}")
            time.sleep(0.05)

    def statuses(self) -> dict[str, Status]:
        """Every program by its name."""
        return {
            status.name: status
            for status in map(Status.read, cast("list[dict[str, object]]", self._call("getAllProcessInfo")))
        }

    def status(self, name: str) -> Status:
        """One program.

        Raises:
            Problem: there is no such program.
        """
        try:
            return Status.read(cast("dict[str, object]", self._call("getProcessInfo", name)))
        except Fault as fault:
            raise Problem(f"There is no program {name}; `lapor status` names them.") from fault

    def ensure(self, name: str) -> None:
        """Start a program that does not run."""
        if self.status(name).state not in ("RUNNING", "STARTING"):
            self._call("startProcess", name, False)

    def stop(self, *names: str) -> None:
        """Stop programs together and wait until they have ended; those that do not run are left alone."""
        for name in names:
            try:
                self._call("stopProcess", name, False)
            except Fault:
                continue
        while any(self.status(name).state in ALIVE for name in names):
            time.sleep(0.05)

    def kill(self, name: str) -> int:
        """SIGKILL a program's process, which the supervisor then starts again; returns the process id.

        Raises:
            Problem: it has no process.
        """
        pid = self.status(name).pid
        if pid == 0:
            raise Problem(f"{name} is not running.")
        os.kill(pid, signal.SIGKILL)
        return pid

    def shut_down(self) -> None:
        """Stop every program in order, then the supervisor itself."""
        known, pid = self.statuses(), cast("int", self._call("getPID"))
        for group in STOP_ORDER:
            self.stop(*(name for name in known if ROSTER.get(name, "tool") in group))
        self._call("shutdown")
        while _exists(pid):
            time.sleep(0.05)

    def _call(self, method: str, *arguments: object) -> object:
        with self._turn, ServerProxy(self._url) as server:
            return getattr(server.supervisor, method)(*arguments)


def _section(title: str, **settings: str) -> str:
    return "\n".join([f"[{title}]", *(f"{name}={value}" for name, value in settings.items()), ""])


def _escaped(value: object) -> str:
    return str(value).replace("%", "%%")


def _quoted(word: str) -> str:
    if '"' in word or "\n" in word:
        raise Problem(f"The supervisor's configuration cannot carry {word!r}.")
    return f'"{_escaped(word)}"'


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True
