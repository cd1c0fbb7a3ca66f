"""Invented contact data go through everything that identity does; then every column, event and log line is looked at."""

import json
import logging
from base64 import b64encode
from urllib.parse import quote

import pytest
from sqlalchemy import text

from services.identity import commands
from services.identity.vault import Locked, Vault
from shared.contracts.sealed import ContactDetails
from shared.sealing import OpeningKey, new_private_key
from shared.telemetry import Formatter
from tests.identity.conftest import PASSWORD, Identity, a_report, disposed, posted

NAME, EMAIL, PHONE = "Kenanga Melati Purwakarta", "kenanga.rahasia@contoh.example", "+6281398765432"
ADDRESS = "203.0.113.99"


def traces_of(value: str) -> set[bytes]:
    """The forms in which a value could be found."""
    plain = value.encode()
    found = {plain, plain.hex().encode(), quote(value).encode(), b64encode(plain).rstrip(b"=")[:-2]}
    return found | {json.dumps(value).encode(), plain.decode().encode("utf-16-le")}


CANARIES = {
    name: traces_of(value)
    for name, value in {
        "name": NAME,
        "email": EMAIL,
        "phone": PHONE,
        "number without its country": PHONE[3:],
        "password": PASSWORD,
        "address": ADDRESS,
    }.items()
}


def found_in(content: bytes) -> set[str]:
    lowered = content.lower()
    return {name for name, forms in CANARIES.items() if any(form.lower() in lowered for form in forms)}


async def everything_stored(identity: Identity) -> dict[str, bytes]:
    async with identity.sessions() as session:
        tables = (
            await session.scalars(text("select table_name from information_schema.tables where table_schema='public'"))
        ).all()
        found = {}
        for table in tables:
            rows = (await session.execute(text(f'select * from "{table}"'))).all()
            values = [value for row in rows for value in row if value is not None]
            found[str(table)] = b"\n".join(
                bytes(value) if isinstance(value, bytes | memoryview) else str(value).encode() for value in values
            )
    return found


@pytest.fixture
def log(caplog: pytest.LogCaptureFixture) -> pytest.LogCaptureFixture:
    caplog.set_level(logging.DEBUG)
    caplog.set_level(logging.WARNING, "httpx")  # the tests' own browser
    caplog.handler.setFormatter(Formatter("identity"))
    return caplog


async def test_contact_data_are_found_nowhere(identity: Identity, log: pytest.LogCaptureFixture) -> None:
    report, second = a_report(), a_report()
    details = {"name": NAME, "email": EMAIL, "phone": PHONE}
    code = await identity.issue(identity.contact_of(report, **details), disposed(report))
    async with identity.browser(ADDRESS) as browser:
        await browser.post("/kode", data={"tracking_id": report.tracking_id, "code": "K7Q2-M9XW-TP4H-Z3ABC"})
        await browser.post(f"/k/{code}")
        await browser.get("/akun/aktivasi")
        await browser.post("/akun/aktivasi", data={"password": PASSWORD, "repeated": PASSWORD})
        await browser.post("/keluar")
        await browser.post("/masuk", data={"login": EMAIL, "password": "salah"})
        await browser.post("/masuk", data={"login": PHONE, "password": PASSWORD})
        await browser.get("/akun")
        await browser.get("/akun/laporan")
        access = await identity.issue(identity.contact_of(second, **details), posted(second))
        await browser.post("/kode", data={"tracking_id": second.tracking_id, "code": access})
    unreadable, malformed = identity.contact_of(a_report()), identity.contact_of(a_report())
    foreign = OpeningKey(new_private_key()).public
    clear = ContactDetails.model_validate(details).model_dump_json().encode()
    cut = identity.equipment.opening.public.seal(clear[:-20] + EMAIL.encode())
    await identity.flow.give(unreadable.model_copy(update={"sealed": foreign.seal(clear)}))
    await identity.flow.give(malformed.model_copy(update={"sealed": cut}))
    assert await identity.flow.parked() == 2

    stored = await everything_stored(identity)
    assert {table for table, content in stored.items() if content} >= {"account", "contact", "credential", "outbox"}
    assert {table: found for table, content in stored.items() if (found := found_in(content))} == {}
    for secret in (code, access):
        hidden = secret.replace("-", "")[4:].encode()
        assert {table for table, content in stored.items() if hidden in content or secret.encode() in content} == set()
    assert found_in(log.text.encode()) == set()
    assert code not in log.text
    assert access not in log.text


async def test_pages_show_their_owner_a_masked_address_only(identity: Identity) -> None:
    report = a_report()
    code = await identity.issue(identity.contact_of(report, name=NAME, email=EMAIL, phone=PHONE), disposed(report))
    async with identity.browser() as browser:
        await browser.post(f"/k/{code}")
        pages = [await browser.get("/akun/aktivasi")]
        await browser.post("/akun/aktivasi", data={"password": PASSWORD, "repeated": PASSWORD})
        pages += [await browser.get("/akun"), await browser.get("/akun/laporan")]
    for page in pages:
        assert page.status_code == 200
        assert not found_in(page.content) & {"email", "phone", "number without its country", "password"}


def test_a_row_of_the_vault_cannot_be_given_another_rows_content() -> None:
    vault, other = Vault(bytes(32)), Vault(bytes(31) + b"\1")
    locked = vault.lock("contact:1", EMAIL.encode())
    assert vault.unlock("contact:1", locked) == EMAIL.encode()
    assert vault.lock("contact:1", EMAIL.encode()) != locked
    for wrong, place, content in [
        (vault, "contact:2", locked),
        (other, "contact:1", locked),
        (vault, "contact:1", locked[:-1] + bytes([locked[-1] ^ 1])),
        (vault, "contact:1", b""),
    ]:
        with pytest.raises(Locked) as refused:
            wrong.unlock(place, content)
        assert not found_in(str(refused.value).encode())


def test_keyed_hashes_differ_by_kind_and_key() -> None:
    vault, other = Vault(bytes(32)), Vault(bytes(31) + b"\1")
    hashes = {vault.hash("login", EMAIL), vault.hash("device", EMAIL), other.hash("login", EMAIL)}
    assert len(hashes) == 3
    assert vault.hash("login", EMAIL) in hashes


def test_commands_ask_for_passwords_and_never_take_them_as_arguments() -> None:
    import inspect

    assert "password" not in inspect.signature(commands.create_account).parameters
