"""What a stack keeps between two starts: its ports and its secrets."""

import json
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, Field

from deploy.local import ports
from deploy.local.problem import Problem

GATEWAY_PORT = 1708
"""The number people know from the SMS service, where it is free."""


def _secret() -> str:
    return secrets.token_urlsafe(24)


class Remembered(BaseModel):
    """Ports by program and passwords by database role of one stack; written for its owner's eyes only."""

    model_config = ConfigDict(hide_input_in_errors=True)

    ports: dict[str, int] = Field(default_factory=dict)
    passwords: dict[str, str] = Field(default_factory=dict)
    internal_token: str = Field(default_factory=_secret)
    keeper_password: str = Field(default_factory=_secret)

    @classmethod
    def load(cls, path: Path) -> Self:
        """What the file holds, or something fresh."""
        return cls.model_validate(json.loads(path.read_text())) if path.exists() else cls()

    def save(self, path: Path) -> None:
        """Replace the file atomically, readable for its owner only."""
        part = path.with_suffix(".part")
        with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(self.model_dump_json(indent=1))
        part.replace(path)

    def provide_passwords(self, roles: Iterable[str]) -> None:
        """Give every role a password that has none yet."""
        for role in roles:
            self.passwords.setdefault(role, _secret())

    def provide_ports(self, names: Iterable[str], *, gateway: int | None = None) -> list[str]:
        """Give every program a free port, keeping those it had where they are still free.

        `gateway` is the port that the operator wants for the gateway, if any. Only to be called while the stack is down.
        Returns the names of the programs that had to move.

        Raises:
            Problem: the wanted gateway port is taken.
        """
        before = dict(self.ports)
        names = list(names)
        if gateway is not None:
            if ports.in_use(gateway):
                raise Problem(f"Port {gateway} is taken: free it or choose another with LAPOR_GATEWAY_PORT.")
            self.ports["gateway"] = gateway
        taken = {port for name, port in self.ports.items() if name in names}
        for name in names:
            port = self.ports.get(name)
            if port is None or ports.in_use(port):
                self.ports[name] = ports.free_port(taken, GATEWAY_PORT if name == "gateway" and port is None else None)
        moved = [name for name in names if name in before and before[name] != self.ports[name]]
        return [name for name in moved if name != "gateway" or gateway is None]
