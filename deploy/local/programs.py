"""What the stack runs: every program with its command, its environment and the way it wants to be stopped."""

import os
import shutil
import signal
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from shared.contracts.registry import SERVICES

Kind = Literal["backbone", "tool", "service", "relay", "gateway"]
"""Programs of one kind start and stop together; stopping goes gateway, services, relays, tools, backbone."""

STOP_ORDER: tuple[tuple[Kind, ...], ...] = (("gateway",), ("service",), ("relay",), ("tool", "backbone"))


def relay(service: str) -> str:
    """The name of a service's relay as a program."""
    return f"{service}-relay"


ROSTER: dict[str, Kind] = {
    "kafka": "backbone",
    "postgres": "backbone",
    "zipkin": "tool",
    "mailbox": "tool",
    **dict.fromkeys(SERVICES, "service"),
    **{relay(service): "relay" for service in SERVICES},
    "gateway": "gateway",
}
"""Every program of a stack, in the order of starting."""


@dataclass(frozen=True)
class Program:
    """One process under the supervisor."""

    name: str
    command: tuple[str, ...]
    environment: Mapping[str, str] = field(default_factory=dict)
    stop_signal: signal.Signals = signal.SIGTERM
    stop_seconds: int = 10
    """How long it may take to stop before it is killed."""


def tied(command: tuple[str, ...], stop_signal: signal.Signals = signal.SIGTERM) -> tuple[str, ...]:
    """The command so that it ends when its parent ends, even when the parent is killed; unchanged where that is not to be had."""
    setpriv = shutil.which("setpriv")
    return (setpriv, "--pdeathsig", stop_signal.name.removeprefix("SIG"), "--", *command) if setpriv else command


def clean_environment() -> dict[str, str]:
    """This process's environment without what would reach into the programs from a developer's shell."""
    return {
        name: value for name, value in os.environ.items() if not name.startswith(("LAPOR_", "PYTHON", "KAFKA_", "PG"))
    }
