"""Redeeming codes: `/kode`, `/k/<code>`, and what follows an activation.

Longer than 400 lines: the life of a code from issue to refusal, with the fixtures that all of it shares.
"""

import asyncio
from collections import Counter
from datetime import timedelta

import httpx
import pytest

from services.identity.actions import credentials
from services.identity.actions.credentials import Redeemed
from services.identity.actions.sessions import Visit
from services.identity.domain import read_code
from shared.security import Role, Sessions
from tests.identity.conftest import (
    PASSWORD,
    Identity,
    Report,
    a_report,
    disposed,
    posted,
    said,
    set_cookies,
    soup,
)

EMAIL, PHONE = "dewi@contoh.example", "+6281234560001"


async def an_access_code(identity: Identity) -> tuple[Report, str]:
    report = a_report()
    return report, await identity.issue(identity.contact_of(report, email=EMAIL), posted(report))


async def an_activation(identity: Identity, **details: str) -> tuple[Report, str]:
    report = a_report()
    contact = identity.contact_of(report, **(details or {"name": "Dewi", "email": EMAIL, "phone": PHONE}))
    return report, await identity.issue(contact, disposed(report))


async def type_in(browser: httpx.AsyncClient, report: Report, code: str) -> httpx.Response:
    return await browser.post("/kode", data={"tracking_id": report.tracking_id, "code": code})


async def test_a_code_opens_its_reports_thread_and_names_no_account(identity: Identity) -> None:
    report, code = await an_access_code(identity)
    async with identity.browser() as browser:
        response = await type_in(browser, report, code.lower().replace("-", " "))
    assert (response.status_code, response.headers["location"]) == (303, f"/percakapan/{report.tracking_id}")
    cookie = set_cookies(response)["lapor-laporan"]
    assert f"Path=/percakapan/{report.tracking_id};" in cookie
    assert "HttpOnly" in cookie
    person = await Sessions(identity.sessions).verify(cookie.partition("=")[2].partition(";")[0])
    assert person is not None
    assert (person.role, person.report_id, person.account_id, person.name) == (
        Role.REPORTER,
        report.report_id,
        None,
        "",
    )


async def test_a_short_link_is_looked_at_freely_and_used_once(identity: Identity) -> None:
    report, code = await an_access_code(identity)
    async with identity.browser() as preview, identity.browser("203.0.113.9") as phone:
        for _ in range(3):
            page = await preview.get(f"/k/{code}")
            assert page.status_code == 200
            assert page.headers["Referrer-Policy"] == "no-referrer"
            assert soup(page).select_one(f"form[action='/k/{code}'][method=post]")
        await preview.head(f"/k/{code}")
        used = await phone.post(f"/k/{code}")
        again = await phone.post(f"/k/{code}")
    assert used.headers["location"] == f"/percakapan/{report.tracking_id}"
    assert again.status_code == 422
    assert "tidak dapat dipakai" in said(again)


async def test_looking_at_a_short_link_tells_nothing_about_it(identity: Identity) -> None:
    _, code = await an_access_code(identity)
    async with identity.browser() as browser:
        good, bad = await browser.get(f"/k/{code}"), await browser.get("/k/ABCD-EFGH-JKMN-PQRST")
    assert good.status_code == bad.status_code
    assert good.text.replace(code, "") == bad.text.replace("ABCD-EFGH-JKMN-PQRST", "")


async def test_a_short_link_with_anything_in_it_is_a_page(identity: Identity) -> None:
    async with identity.browser() as browser:
        odd = await browser.get("/k/%3Cscript%3Ealert(1)%3C%2Fscript%3E")
        page = await browser.get("/k/%22%3E%3Cscript%3E")
        long = await browser.post(f"/k/{'K' * 3000}")
        other = await browser.get("/k/")
    assert odd.status_code == 404
    assert page.status_code == 200
    assert "<script>" not in page.text
    assert (long.status_code, other.status_code) == (422, 404)


