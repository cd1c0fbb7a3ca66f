"""Sealing: bytes that only the holder of a private key can read; and keyed hashes that cannot be reversed by trying.

Keys are files, provisioned at install: `<name>.pub` for those who seal, `<name>.key` for the one who opens.
"""

import hashlib
import hmac
from base64 import b64decode, b64encode
from pathlib import Path

from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox


class Unreadable(ValueError):
    """The seal was made for another key, or was broken on the way."""


class SealingKey:
    """The public half."""

    def __init__(self, public_key: str) -> None:
        self._key = PublicKey(b64decode(public_key))

    @property
    def key_id(self) -> str:
        """Tells keys apart: a digest of the public half."""
        return _key_id(bytes(self._key))

    @property
    def public_key(self) -> str:
        """Base64."""
        return b64encode(bytes(self._key)).decode()

    def seal(self, content: bytes) -> str:
        """Base64 of the sealed content; different each time."""
        return b64encode(SealedBox(self._key).encrypt(content)).decode()


class OpeningKey:
    """The private half."""

    def __init__(self, private_key: str) -> None:
        self._key = PrivateKey(b64decode(private_key))

    @property
    def public(self) -> SealingKey:
        """The half to give away."""
        return SealingKey(b64encode(bytes(self._key.public_key)).decode())

    def open(self, sealed: str) -> bytes:
        """The content.

        Raises:
            Unreadable: sealed for another key, or broken.
        """
        try:
            return SealedBox(self._key).decrypt(b64decode(sealed))
        except (CryptoError, ValueError) as error:
            raise Unreadable("sealed for another key, or broken") from error


def new_private_key() -> str:
    """A new private key, base64; its public half is `OpeningKey(...).public`."""
    return b64encode(bytes(PrivateKey.generate())).decode()


def sealing_key(folder: Path, name: str) -> SealingKey:
    """The public half in `<folder>/<name>.pub`."""
    return SealingKey((folder / f"{name}.pub").read_text().strip())


def opening_key(folder: Path, name: str) -> OpeningKey:
    """The private half in `<folder>/<name>.key`."""
    return OpeningKey((folder / f"{name}.key").read_text().strip())


def keyed_hash(key: bytes, text: str) -> bytes:
    """32 bytes that equal texts share and that nobody without the key can make or try out."""
    return hmac.digest(key, text.encode(), hashlib.sha256)


def _key_id(public_key: bytes) -> str:
    return hashlib.sha256(public_key).hexdigest()[:16]
