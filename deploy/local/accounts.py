"""The demo sign-ins of the embedded stack, for showing them; `identity` reads the same file and opens the accounts."""

import tomllib
from pathlib import Path

from pydantic import BaseModel, ConfigDict

FILE = Path(__file__).with_name("demo_accounts.toml")


class DemoAccount(BaseModel):
    """One invented person."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    email: str
    name: str
    role: str
    agency: str | None = None
    agency_name: str | None = None


class DemoAccounts(BaseModel):
    """All of them, with the one password."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    password: str
    accounts: tuple[DemoAccount, ...]


def load(path: Path = FILE) -> DemoAccounts:
    """What the file says."""
    return DemoAccounts.model_validate(tomllib.loads(path.read_text()))
