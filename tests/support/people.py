"""Signed-in people for the tests of every service: sessions signed with a real key pair that the service under test knows of.

    cookie = await sign_in(sessions, administrator())
    client.cookies.set(settings.session_cookie, cookie)

A session that opens one report only goes into `settings.report_cookie`: `await sign_in(sessions, reporter_of(report_id))`.
"""

import json
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from joserfc import jwt
from joserfc.jwk import OKPKey
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.contracts.vocabulary import AgencyCode
from shared.security import Person, Role
from shared.security.sessions import ALGORITHM, to_claims
from shared.security.tables import revoked_session, signing_key

LIFETIME = timedelta(hours=8)


@dataclass(frozen=True)
class Signer:
    """An Ed25519 key pair, as identity has one."""

    key_id: str = field(default_factory=lambda: f"test-{uuid4().hex[:12]}")
    key: OKPKey = field(default_factory=lambda: OKPKey.generate_key("Ed25519"))

    @property
    def public_jwk(self) -> str:
        """The public half as `signing_key.jwk` holds it."""
        return json.dumps(self.key.as_dict(private=False))

    def token(self, person: Person, *, lifetime: timedelta = LIFETIME) -> str:
        """A session token; a negative `lifetime` makes an expired one."""
        claims = to_claims(person, expires_at=int(time.time() + lifetime.total_seconds()))
        return jwt.encode({"alg": ALGORITHM, "kid": self.key_id}, claims, self.key, algorithms=[ALGORITHM])


SIGNER = Signer()
"""The key that `sign_in` signs with."""


async def trust(sessions: async_sessionmaker[AsyncSession], signer: Signer = SIGNER) -> None:
    """Let a service's database know the signer's public key, as the topic `signing-keys` would."""
    async with sessions.begin() as session:
        known = insert(signing_key).values(key_id=signer.key_id, jwk=signer.public_jwk)
        await session.execute(known.on_conflict_do_nothing())


async def sign_in(
    sessions: async_sessionmaker[AsyncSession],
    person: Person,
    *,
    lifetime: timedelta = LIFETIME,
    signer: Signer = SIGNER,
) -> str:
    """The cookie value of a session that this service's `Sessions` will accept."""
    await trust(sessions, signer)
    return signer.token(person, lifetime=lifetime)


async def revoke(sessions: async_sessionmaker[AsyncSession], person: Person) -> None:
    """End a person's session in this service's database, as the topic `revocations` would."""
    async with sessions.begin() as session:
        ended = insert(revoked_session).values(session_id=person.session_id, expires_at=datetime.now(UTC) + LIFETIME)
        await session.execute(ended.on_conflict_do_nothing())


def administrator(name: str = "Sari Wulandari") -> Person:
    """National staff."""
    return Person(uuid4(), Role.ADMINISTRATOR, name, account_id=uuid4())


def officer(agency: AgencyCode = "PD-1872", unit: AgencyCode | None = None, name: str = "Bagus Pratama") -> Person:
    """Staff of an agency, or of a unit of it."""
    return Person(uuid4(), Role.OFFICER, name, account_id=uuid4(), agency=agency, unit=unit)


def observer(name: str = "Ratih Kusuma") -> Person:
    """The Ombudsman's or KSP's."""
    return Person(uuid4(), Role.OBSERVER, name, account_id=uuid4())


def operator(name: str = "Joko Santoso") -> Person:
    """Who runs the platform."""
    return Person(uuid4(), Role.OPERATOR, name, account_id=uuid4())


def reporter(name: str = "Dewi Anggraini") -> Person:
    """A reporter signed in to an account."""
    return Person(uuid4(), Role.REPORTER, name, account_id=uuid4())


def reporter_of(report_id: UUID) -> Person:
    """Whoever opened one report by an access code or link: no account, no name."""
    return Person(uuid4(), Role.REPORTER, "", report_id=report_id)
