"""Topics `signing-keys`, `revocations`, `identity.sealing-keys`, `notify.sealing-keys`: public keys and ended sessions. State."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import State, Tombstone


class SigningKey(State):
    """A public key that sessions are verified with."""

    type = "signing-key.v1"
    topic = "signing-keys"

    key_id: str
    jwk: str
    """Public JWK (RFC 7517) as JSON: Ed25519."""

    @property
    def key(self) -> str:
        """The key id."""
        return self.key_id


class SigningKeyRetired(Tombstone):
    """Sessions signed with it are no longer good."""

    type = "signing-key-retired.v1"
    topic = "signing-keys"


class SessionRevoked(State):
    """A session that ended before its time."""

    type = "session-revoked.v1"
    topic = "revocations"

    session_id: UUID
    expires_at: AwareDatetime
    """Wall time after which the session is dead anyhow and the record can go."""

    @property
    def key(self) -> str:
        """The session."""
        return str(self.session_id)


class IdentitySealingKey(State):
    """Public key to seal to identity with."""

    type = "identity-sealing-key.v1"
    topic = "identity.sealing-keys"

    key_id: str
    public_key: str
    """Base64, X25519."""

    @property
    def key(self) -> str:
        """The key id."""
        return self.key_id


class NotifySealingKey(State):
    """Public key to seal to notify with."""

    type = "notify-sealing-key.v1"
    topic = "notify.sealing-keys"

    key_id: str
    public_key: str
    """Base64, X25519."""

    @property
    def key(self) -> str:
        """The key id."""
        return self.key_id
