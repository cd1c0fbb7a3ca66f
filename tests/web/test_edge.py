"""What the edge refuses, and who gets in."""

from collections.abc import AsyncIterator, Callable

import httpx
import pytest
from fastapi import FastAPI
from starlette.types import Message, Receive, Scope, Send

from shared import journey

FORM = {"title": "Terlarang"}


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"sec-fetch-site": "same-origin"}, 422),
        ({"sec-fetch-site": "none"}, 422),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-site"}, 403),
        ({"sec-fetch-site": "cross-site", "origin": "http://lapor.test"}, 403),
        ({"origin": "http://lapor.test"}, 422),
        ({"origin": "http://elsewhere.test"}, 403),
        ({"origin": "null"}, 403),
        ({}, 422),
    ],
)
async def test_a_form_from_another_origin_is_refused(
    client: httpx.AsyncClient, headers: dict[str, str], status: int
) -> None:
    answer = await client.post("/contoh", data=FORM, headers=headers)
    assert answer.status_code == status
    if status == 403:
        assert "Kiriman ini datang dari situs lain" in answer.text


async def test_a_form_through_a_gateway_is_judged_by_the_address_people_see(client: httpx.AsyncClient) -> None:
    headers = {"host": "10.0.0.7:8000", "origin": "http://lapor.test"}
    assert (await client.post("/contoh", data=FORM, headers=headers)).status_code == 422


async def test_reading_from_anywhere_is_allowed(client: httpx.AsyncClient) -> None:
    assert (await client.get("/contoh", headers={"sec-fetch-site": "cross-site"})).status_code == 200


async def test_a_desk_sends_a_stranger_to_sign_in_and_back(client: httpx.AsyncClient) -> None:
    answer = await client.get("/meja/contoh?tab=rahasia")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/masuk?lanjut=/meja/contoh%3Ftab%3Drahasia"


async def test_a_program_that_is_not_signed_in_gets_401(client: httpx.AsyncClient) -> None:
    answer = await client.get("/meja/contoh", headers={"accept": "application/json"})
    assert (answer.status_code, answer.json()["status"]) == (401, 401)


async def test_a_desk_is_closed_to_another_role(client: httpx.AsyncClient) -> None:
    answer = await client.get("/meja/contoh", headers={"cookie": "lapor=hendra"})
    assert answer.status_code == 403
    assert "tidak berwenang" in answer.text
    assert "Hendra W." in answer.text


async def test_a_desk_shows_the_menu_of_its_role(client: httpx.AsyncClient) -> None:
    answer = await client.get("/meja/contoh", headers={"cookie": "lapor=ratna"})
    assert answer.status_code == 200
    assert 'href="/meja/verifikasi" aria-current="page"' in answer.text
    assert "/meja/instansi" not in answer.text
    assert "Ratna W." in answer.text


async def test_a_forged_session_is_nobody(client: httpx.AsyncClient) -> None:
    answer = await client.get("/meja/contoh", headers={"cookie": "lapor=palsu"})
    assert answer.status_code == 303


async def test_the_transaction_is_committed_before_anything_is_sent(make_app: object, log: list[str]) -> None:
    inner = make_app()  # type: ignore[operator]

    async def watched(scope: object, receive: object, send: object) -> None:
        async def noting(message: dict[str, object]) -> None:
            log.append(str(message["type"]))
            await send(message)  # type: ignore[operator]

        await inner(scope, receive, noting)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(watched), base_url="http://lapor.test") as client:
        assert (await client.get("/simpan")).status_code == 303
    assert log[:4] == ["executed", "committed", "closed", "http.response.start"]


async def test_a_problem_rolls_back(client: httpx.AsyncClient, log: list[str]) -> None:
    assert (await client.get("/gagal")).status_code == 409
    assert log == ["rolled back", "closed"]


async def test_ready_follows_the_database(client: httpx.AsyncClient) -> None:
    answer = await client.get("/ready")
    assert (answer.status_code, answer.json()) == (200, {"service": "sample", "database": True})


async def test_a_session_for_one_report_stands_beside_the_account(client: httpx.AsyncClient) -> None:
    answer = await client.get("/siapa", headers={"cookie": "lapor=ratna; lapor-laporan=siti"})
    assert answer.json() == ["Ratna W.", "Siti W."]
    answer = await client.get("/siapa", headers={"cookie": "lapor-laporan=siti"})
    assert answer.json() == [None, "Siti W."]


async def test_an_origin_that_cannot_be_read_is_another_one(client: httpx.AsyncClient) -> None:
    assert (await client.post("/contoh", data=FORM, headers={"origin": "http://["})).status_code == 403


async def test_a_referer_that_cannot_be_read_is_none(client: httpx.AsyncClient) -> None:
    answer = await client.post("/contoh", data=FORM, headers={"referer": "http://["})
    assert (answer.status_code, "/contoh?lang=en" in answer.text) == (422, True)


@pytest.mark.parametrize("path", ["//elsewhere.test/x", "/%5Celsewhere.test/x", "/%5C/elsewhere.test/x"])
async def test_no_link_of_a_page_leads_to_another_site(client: httpx.AsyncClient, path: str) -> None:
    pages = [
        await client.get(f"http://lapor.test{path}"),
        await client.post("/contoh", data=FORM, headers={"referer": f"http://lapor.test{path}"}),
    ]
    for page in pages:
        assert 'href="/elsewhere.test/x?lang=en"' in page.text


async def test_who_sends_slowly_holds_no_transaction(client: httpx.AsyncClient, log: list[str]) -> None:
    async def sent() -> AsyncIterator[bytes]:
        yield b"title=Jalan"
        log.append("sent")
        yield b"+berlubang"

    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await client.post("/simpan", content=sent(), headers=form)).status_code == 303
    assert log == ["sent", "executed", "committed", "closed"]


async def test_a_token_of_any_bytes_opens_no_operators_page(make_app: Callable[[], FastAPI]) -> None:
    app = make_app()
    app.include_router(journey.router())
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url="http://lapor.test") as client:
        for token in (b"salah", b"\xe9", b""):
            answer = await client.get("/internal/journey/x", headers={b"authorization": b"Bearer " + token})
            assert answer.status_code == 404


async def test_who_leaves_while_sending_is_no_crash(make_app: Callable[[], FastAPI], log: list[str]) -> None:
    async def gone(scope: Scope, receive: Receive, send: Send) -> None:
        async def leave() -> Message:
            return {"type": "http.disconnect"}

        await make_app()(scope, leave, send)

    async with httpx.AsyncClient(transport=httpx.ASGITransport(gone), base_url="http://lapor.test") as client:
        assert (await client.post("/simpan", content=b"title=Jalan")).status_code == 400
    assert log == []
