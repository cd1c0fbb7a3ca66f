"""What docker-compose.yml needs from outside: secrets in an environment file, and a folder of keys per service."""

import os
from pathlib import Path

from deploy.local import keys
from deploy.local.layout import SHARED
from deploy.local.remembered import Remembered
from shared.contracts.registry import SERVICES

FOLDER = SHARED / "compose"
"""docker-compose.yml mounts folders below it by this name."""


def provide(folder: Path = FOLDER) -> Path:
    """Make what is missing and return the environment file; secrets stay as they are once made."""
    for name in ("clock", "mail"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    keys.provide(folder / "keys")
    remembered = Remembered.load(folder / "remembered.json")
    remembered.provide_passwords(["postgres", *SERVICES])
    remembered.save(folder / "remembered.json")
    lines = [
        f"LAPOR_USER={os.getuid()}:{os.getgid()}",
        f"LAPOR_INTERNAL_TOKEN={remembered.internal_token}",
        *(f"LAPOR_PASSWORD_{role.upper()}={remembered.passwords[role]}" for role in ("postgres", *SERVICES)),
    ]
    file = folder / "compose.env"
    with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as stream:
        stream.write("".join(f"{line}\n" for line in lines))
    return file
