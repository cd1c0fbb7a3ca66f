"""Sessions as every service verifies them, and the keys behind them."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from services.identity.actions import keys
from services.identity.store import accounts
from services.identity.store import keys as key_store
from shared.contracts.audit import AuditRecorded
from shared.contracts.keys import SessionRevoked, SigningKey, SigningKeyRetired
from shared.security import Person, Sessions, session_routes
from shared.security.sessions import to_claims
from tests.conftest import SessionsOf
from tests.identity.conftest import PASSWORD, Identity
from tests.support.flow import Flow
from tests.support.people import Signer, administrator, sign_in


async def signed_in(identity: Identity) -> tuple[str, Person]:
    await identity.open_account()
    async with identity.browser() as browser:
        response = await browser.post("/masuk", data={"login": "dewi@contoh.example", "password": PASSWORD})
    token = response.cookies["lapor"]
    person = await Sessions(identity.sessions).verify(token)
    assert person is not None
    return token, person


def part(token: str, number: int) -> dict[str, object]:
    text = token.split(".")[number]
    content: dict[str, object] = json.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
    return content


def encoded(content: dict[str, object]) -> str:
    return urlsafe_b64encode(json.dumps(content).encode()).decode().rstrip("=")


async def test_another_service_verifies_a_session_by_what_was_published(
    identity: Identity, sessions_of: SessionsOf
) -> None:
    await identity.tending.begin()
    token, person = await signed_in(identity)
    elsewhere = sessions_of("identity")
    flow = Flow("portal", elsewhere, session_routes(), session_routes())
    assert await Sessions(elsewhere).verify(token) is None
    await flow.give(*await identity.flow.staged(SigningKey))
    assert await Sessions(elsewhere).verify(token) == person
    async with identity.browser() as browser:
        browser.cookies.set("lapor", token, domain="lapor.test")
        await browser.post("/keluar")
    for revoked in await identity.flow.staged(SessionRevoked):
        await flow.give_twice(revoked)
    assert await Sessions(elsewhere).verify(token) is None


async def test_forged_sessions_open_nothing(identity: Identity) -> None:
    token, person = await signed_in(identity)
    header, claims, signature = token.split(".")
    key_id = str(part(token, 0)["kid"])
    async with identity.sessions() as session:
        public = await key_store.public_jwk(session, key_id)
    assert public is not None
    expires_at = int(datetime.now(UTC).timestamp()) + 3600
    own = OKPKey.generate_key("Ed25519")
    forged = {
        "another key": jwt.encode(
            {"alg": "Ed25519", "kid": key_id}, to_claims(person, expires_at=expires_at), own, algorithms=["Ed25519"]
        ),
        "unknown key": Signer().token(person),
        "more rights": f"{header}.{encoded(part(token, 1) | {'role': 'administrator'})}.{signature}",
        "no signature": f"{encoded({'alg': 'none', 'kid': key_id})}.{claims}.",
        "the public key as a secret": jwt.encode(
            {"alg": "HS256", "kid": key_id},
            to_claims(person, expires_at=expires_at),
            OctKey.import_key((public * 2).encode()),
            algorithms=["HS256"],
        ),
        "cut off": token[:-10],
        "no token": "apa saja",
        "nothing": "",
        "not ASCII": "é.ü.ñ",
    }
    verify = Sessions(identity.sessions).verify
    assert {name: await verify(text) for name, text in forged.items()} == dict.fromkeys(forged)
    assert await verify(token) == person


async def test_a_forged_cookie_is_as_good_as_none(identity: Identity) -> None:
    async with identity.browser() as browser:
        for cookie in ("apa saja", "a.b.c", "%00", "x" * 4000):
            response = await browser.get("/akun", headers={"Cookie": f"lapor={cookie}"})
            assert (response.status_code, response.headers["location"]) == (303, "/masuk?lanjut=/akun")


async def test_an_expired_session_is_over(identity: Identity) -> None:
    token = await sign_in(identity.sessions, administrator(), lifetime=timedelta(seconds=-10))
    assert await Sessions(identity.sessions).verify(token) is None


async def test_a_session_lasts_as_long_as_the_settings_say(identity: Identity) -> None:
    token, person = await signed_in(identity)
    async with identity.sessions() as session:
        ends_at = await accounts.session_end(session, person.session_id)
    assert ends_at == identity.wall.now() + timedelta(hours=8)
    assert part(token, 1)["exp"] == int(ends_at.timestamp())


async def test_a_new_key_signs_only_when_everybody_knows_it_and_the_old_one_stays_good(identity: Identity) -> None:
    old, _ = await signed_in(identity)
    async with identity.sessions.begin() as session:
        key_id = await keys.rotate(session, identity.equipment, operator="joko")
    (published,) = await identity.flow.staged(SigningKey)
    (record,) = [event for event in await identity.flow.staged(AuditRecorded) if event.action == "signing-key-rotated"]
    assert (published.key_id, record.actor, record.subject) == (key_id, "operator:joko", key_id)

    async def signing_key_id() -> str:
        async with identity.sessions() as session:
            return (await keys.signing_pair(session, identity.equipment)).key_id

    assert await signing_key_id() != key_id
    identity.wall.advance(timedelta(minutes=1))
    assert await signing_key_id() == key_id
    await identity.tending.tidy()
    assert await Sessions(identity.sessions).verify(old) is not None
    assert await identity.flow.staged(SigningKeyRetired) == []
    identity.wall.advance(timedelta(hours=8, seconds=1))
    await identity.tending.tidy()
    await identity.tending.tidy()
    (retired,) = await identity.flow.staged(SigningKeyRetired)
    assert (retired.key, retired.version) == (part(old, 0)["kid"], 2)
    assert await Sessions(identity.sessions).verify(old) is None
    assert [row.key_id for row in await identity.rows("signing_pair")] == [key_id]


async def test_replicas_that_start_together_make_one_key(sessions_of: SessionsOf, identity: Identity) -> None:
    import asyncio

    fresh = replace(identity, sessions=sessions_of("identity"))

    async def start() -> None:
        async with fresh.sessions.begin() as session:
            await keys.provide(session, identity.equipment)

    await asyncio.gather(*(start() for _ in range(5)))
    assert len(await fresh.rows("signing_pair")) == 1


async def test_what_is_over_is_forgotten(identity: Identity) -> None:
    await signed_in(identity)
    async with identity.browser() as browser:
        await browser.post("/masuk", data={"login": "dewi@contoh.example", "password": "salah"})
        await browser.post("/masuk", data={"login": "dewi@contoh.example", "password": PASSWORD})
        await browser.post("/keluar")
    await identity.tending.tidy()
    assert len(await identity.rows("open_session")) == 1
    assert len(await identity.rows("revoked_session")) == 1
    identity.wall.advance(timedelta(hours=9))
    await identity.tending.tidy()
    for table in ("open_session", "revoked_session", "failed_attempt"):
        assert await identity.rows(table) == [], table


async def test_a_session_of_nobody_we_know_shows_no_account(identity: Identity) -> None:
    token = await sign_in(identity.sessions, replace(administrator(), account_id=uuid4()))
    async with identity.browser() as browser:
        browser.cookies.set("lapor", token, domain="lapor.test")
        assert (await browser.get("/akun")).status_code == 403
