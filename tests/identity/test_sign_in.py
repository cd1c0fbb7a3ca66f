"""`/masuk`, `/keluar` and `/akun`, through the real application and database."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from sqlalchemy import text

from shared.contracts.audit import AuditRecorded
from shared.contracts.keys import SessionRevoked
from shared.security import Role, Sessions
from tests.identity.conftest import ADDRESS, PASSWORD, Identity, assembled, said, set_cookies, soup

DEWI = {"login": "dewi@contoh.example", "password": PASSWORD}


@pytest.mark.parametrize(
    ("role", "post", "lands"),
    [
        (Role.REPORTER, {}, "/akun"),
        (Role.ADMINISTRATOR, {}, "/meja/verifikasi"),
        (Role.OFFICER, {"agency": "PD-1872"}, "/meja/instansi"),
        (Role.OBSERVER, {}, "/meja/pemantauan"),
        (Role.OPERATOR, {}, "/meja/pesan"),
    ],
)
async def test_everybody_lands_where_they_work(
    identity: Identity, role: Role, post: dict[str, str], lands: str
) -> None:
    await identity.open_account(role, **post)
    async with identity.browser() as browser:
        response = await browser.post("/masuk", data=DEWI)
    assert (response.status_code, response.headers["location"]) == (303, lands)
    person = await Sessions(identity.sessions).verify(response.cookies["lapor"])
    assert person is not None
    assert (person.role, person.name, person.agency) == (role, "Dewi Anggraini", post.get("agency"))


async def test_the_session_cookie_is_out_of_reach_of_scripts_and_other_sites(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        cookie = set_cookies(await browser.post("/masuk", data=DEWI))["lapor"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie
    assert "Path=/;" in cookie
    assert f"Max-Age={8 * 3600 - 1}" in cookie or f"Max-Age={8 * 3600}" in cookie


async def test_a_telephone_number_signs_in_however_it_is_typed(identity: Identity) -> None:
    await identity.open_account(login="0812-3456-0001")
    async with identity.browser() as browser:
        for typed in ("+62 812-3456-0001", "081234560001", "+62812 3456 0001"):
            assert (await browser.post("/masuk", data={"login": typed, "password": PASSWORD})).status_code == 303


async def test_an_address_signs_in_in_any_case(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        response = await browser.post("/masuk", data=DEWI | {"login": " DEWI@Contoh.example "})
    assert response.status_code == 303


@pytest.mark.parametrize("path", ["/meja/verifikasi/1?x=2", "/saya/2611000017", "/lapor"])
async def test_one_goes_on_to_where_one_was_going(identity: Identity, path: str) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        page = await browser.get(f"/masuk?lanjut={quote(path)}")
        hidden = soup(page).select_one("input[name=lanjut]")
        assert hidden is not None
        response = await browser.post("/masuk", data=DEWI | {"lanjut": str(hidden["value"])})
    assert response.headers["location"] == path


ELSEWHERE = [
    "https://jahat.example/",
    "//jahat.example",
    "/\\jahat.example",
    "javascript:alert(1)",
    "/\n/jahat.example",
    "masuk",
    "/masuk?lanjut=/masuk",
    "/keluar",
    "/" + "a" * 2000,
]


async def test_one_never_goes_on_to_another_site(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        for path in ELSEWHERE:
            response = await browser.post("/masuk", data=DEWI | {"lanjut": path})
            assert response.headers["location"] == "/akun", path


WRONG = [
    {"login": "dewi@contoh.example", "password": "salah sama sekali"},
    {"login": "tidak.ada@contoh.example", "password": PASSWORD},
    {"login": "bukan apa-apa", "password": PASSWORD},
    {"login": "+62 811 0000 0000 0000 00", "password": PASSWORD},
    {"login": "dewi@contoh.example' or 1=1 --", "password": PASSWORD},
]


async def test_unknown_and_wrong_get_the_same_answer(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        wrong = await browser.post("/masuk", data={"login": "dewi@contoh.example", "password": "bukan ini"})
        for typed in WRONG:
            response = await browser.post("/masuk", data=typed)
            assert response.status_code == 401
            assert said(response) == said(wrong)
            assert sorted(response.headers) == sorted(wrong.headers)
            assert "lapor" not in response.cookies
            kept = soup(response).select_one("#login")
            assert kept is not None
            assert kept["value"] == typed["login"]


async def test_an_unknown_account_costs_as_much_work_as_a_wrong_password(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Counted, not timed: a clock in a test measures the machine."""
    await identity.open_account()
    done: list[str] = []
    matches = identity.equipment.passwords.matches

    async def counting(secret: str, encoded: str | None) -> bool:
        done.append("hash")
        return await matches(secret, encoded)

    monkeypatch.setattr(identity.equipment.passwords, "matches", counting)
    async with identity.browser() as browser:
        for login in ("dewi@contoh.example", "tidak.ada@contoh.example", "bukan apa-apa"):
            await browser.post("/masuk", data={"login": login, "password": "salah"})
    assert done == ["hash"] * 3
    assert not await identity.equipment.passwords.matches("apa pun", None)


