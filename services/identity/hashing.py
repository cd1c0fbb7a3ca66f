"""Argon2id, off the event loop, and as slow for what does not exist as for what is wrong."""

import asyncio
import secrets

from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher

AT_ONCE = 2
"""Hashes under way in one process: each takes memory, and more than there are cores gain nothing."""


class Hashing:
    """Hashes one kind of secret, passwords or codes."""

    def __init__(self, *, memory_kib: int, passes: int) -> None:
        self._hasher = PasswordHash((Argon2Hasher(time_cost=passes, memory_cost=memory_kib, parallelism=1),))
        self._turn = asyncio.Semaphore(AT_ONCE)
        self._nobodys = self._hasher.hash(secrets.token_urlsafe())

    async def hash(self, secret: str) -> str:
        """An encoded hash with its own salt."""
        async with self._turn:
            return await asyncio.to_thread(self._hasher.hash, secret)

    async def matches(self, secret: str, encoded: str | None) -> bool:
        """Whether the hash is of this secret. None, for what does not exist, takes as long and is False."""
        async with self._turn:
            right = await asyncio.to_thread(self._hasher.verify, secret, encoded or self._nobodys)
        return right and encoded is not None

    async def renewed(self, secret: str, encoded: str) -> str | None:
        """A new hash if the settings have changed since this one was made."""
        async with self._turn:
            _, renewed = await asyncio.to_thread(self._hasher.verify_and_update, secret, encoded)
        return renewed
