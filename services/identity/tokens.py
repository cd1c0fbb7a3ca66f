"""Signed tokens: sessions for every service, and what identity hands itself from one page to the next."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey

from shared.security import Person
from shared.security.sessions import ALGORITHM, to_claims

ACTIVATION_ISSUER = "lapor-identity-activation"
"""Not the issuer of sessions: no service takes an activation for a session."""


@dataclass(frozen=True, slots=True)
class SigningPair:
    """An Ed25519 key pair."""

    key_id: str
    private_jwk: str
    """JSON. Never logged, never stored in clear."""
    active_from: datetime
    """Wall time from which tokens are signed with it."""

    def __repr__(self) -> str:
        """Without the key."""
        return f"SigningPair({self.key_id})"

    @property
    def public_jwk(self) -> str:
        """The half to publish, as JSON."""
        return json.dumps(self._key().as_dict(private=False))

    def session(self, person: Person, expires_at: datetime) -> str:
        """A session token for a cookie."""
        return self._sign(to_claims(person, expires_at=int(expires_at.timestamp())))

    def activation(self, credential_id: UUID, expires_at: datetime) -> str:
        """A token that says: this browser redeemed that activation."""
        claims = {"iss": ACTIVATION_ISSUER, "exp": int(expires_at.timestamp()), "cid": str(credential_id)}
        return self._sign(claims)

    def _sign(self, claims: dict[str, Any]) -> str:
        header = {"alg": ALGORITHM, "kid": self.key_id}
        token: str = jwt.encode(header, claims, self._key(), algorithms=[ALGORITHM])
        return token

    def _key(self) -> OKPKey:
        return OKPKey.import_key(json.loads(self.private_jwk))


def new_pair(key_id: str, active_from: datetime) -> SigningPair:
    """A new key pair."""
    key = OKPKey.generate_key("Ed25519")
    return SigningPair(key_id, json.dumps(key.as_dict(private=True)), active_from)


def key_id_of(token: str) -> str | None:
    """The id of the key that a token says it is signed with."""
    try:
        key_id = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError):
        return None
    return key_id if isinstance(key_id, str) else None


def activated(token: str, public_jwk: str, now: datetime) -> UUID | None:
    """The credential that an activation token names at `now` (wall time); None if it is forged, expired or something else."""
    try:
        claims = jwt.decode(token, OKPKey.import_key(json.loads(public_jwk)), algorithms=[ALGORITHM]).claims
        registry = jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=0,
            iss={"essential": True, "value": ACTIVATION_ISSUER},
            exp={"essential": True},
            cid={"essential": True},
        )
        registry.validate(claims)
        return UUID(claims["cid"])
    except (JoseError, ValueError, TypeError):
        return None