UNREADABLE = [
    ({"login": "", "password": ""}, "Tulis alamat surel atau nomor telepon Anda"),
    ({"login": "dewi@contoh.example", "password": ""}, "Tulis kata sandi Anda"),
    ({"login": "d" * 300, "password": PASSWORD}, "300 huruf, paling banyak 254"),
    ({"login": "dewi\x00@contoh.example", "password": PASSWORD}, "Ada huruf yang tidak dapat kami baca"),
    ({"login": "dewi@contoh.example", "password": "x" * 300}, "300 huruf, paling banyak 256"),
]


async def test_what_cannot_be_read_is_said_beside_the_field(identity: Identity) -> None:
    async with identity.browser() as browser:
        for typed, message in UNREADABLE:
            response = await browser.post("/masuk", data=typed)
            assert response.status_code == 422
            assert message in said(response)
            assert PASSWORD not in response.text
    assert await identity.rows("failed_attempt") == []


async def test_other_content_types_and_other_sites_are_refused(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        as_json = await browser.post("/masuk", json=DEWI)
        bytes_ = await browser.post(
            "/masuk",
            content=b"login=%ff%fe&password=x",
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
        elsewhere = await browser.post("/masuk", data=DEWI, headers={"Origin": "https://jahat.example"})
    assert as_json.status_code == 422
    assert bytes_.status_code == 422
    assert elsewhere.status_code == 403


async def test_guessing_is_slowed_down_but_not_for_long(identity: Identity) -> None:
    await identity.open_account()
    wrong = DEWI | {"password": "salah"}
    async with identity.browser() as guesser:
        statuses = [(await guesser.post("/masuk", data=wrong)).status_code for _ in range(6)]
        assert statuses == [401] * 5 + [429]
        refused = await guesser.post("/masuk", data=DEWI)
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["Retry-After"]) <= 60
        assert "Terlalu banyak percobaan" in said(refused)
        for _ in range(30):
            identity.wall.advance(timedelta(seconds=60))
            assert (await guesser.post("/masuk", data=wrong)).status_code == 401
        identity.wall.advance(timedelta(seconds=60))
        assert (await guesser.post("/masuk", data=DEWI)).status_code == 303


async def test_whoever_guesses_does_not_lock_out_a_browser_that_was_here_before(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser("198.51.100.7") as owner, identity.browser("203.0.113.9") as guesser:
        assert (await owner.post("/masuk", data=DEWI)).status_code == 303
        await owner.post("/keluar")
        for _ in range(8):
            await guesser.post("/masuk", data=DEWI | {"password": "salah"})
        assert (await guesser.post("/masuk", data=DEWI)).status_code == 429
        assert (await owner.post("/masuk", data=DEWI)).status_code == 303


async def test_a_forged_device_is_no_device(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as guesser:
        for attempt in range(6):
            guesser.cookies.set("lapor-perangkat", f"{attempt:032x}.{'0' * 64}", domain="lapor.test", path="/masuk")
            last = await guesser.post("/masuk", data=DEWI | {"password": "salah"})
    assert last.status_code == 429


async def test_one_address_cannot_try_many_accounts(identity: Identity) -> None:
    async with identity.browser() as guesser, identity.browser("203.0.113.9") as other:
        statuses = [
            (await guesser.post("/masuk", data={"login": f"a{n}@contoh.example", "password": "x"})).status_code
            for n in range(21)
        ]
        assert statuses == [401] * 20 + [429]
        assert (await other.post("/masuk", data={"login": "b@contoh.example", "password": "x"})).status_code == 401
        spoofed = {"X-Forwarded-For": "192.0.2.1, 198.51.100.7"}
        again = await guesser.post("/masuk", data={"login": "c@contoh.example", "password": "x"}, headers=spoofed)
        assert again.status_code == 429


async def test_addresses_are_not_stored(identity: Identity) -> None:
    async with identity.browser("203.0.113.77") as guesser:
        await guesser.post("/masuk", data={"login": "a@contoh.example", "password": "x"})
    rows = await identity.rows("failed_attempt")
    assert len(rows) == 2
    assert all(len(row.bucket) == 32 for row in rows)


async def test_signing_out_ends_the_session_everywhere(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        signed_in = await browser.post("/masuk", data=DEWI)
        token = signed_in.cookies["lapor"]
        person = await Sessions(identity.sessions).verify(token)
        assert person is not None
        response = await browser.post("/keluar")
        assert (response.status_code, response.headers["location"]) == (303, "/")
        assert "Max-Age=0" in set_cookies(response)["lapor"]
        assert (await browser.get("/akun")).headers["location"] == "/masuk?lanjut=/akun"
    assert await Sessions(identity.sessions).verify(token) is None
    (revoked,) = await identity.flow.staged(SessionRevoked)
    assert revoked.session_id == person.session_id
    assert revoked.expires_at - identity.wall.now() == timedelta(hours=8)


async def test_signing_out_twice_or_as_nobody_is_harmless(identity: Identity) -> None:
    async with identity.browser() as browser:
        assert (await browser.post("/keluar")).status_code == 303
        assert (await browser.get("/keluar")).status_code == 405
    assert await identity.flow.staged(SessionRevoked) == []


async def test_signing_in_anew_ends_the_session_before(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        first = (await browser.post("/masuk", data=DEWI)).cookies["lapor"]
        second = (await browser.post("/masuk", data=DEWI)).cookies["lapor"]
    verify = Sessions(identity.sessions).verify
    assert await verify(first) is None
    assert await verify(second) is not None


async def test_the_account_page_says_who_one_is_and_until_when(identity: Identity) -> None:
    await identity.open_account(Role.OFFICER, agency="PD-1872", unit="PD-1872-PU")
    async with identity.browser() as browser:
        await browser.post("/masuk", data=DEWI)
        page = await browser.get("/akun")
        english = await browser.get("/akun?lang=en")
    shown = said(page)
    for part in ("Dewi Anggraini", "Pejabat penghubung", "PD-1872", "PD-1872-PU", "d•••@contoh.example", "WIB"):
        assert part in shown
    assert "dewi@contoh.example" not in page.text
    assert soup(page).select_one("main a[href='/meja/instansi']")
    assert "Liaison officer" in said(english)


async def test_someone_signed_in_is_shown_the_way_on(identity: Identity) -> None:
    await identity.open_account(Role.OBSERVER)
    async with identity.browser() as browser:
        await browser.post("/masuk", data=DEWI)
        page = await browser.get("/masuk?lanjut=/meja/pemantauan")
    assert "Anda sudah masuk sebagai Dewi Anggraini." in said(page)
    assert soup(page).select_one("main a[href='/meja/pemantauan']")


async def test_staff_signing_in_is_on_record_and_reporters_are_not(identity: Identity) -> None:
    officer = await identity.open_account(Role.OFFICER, "metro@contoh.example", agency="PD-1872")
    await identity.open_account()
    await identity.flow.clear()
    async with identity.browser() as browser:
        await browser.post("/masuk", data=DEWI)
        await browser.post("/masuk", data={"login": "metro@contoh.example", "password": PASSWORD})
    (record,) = await identity.flow.staged(AuditRecorded)
    assert (record.actor, record.action) == (str(officer), "session-opened")


async def test_before_the_first_key_signing_in_says_try_again(identity: Identity) -> None:
    await identity.open_account()
    async with identity.sessions.begin() as session:
        await session.execute(text("delete from signing_pair"))
    async with identity.browser() as browser:
        response = await browser.post("/masuk", data=DEWI)
    assert response.status_code == 503
    assert response.headers["Retry-After"]


async def test_over_tls_cookies_are_bound_to_the_host(identity: Identity) -> None:
    await identity.open_account()
    secure = identity.equipment.settings.model_copy(update={"public_url": ADDRESS.replace("http", "https")})
    over_tls = assembled(identity.sessions, secure, identity.notify)
    async with over_tls.browser() as browser:
        cookies = set_cookies(await browser.post("/masuk", data=DEWI))
    assert "Secure" in cookies["__Host-lapor"]
    assert "Secure" in cookies["__Secure-lapor-perangkat"]
