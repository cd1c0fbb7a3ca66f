"""Where everything of an embedded stack lies on disk.

Two kinds of folders: what every stack of this checkout shares (fetched parts, built page assets), and the state of one stack.
"""

import os
from dataclasses import dataclass
from pathlib import Path

from deploy.local.problem import Problem

ROOT = Path(__file__).resolve().parents[2]
"""The checkout."""

SHARED = ROOT / ".lapor"
"""What all stacks of this checkout share; may be deleted whenever none runs."""

PARTS = SHARED / "parts"
"""Kafka, Zipkin and PostgreSQL as Maven brought them."""

ASSETS = SHARED / "assets"
"""Built page assets; the gateway serves this folder under /static."""


@dataclass(frozen=True)
class Layout:
    """The folders and files of one stack; `state` holds everything that it ever writes."""

    state: Path

    @classmethod
    def at(cls, folder: Path) -> "Layout":
        """The stack whose state is in `folder`.

        Raises:
            Problem: the path holds a character that the process supervisor's configuration cannot carry.
        """
        state = folder.expanduser().resolve()
        if unfit := sorted(set("\"'\n;") & set(str(state))):
            raise Problem(
                f"The state folder {state} has {' '.join(unfit)} in its path; choose another with LAPOR_STATE."
            )
        return cls(state)

    @classmethod
    def chosen(cls) -> "Layout":
        """The stack that the environment names with LAPOR_STATE, else the one of this checkout."""
        return cls.at(Path(os.environ.get("LAPOR_STATE") or SHARED / "state"))

    @property
    def configuration(self) -> Path:
        """Rendered configuration of the programs; holds passwords."""
        return self.state / "configuration"

    @property
    def logs(self) -> Path:
        """One log file per program."""
        return self.state / "logs"

    @property
    def kafka(self) -> Path:
        """The broker's data."""
        return self.state / "kafka"

    @property
    def postgres(self) -> Path:
        """The database server's data, unless its account may not enter here (see `postgres.Server`)."""
        return self.state / "postgres"

    @property
    def keys(self) -> Path:
        """A folder per service with the keys that it may have."""
        return self.state / "keys"

    @property
    def mail(self) -> Path:
        """What the SMTP sink received, a file per message."""
        return self.state / "mail"

    @property
    def clock(self) -> Path:
        """The offset of the domain clock, read by every service."""
        return self.state / "clock.json"

    @property
    def remembered(self) -> Path:
        """Ports and secrets of this stack."""
        return self.state / "remembered.json"

    def create(self) -> None:
        """Make the folders; the state is nobody else's business, so it is closed to other accounts where possible."""
        if not self.state.exists():
            self.state.mkdir(parents=True, mode=0o700)
        for folder in (self.configuration, self.logs, self.keys, self.mail):
            folder.mkdir(exist_ok=True)
        self.configuration.chmod(0o700)
        self.keys.chmod(0o700)