async def test_unknown_used_expired_superseded_and_foreign_codes_get_one_answer(identity: Identity) -> None:
    used_report, used = await an_access_code(identity)
    foreign_report, foreign = await an_access_code(identity)
    superseded_report, superseded = await an_access_code(identity)
    await identity.issue(posted(superseded_report))
    expired_report, expired = await an_access_code(identity)
    async with identity.browser() as browser:
        assert (await type_in(browser, used_report, used)).status_code == 303
        answers = [
            await type_in(browser, used_report, used),
            await type_in(browser, used_report, foreign),
            await type_in(browser, superseded_report, superseded),
            await type_in(browser, foreign_report, "K7Q2-M9XW-TP4H-Z3ABC"),
            await type_in(browser, foreign_report, foreign[:-1] + ("A" if foreign[-1] != "A" else "B")),
            await type_in(browser, a_report(), foreign),
            await type_in(browser, foreign_report, "bukan kode"),
        ]
        identity.wall.advance(timedelta(days=7, seconds=1))
        answers.append(await type_in(browser, expired_report, expired))
    assert {answer.status_code for answer in answers} == {422}
    assert len({said(answer) for answer in answers}) == 1
    assert not any("lapor-laporan" in set_cookies(answer) for answer in answers)


async def test_every_refusal_costs_one_hash(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    report, code = await an_access_code(identity)
    done: list[str | None] = []
    matches = identity.equipment.codes.matches

    async def counting(secret: str, encoded: str | None) -> bool:
        done.append(encoded)
        return await matches(secret, encoded)

    monkeypatch.setattr(identity.equipment.codes, "matches", counting)
    async with identity.browser() as browser:
        for typed in (code[:4] + "-AAAA-AAAA-AAAAA", "ZZZZ-AAAA-AAAA-AAAAA", "bukan kode"):
            await type_in(browser, report, typed)
    assert len(done) == 3


async def test_of_a_hundred_at_once_exactly_one_wins(identity: Identity) -> None:
    report, code = await an_access_code(identity)

    async def attempt(number: int) -> str:
        visit = Visit(f"198.51.100.{number}")
        async with identity.sessions.begin() as session:
            result = await credentials.redeem(session, identity.equipment, code, report.tracking_id, visit)
        return type(result).__name__

    outcomes = Counter(await asyncio.gather(*(attempt(number) for number in range(100))))
    assert outcomes[Redeemed.__name__] == 1
    assert sum(outcomes.values()) == 100
    (row,) = await identity.rows("credential")
    assert row.redeemed_at == identity.wall.now()


async def test_a_redeeming_that_fails_uses_nothing_up(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    report, code = await an_access_code(identity)

    async def broken(*_: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr("services.identity.actions.sessions.open_report", broken)
        async with identity.browser() as browser:
            with pytest.raises(RuntimeError):
                await type_in(browser, report, code)
    async with identity.browser() as browser:
        assert (await type_in(browser, report, code)).status_code == 303


async def test_guessing_is_slowed_down_without_locking_the_reporter_out(identity: Identity) -> None:
    report, code = await an_access_code(identity)
    for guesser_number in range(3):
        async with identity.browser(f"203.0.113.{guesser_number}") as guesser:
            statuses = {
                (await type_in(guesser, report, f"K7Q2-M9XW-TP4H-Z3AB{letter}")).status_code for letter in "ABCDEFGH"
            }
            assert 429 in statuses
            limited = await type_in(guesser, report, code)
            assert limited.status_code == 429
            assert 1 <= int(limited.headers["Retry-After"]) <= 60
    async with identity.browser("198.51.100.7") as reporter:
        assert (await type_in(reporter, report, code)).status_code == 303


async def test_a_guesser_with_many_short_links_is_limited_too(identity: Identity) -> None:
    async with identity.browser() as guesser:
        statuses = [
            (await guesser.post(f"/k/AAA{n}-M9XW-TP4H-Z3ABC")).status_code for n in [*"123456789", *"ABCDEFGHJKMN"]
        ]
        assert statuses == [422] * 20 + [429]
        identity.wall.advance(timedelta(seconds=60))
        assert (await guesser.post("/k/ZZZZ-M9XW-TP4H-Z3ABC")).status_code == 422


UNFIT = [
    ({"tracking_id": "", "code": ""}, "Tulis Tracking ID laporan Anda"),
    ({"tracking_id": "123", "code": "K7Q2"}, "sepuluh angka"),
    ({"tracking_id": "2611-0000-17", "code": ""}, "Tulis kode unik dari pesan kami"),
    ({"tracking_id": "0611000017", "code": "K"}, "sepuluh angka"),
    ({"tracking_id": "2611000017", "code": "K" * 200}, "paling banyak 100"),
]


async def test_what_is_missing_is_said_and_what_was_typed_stays(identity: Identity) -> None:
    async with identity.browser() as browser:
        for typed, message in UNFIT:
            response = await browser.post("/kode", data=typed)
            assert response.status_code == 422
            assert message in said(response)
            kept = soup(response).select_one("#tracking_id")
            assert kept is not None
            assert kept["value"] == typed["tracking_id"]


async def test_the_code_page_can_know_the_report_already(identity: Identity) -> None:
    async with identity.browser() as browser:
        page, broken = await browser.get("/kode?nomor=2611-0000-17"), await browser.get("/kode?nomor=<script>")
    field, empty = soup(page).select_one("#tracking_id"), soup(broken).select_one("#tracking_id")
    assert field is not None
    assert empty is not None
    assert (field["value"], empty["value"]) == ("2611000017", "")


async def activated_browser(identity: Identity, browser: httpx.AsyncClient, **details: str) -> Report:
    report, code = await an_activation(identity, **details)
    response = await browser.post(f"/k/{code}")
    assert response.headers["location"] == "/akun/aktivasi"
    assert f"Path=/percakapan/{report.tracking_id};" in set_cookies(response)["lapor-laporan"]
    return report


CHOSEN = {"password": PASSWORD, "repeated": PASSWORD}


async def test_an_activation_makes_an_account_that_holds_the_report(identity: Identity) -> None:
    async with identity.browser() as browser:
        report = await activated_browser(identity, browser)
        page = await browser.get("/akun/aktivasi")
        assert "d•••@contoh.example" in said(page)
        assert EMAIL not in page.text
        done = await browser.post("/akun/aktivasi", data=CHOSEN)
        assert done.headers["location"] == f"/percakapan/{report.tracking_id}"
        person = await Sessions(identity.sessions).verify(done.cookies["lapor"])
        assert person is not None
        assert (person.role, person.name, person.report_id) == (Role.REPORTER, "Dewi", None)
        assert report.tracking_id in (await browser.get("/akun/laporan")).text
        assert (await browser.get("/akun/aktivasi")).status_code == 410
    (contact,) = await identity.rows("contact")
    assert contact.account_id == person.account_id
    async with identity.browser() as another:
        assert (await another.post("/masuk", data={"login": EMAIL, "password": PASSWORD})).status_code == 303


async def test_a_number_that_nobody_proved_is_no_login_and_tells_nothing(identity: Identity) -> None:
    async with identity.browser() as owner:
        await activated_browser(identity, owner, name="Dewi", phone=PHONE)
        assert (await owner.post("/akun/aktivasi", data=CHOSEN)).status_code == 303
    async with identity.browser() as stranger:
        await activated_browser(identity, stranger, name="Penyusup", email="penyusup@contoh.example", phone=PHONE)
        page = said(await stranger.get("/akun/aktivasi"))
        assert "sudah punya akun" not in page
        assert "+628123456" not in page
        other = {"password": PASSWORD + "lain", "repeated": PASSWORD + "lain"}
        assert (await stranger.post("/akun/aktivasi", data=other)).status_code == 303
    async with identity.browser() as another:
        assert (await another.post("/masuk", data={"login": PHONE, **other})).status_code == 401
        assert (await another.post("/masuk", data={"login": PHONE, "password": PASSWORD})).status_code == 303


async def test_not_now_opens_the_report_all_the_same(identity: Identity) -> None:
    async with identity.browser() as browser:
        report = await activated_browser(identity, browser)
        later = await browser.post("/akun/aktivasi/nanti")
        assert later.headers["location"] == f"/percakapan/{report.tracking_id}"
        assert (await browser.get("/akun/aktivasi")).status_code == 410
    assert await identity.rows("account") == []


UNFIT_PASSWORDS: list[tuple[dict[str, str], str]] = [
    ({}, "Pilih kata sandi"),
    ({"password": "pendek", "repeated": "pendek"}, "Kata sandi itu 6 huruf; paling sedikit 10"),
    ({"password": PASSWORD, "repeated": PASSWORD + "!"}, "Kedua kata sandi tidak sama"),
    ({"password": "x" * 300, "repeated": "x" * 300}, "paling banyak 256"),
]


async def test_an_unfit_password_is_refused_and_nothing_is_half_done(identity: Identity) -> None:
    async with identity.browser() as browser:
        await activated_browser(identity, browser)
        for typed, message in UNFIT_PASSWORDS:
            response = await browser.post("/akun/aktivasi", data=typed)
            assert response.status_code == 422
            assert message in said(response)
            assert await identity.rows("account") == []
        assert (await browser.post("/akun/aktivasi", data=CHOSEN)).status_code == 303


async def test_a_second_report_joins_the_account_by_its_password(identity: Identity) -> None:
    async with identity.browser() as browser:
        await activated_browser(identity, browser, email=EMAIL)
        await browser.post("/akun/aktivasi", data=CHOSEN)
    async with identity.browser() as browser:
        second = await activated_browser(identity, browser, email=EMAIL)
        assert "Anda sudah punya akun dengan d•••@contoh.example" in said(await browser.get("/akun/aktivasi"))
        assert (await browser.post("/akun/aktivasi", data=CHOSEN)).status_code == 409
        wrong = await browser.post("/akun/aktivasi/akun", data={"password": "salah"})
        assert (wrong.status_code, "tidak cocok" in said(wrong)) == (401, True)
        right = await browser.post("/akun/aktivasi/akun", data={"password": PASSWORD})
        assert right.headers["location"] == f"/percakapan/{second.tracking_id}"
    assert {row.account_id is not None for row in await identity.rows("contact")} == {True}
    assert len(await identity.rows("account")) == 1


async def test_a_report_never_joins_an_account_of_staff(identity: Identity) -> None:
    await identity.open_account(Role.ADMINISTRATOR, EMAIL)
    async with identity.browser() as browser:
        report = await activated_browser(identity, browser, email=EMAIL)
        assert "akun tidak dapat dibuat" in said(await browser.get("/akun/aktivasi"))
        assert (await browser.post("/akun/aktivasi/akun", data={"password": PASSWORD})).status_code == 409
        assert (await browser.post("/akun/aktivasi", data=CHOSEN)).status_code == 409
        later = await browser.post("/akun/aktivasi/nanti")
        assert later.headers["location"] == f"/percakapan/{report.tracking_id}"


async def test_two_activations_at_once_make_one_account(identity: Identity) -> None:
    async with identity.browser() as browser:
        await activated_browser(identity, browser)
        first, second = await asyncio.gather(
            browser.post("/akun/aktivasi", data=CHOSEN), browser.post("/akun/aktivasi", data=CHOSEN)
        )
    won, lost = sorted([first.status_code, second.status_code])
    assert won == 303
    assert lost in (409, 410)
    assert len(await identity.rows("account")) == 1


@pytest.mark.parametrize("path", ["/akun/aktivasi", "/akun/aktivasi/akun", "/akun/aktivasi/nanti"])
async def test_without_a_redeemed_activation_there_is_nothing(identity: Identity, path: str) -> None:
    async with identity.browser() as browser:
        assert (await browser.post(path, data=CHOSEN)).status_code == 410
        browser.cookies.set("lapor-aktivasi", "bukan.token.apa-apa", domain="lapor.test", path="/akun/aktivasi")
        assert (await browser.post(path, data=CHOSEN)).status_code == 410


async def test_an_activation_must_be_finished_in_time_and_is_no_session(identity: Identity) -> None:
    async with identity.browser() as browser:
        await activated_browser(identity, browser)
        token = browser.cookies["lapor-aktivasi"]
        assert await Sessions(identity.sessions).verify(token) is None
        identity.wall.advance(timedelta(minutes=31))
        assert (await browser.post("/akun/aktivasi", data=CHOSEN)).status_code == 410


async def test_a_session_is_no_activation(identity: Identity) -> None:
    await identity.open_account()
    async with identity.browser() as browser:
        token = (await browser.post("/masuk", data={"login": EMAIL, "password": PASSWORD})).cookies["lapor"]
        browser.cookies.set("lapor-aktivasi", token, domain="lapor.test", path="/akun/aktivasi")
        assert (await browser.get("/akun/aktivasi")).status_code == 410


async def test_one_opens_ones_own_reports_and_no_others(identity: Identity) -> None:
    mine, another = a_report(), a_report()
    account = await identity.open_account()
    await identity.flow.give(
        identity.contact_of(mine, email=EMAIL, account_id=account), identity.contact_of(another, email=EMAIL)
    )
    async with identity.browser() as browser:
        await browser.post("/masuk", data={"login": EMAIL, "password": PASSWORD})
        page = await browser.get("/akun/laporan")
        assert soup(page).select_one(f"a[href='/akun/laporan/{mine.tracking_id}']")
        assert another.tracking_id not in page.text
        opened = await browser.get(f"/akun/laporan/{mine.tracking_id}")
        assert opened.headers["location"] == f"/percakapan/{mine.tracking_id}"
        token = set_cookies(opened)["lapor-laporan"].partition("=")[2].partition(";")[0]
        person = await Sessions(identity.sessions).verify(token)
        assert person is not None
        assert (person.report_id, person.account_id) == (mine.report_id, None)
        foreign = await browser.get(f"/akun/laporan/{another.tracking_id}")
        unknown = await browser.get("/akun/laporan/2999999999")
        assert (foreign.status_code, unknown.status_code) == (404, 404)
        assert said(foreign) == said(unknown)
        assert (await browser.get("/akun/laporan/bukan-nomor")).status_code == 404


async def test_signing_out_closes_ones_conversations_in_this_browser(identity: Identity) -> None:
    report, account = a_report(), await identity.open_account()
    await identity.flow.give(identity.contact_of(report, email=EMAIL, account_id=account))
    async with identity.browser() as browser:
        await browser.post("/masuk", data={"login": EMAIL, "password": PASSWORD})
        await browser.get(f"/akun/laporan/{report.tracking_id}")
        assert "lapor-laporan" in browser.cookies
        await browser.post("/keluar")
        assert "lapor-laporan" not in browser.cookies


async def test_signing_in_on_the_way_to_ones_own_thread_opens_it(identity: Identity) -> None:
    report, account = a_report(), await identity.open_account()
    await identity.flow.give(identity.contact_of(report, email=EMAIL, account_id=account))
    typed = {"login": EMAIL, "password": PASSWORD, "lanjut": f"/percakapan/{report.tracking_id}"}
    async with identity.browser() as browser:
        assert (await browser.get(f"/akun/laporan/{report.tracking_id}")).headers["location"].startswith("/masuk?")
        signed_in = await browser.post("/masuk", data=typed)
        opened = await browser.get(signed_in.headers["location"])
    assert opened.headers["location"] == f"/percakapan/{report.tracking_id}"
    assert "lapor-laporan" in set_cookies(opened)


async def test_a_reports_session_opens_no_account_page(identity: Identity) -> None:
    report, code = await an_access_code(identity)
    async with identity.browser() as browser:
        opened = await type_in(browser, report, code)
        token = set_cookies(opened)["lapor-laporan"].partition("=")[2].partition(";")[0]
        browser.cookies.set("lapor", token, domain="lapor.test")
        assert (await browser.get("/akun")).status_code == 403
        assert (await browser.get("/akun/laporan")).status_code == 403


async def test_codes_that_share_a_selector_still_tell_reports_apart(
    identity: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    numbers = iter(range(1, 100))
    monkeypatch.setattr("services.identity.actions.credentials.secrets.randbits", lambda _: next(numbers))
    first, first_code = await an_access_code(identity)
    second, second_code = await an_access_code(identity)
    one, other = read_code(first_code), read_code(second_code)
    assert one is not None
    assert other is not None
    assert one.selector == other.selector
    async with identity.browser() as browser:
        assert (await type_in(browser, first, second_code)).status_code == 422
        response = await browser.post(f"/k/{second_code}")
        assert response.headers["location"] == f"/percakapan/{second.tracking_id}"
