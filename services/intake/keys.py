"""Intake's keys, and what is derived from them: hashes of numbers and accounts, private links, fingerprints."""

from base64 import b64decode, urlsafe_b64encode
from dataclasses import dataclass, field
from pathlib import Path
from uuid import UUID

from shared.sealing import SealingKey, keyed_hash, sealing_key

HASH_KEY = "phone-hash.key"
SEALED_TO = "identity-sealing"
KEY_BYTES = 32
TOKEN_BYTES = 24


@dataclass(frozen=True)
class Keys:
    """Loaded once at start. Each use has a word of its own, so that a hash made for one says nothing in another."""

    hash_key: bytes = field(repr=False)
    provisioned: SealingKey
    """Identity's public key as installed; a newer one may come by topic."""

    def owner_of_phone(self, number: str) -> bytes:
        """Under which a number's reports are found again."""
        return keyed_hash(self.hash_key, f"phone|{number}")

    def owner_of_account(self, account_id: UUID) -> bytes:
        """Under which an account's reports are found again."""
        return keyed_hash(self.hash_key, f"account|{account_id}")

    def attempt(self, channel: str, key: str) -> bytes:
        """Names one attempt to send a report; the same attempt is the same report."""
        return keyed_hash(self.hash_key, f"attempt|{channel}|{key}")

    def fingerprint(self, *parts: str | None) -> bytes:
        """Tells whether two contents are the same without keeping them."""
        return keyed_hash(self.hash_key, "content|" + "\x1f".join(part or "" for part in parts))

    def token(self, attempt: bytes, fingerprint: bytes) -> str:
        """The private link of a report: 192 bits that the same attempt with the same content gives again and nobody else can make."""
        made = keyed_hash(self.hash_key, f"token|{attempt.hex()}|{fingerprint.hex()}")
        return urlsafe_b64encode(made[:TOKEN_BYTES]).decode()

    def token_hash(self, token: str) -> bytes:
        """How a private link is stored."""
        return keyed_hash(self.hash_key, f"link|{token}")


def load(folder: Path) -> Keys:
    """The keys in intake's folder.

    Raises:
        FileNotFoundError: a key was not provisioned.
        ValueError: the hash key is not the base64 of 32 bytes.
    """
    hash_key = b64decode((folder / HASH_KEY).read_text().strip(), validate=True)
    if len(hash_key) != KEY_BYTES:
        raise ValueError(f"{HASH_KEY}: {KEY_BYTES} bytes are needed")
    return Keys(hash_key, sealing_key(folder, SEALED_TO))
