"""Sessions are signed by identity and verified anywhere, without asking it."""

import json
import time
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from joserfc import jws, jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.security.people import Person, Role
from shared.security.tables import revoked_session, signing_key

ALGORITHM = "Ed25519"
ISSUER = "lapor-identity"
KEYS_FRESH = 5.0
"""Seconds for which keys are not read again."""
_CLAIMS = jwt.JWTClaimsRegistry(
    leeway=5, iss={"essential": True, "value": ISSUER}, exp={"essential": True}, sid={"essential": True}
)


def to_claims(person: Person, *, expires_at: int) -> dict[str, Any]:
    """What a session's token says; `expires_at` in seconds since the epoch, wall time."""
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "exp": expires_at,
        "sid": str(person.session_id),
        "role": person.role.value,
        "name": person.name,
    }
    optional = {
        "sub": person.account_id,
        "agency": person.agency,
        "unit": person.unit,
        "report": person.report_id,
    }
    return claims | {name: str(value) for name, value in optional.items() if value is not None}


def from_claims(claims: Mapping[str, Any]) -> Person:
    """The person a verified token names.

    Raises:
        ValueError, KeyError: a claim is missing or has a value unknown to us.
    """
    return Person(
        session_id=UUID(claims["sid"]),
        role=Role(claims["role"]),
        name=claims["name"],
        account_id=UUID(claims["sub"]) if "sub" in claims else None,
        agency=claims.get("agency"),
        unit=claims.get("unit"),
        report_id=UUID(claims["report"]) if "report" in claims else None,
    )


class Sessions:
    """Verifies session tokens with what this service's own database knows of identity's keys."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions
        self._keys: dict[str, OKPKey] = {}
        self._read_at = float("-inf")

    async def verify(self, token: str) -> Person | None:
        """The person, or None if the token is forged, expired, revoked or simply no token."""
        try:
            key_id = jws.extract_compact(token.encode()).headers().get("kid")
        except (JoseError, ValueError):
            return None
        key = await self._key(key_id) if isinstance(key_id, str) else None
        if key is None:
            return None
        try:
            claims = jwt.decode(token, key, algorithms=[ALGORITHM]).claims
            _CLAIMS.validate(claims)
            person = from_claims(claims)
        except (JoseError, ValueError, KeyError):
            return None
        return None if await self._revoked(person.session_id) else person

    async def _key(self, key_id: str) -> OKPKey | None:
        if time.monotonic() - self._read_at > KEYS_FRESH or key_id not in self._keys:
            async with self._sessions() as session:
                rows = (await session.execute(select(signing_key.c.key_id, signing_key.c.jwk))).all()
            self._keys = {row.key_id: OKPKey.import_key(json.loads(row.jwk)) for row in rows}
            self._read_at = time.monotonic()
        return self._keys.get(key_id)

    async def _revoked(self, session_id: UUID) -> bool:
        async with self._sessions() as session:
            found = await session.scalar(
                select(revoked_session.c.session_id).where(revoked_session.c.session_id == session_id)
            )
        return found is not None
