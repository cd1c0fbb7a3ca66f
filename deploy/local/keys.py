"""Makes the keys of a stack and gives every service exactly those it may have.

`<keys>/<service>/` is what the service gets as LAPOR_KEYS. Every file holds one base64 text.

| file | content | who has it |
|---|---|---|
| `<owner>-sealing.pub` | public half for sealing to `identity` or `notify` | every service |
| `<owner>-sealing.key` | private half | its owner only |
| `vault.key` | 32 bytes for a SecretBox: contact data at rest | identity |
| `phone-hash.key` | 32 bytes for keyed hashes of telephone numbers | intake |
"""

import base64
import os
from pathlib import Path

from nacl.utils import random

from shared.contracts.registry import SERVICES
from shared.sealing import new_private_key, opening_key

SEALING_OWNERS = ("identity", "notify")
SYMMETRIC = {"identity": ("vault.key",), "intake": ("phone-hash.key",)}


def provide(folder: Path) -> None:
    """Make what is missing below `folder`; what is there is never changed, because data is sealed with it."""
    for service in SERVICES:
        (folder / service).mkdir(mode=0o700, parents=True, exist_ok=True)
    for owner in SEALING_OWNERS:
        private = folder / owner / f"{owner}-sealing.key"
        if not private.exists():
            _write(private, new_private_key())
        public = opening_key(folder / owner, f"{owner}-sealing").public.public_key
        for service in SERVICES:
            _write(folder / service / f"{owner}-sealing.pub", public)
    for service, names in SYMMETRIC.items():
        for name in names:
            if not (folder / service / name).exists():
                _write(folder / service / name, base64.b64encode(random(32)).decode())


def _write(path: Path, content: str) -> None:
    part = path.with_name(f"{path.name}.part")
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"{content}\n")
    part.replace(path)
