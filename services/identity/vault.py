"""Encryption at rest: what the database holds of people cannot be read, swapped or tried out without the vault key."""

from base64 import b64decode
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.secret import Aead

from shared.sealing import keyed_hash


class Locked(ValueError):
    """The ciphertext was made under another key, for another place, or was changed."""


class Vault:
    """One 32-byte key, and what is derived from it.

    Ciphertexts are bound to their `place` (table and row), so that a row cannot be given another row's content.
    """

    def __init__(self, key: bytes) -> None:
        self._box = Aead(keyed_hash(key, "vault"))
        self._hash_key = keyed_hash(key, "hashes")

    def lock(self, place: str, content: bytes) -> bytes:
        """Encrypt; different each time."""
        return bytes(self._box.encrypt(content, aad=place.encode()))

    def unlock(self, place: str, locked: bytes) -> bytes:
        """Decrypt.

        Raises:
            Locked: made under another key, for another place, or changed.
        """
        try:
            return self._box.decrypt(locked, aad=place.encode())
        except (CryptoError, ValueError):
            raise Locked(place.partition(":")[0]) from None

    def hash(self, kind: str, text: str) -> bytes:
        """32 bytes to find `text` by; equal only for the same kind and text."""
        return keyed_hash(self._hash_key, f"{kind}\n{text}")


def open_vault(folder: Path) -> Vault:
    """The vault of `<folder>/vault.key` (base64 of 32 bytes).

    Raises:
        ValueError: the file holds something else.
    """
    key = b64decode((folder / "vault.key").read_text().strip(), validate=True)
    if len(key) != 32:
        raise ValueError("vault.key: base64 of 32 bytes")
    return Vault(key)
