"""The pages of polls on the real application and database."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from bs4 import BeautifulSoup

from services.polls import ticker
from shared.contracts.polls import Poll
from shared.web import untranslated
from tests.polls.conftest import ORIGIN, PACKAGE, World
from tests.support.people import administrator, officer, reporter, reporter_of, sign_in

DEWI = reporter()
CLOSING = datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)


def page(response: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def words(response: httpx.Response) -> str:
    return " ".join(page(response).get_text(" ").split())


async def test_polls_are_listed_by_what_one_can_do_with_them(world: World, client: httpx.AsyncClient) -> None:
    assert "Saat ini tidak ada opini yang dibuka" in (await client.get("/opini")).text
    await world.open_poll(question="Pertanyaan yang dibuka sekarang")
    await world.open_poll(question="Pertanyaan yang belum dibuka", opens_on=date(2026, 11, 19))
    response = await client.get("/opini")
    titles = {h.get_text(): [a.get_text() for a in h.find_all_next("a")[:1]] for h in page(response).select("h2")}
    assert titles["Sedang dibuka"] == ["Pertanyaan yang dibuka sekarang"]
    assert titles["Segera dibuka"] == ["Pertanyaan yang belum dibuka"]
    assert "Pemerintah Kota Metro · ditutup Jumat 20 November 2026, 23.59 WIB" in words(response)


async def test_a_reporter_votes_changes_the_choice_and_sees_no_results_before_the_close(
    world: World, client: httpx.AsyncClient, become: Any
) -> None:
    poll_id = await world.open_poll()
    await become(DEWI)
    for option in ("1", "2", "2"):
        response = await client.post(f"/opini/{poll_id}", data={"option": option})
        assert response.status_code == 303
        assert "Pilihan Anda tersimpan" in (await client.get(response.headers["location"])).text
    response = await client.get(f"/opini/{poll_id}")
    chosen = page(response).find("input", checked=True)
    assert chosen is not None
    assert chosen["value"] == "2"
    assert "1 orang sudah memilih" in words(response)
    assert "%" not in words(response)
    world.clock.moment = CLOSING
    response = await client.get(f"/opini/{poll_id}")
    assert "Waktu memilih sudah habis" in response.text
    await ticker.close_due(world.sessions, world.clock)
    response = await client.get(f"/opini/{poll_id}")
    assert [cell.get_text() for cell in page(response).select("td.n")] == ["0", "1", "0"]
    assert "100%" in words(response)
    assert "sudah dimusnahkan" in response.text
    assert "Sudah ditutup" in (await client.get("/opini")).text


@pytest.mark.parametrize(
    ("sent", "said"),
    [({}, "Pilih salah satu"), ({"option": "9"}, "Pilih salah satu dari daftar ini"), ({"option": "x"}, "daftar ini")],
)
async def test_a_vote_that_names_no_choice_is_refused(
    world: World, client: httpx.AsyncClient, become: Any, sent: dict[str, str], said: str
) -> None:
    poll_id = await world.open_poll()
    await become(DEWI)
    response = await client.post(f"/opini/{poll_id}", data=sent)
    assert response.status_code == 422
    assert said in response.text
    assert "0 orang sudah memilih" in words(response)


async def test_a_closed_or_scheduled_poll_takes_no_vote(world: World, client: httpx.AsyncClient, become: Any) -> None:
    later = await world.open_poll(opens_on=date(2026, 11, 19))
    await become(DEWI)
    response = await client.post(f"/opini/{later}", data={"option": "1"})
    assert response.status_code == 409
    assert "tidak sedang menerima suara" in response.text
    assert "belum dibuka" in response.text
    over = await world.open_poll()
    world.clock.moment = CLOSING
    assert (await client.post(f"/opini/{over}", data={"option": "1"})).status_code == 409


async def test_only_people_with_an_account_of_their_own_vote(
    world: World, client: httpx.AsyncClient, become: Any
) -> None:
    poll_id = await world.open_poll()
    assert "Masuk untuk memilih" in (await client.get(f"/opini/{poll_id}")).text
    response = await client.post(
        f"/opini/{poll_id}", data={"option": "1"}, headers={"referer": f"{ORIGIN}/opini/{poll_id}"}
    )
    assert response.headers["location"] == f"/masuk?lanjut=/opini/{poll_id}"
    for person in (officer(), administrator(), reporter_of(uuid4())):
        await become(person)
        response = await client.post(f"/opini/{poll_id}", data={"option": "1"})
        assert response.status_code == 403
        assert "Hanya warga yang memilih" in response.text
    forged = (await sign_in(world.sessions, DEWI))[:-4] + "AAAA"
    client.cookies.set(world.settings.session_cookie, forged)
    assert (await client.post(f"/opini/{poll_id}", data={"option": "1"})).status_code == 303
    assert "0 orang sudah memilih" in words(await client.get(f"/opini/{poll_id}"))


async def test_a_poll_nobody_knows_is_not_found(client: httpx.AsyncClient, become: Any) -> None:
    for path in (f"/opini/{uuid4()}", "/opini/84"):
        assert (await client.get(path)).status_code == 404
    await become(DEWI)
    assert (await client.post(f"/opini/{uuid4()}", data={"option": "1"})).status_code == 404
    await become(officer())
    assert (await client.get(f"/meja/opini/{uuid4()}")).status_code == 404


def asked(**changes: str) -> dict[str, str]:
    return {
        "poll_id": str(uuid4()),
        "question": "Jam buka loket mana yang paling membantu Anda?",
        "options": "Pagi\nSore\n\nSabtu",
        "opens_on-day": "18",
        "opens_on-month": "11",
        "opens_on-year": "2026",
        "closes_on-day": "27",
        "closes_on-month": "November",
        "closes_on-year": "2026",
    } | changes


async def test_an_officer_creates_a_poll_once_and_sees_only_the_own_agencys(
    world: World, client: httpx.AsyncClient, become: Any
) -> None:
    foreign = officer("PD-31")
    await become(officer())
    assert "belum membuat opini" in (await client.get("/meja/opini")).text
    assert page(await client.get("/meja/opini/baru")).find("input", {"name": "poll_id"}) is not None
    sent = asked()
    for _ in range(2):
        assert (await client.post("/meja/opini/baru", data=sent)).status_code == 303
    (published,) = await world.flow.staged(Poll)
    assert [option.text for option in published.options] == ["Pagi", "Sore", "Sabtu"]
    assert published.agency == "PD-1872"
    response = await client.get("/meja/opini?tersimpan")
    assert len(page(response).select("tbody tr")) == 1
    assert "Opini tersimpan" in response.text
    own = await client.get(f"/meja/opini/{published.poll_id}")
    assert "Hasil tampil setelah ditutup" in own.text
    await become(foreign)
    assert page(await client.get("/meja/opini")).select("tbody tr") == []
    for response in (
        await client.get(f"/meja/opini/{published.poll_id}"),
        await client.post("/meja/opini/baru", data=sent),
    ):
        assert response.status_code == 403
        assert "milik instansi lain" in response.text


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"question": ""}, "Tulis pertanyaannya"),
        ({"question": "x" * 201}, "201 huruf, paling banyak 200"),
        ({"options": ""}, "Tulis pilihannya, satu di setiap baris"),
        ({"options": "Pagi"}, "Tulis 2 sampai 10 pilihan yang berbeda"),
        ({"options": "Pagi\npagi"}, "Tulis 2 sampai 10 pilihan yang berbeda"),
        ({"options": "Pagi\n\ufffd"}, "Ada huruf yang tidak dapat kami baca"),
        ({"closes_on-day": "31", "closes_on-month": "11"}, "Tanggal itu tidak ada di kalender"),
        ({"opens_on-day": ""}, "Tanggal harus memuat hari, bulan, dan tahun"),
        ({"opens_on-day": "17"}, "bukan di masa lalu"),
        ({"closes_on-day": "17"}, "Tutup pada atau sesudah hari dibuka"),
        ({"poll_id": "bukan"}, "Isian ini tidak dapat kami terima"),
    ],
)
async def test_a_poll_that_does_not_fit_is_refused_with_everything_kept(
    world: World, client: httpx.AsyncClient, become: Any, changes: dict[str, str], said: str
) -> None:
    await become(officer())
    sent = asked(**changes)
    response = await client.post("/meja/opini/baru", data=sent)
    assert response.status_code == 422
    assert said in words(response)
    box = page(response).find("input", {"name": "question"})
    assert box is not None
    assert box["value"] == sent["question"]
    assert await world.flow.staged() == []


async def test_an_agency_that_is_not_connected_cannot_ask(world: World, client: httpx.AsyncClient, become: Any) -> None:
    for code in ("PD-7501", "PD-9999"):
        await become(officer(code))
        response = await client.post("/meja/opini/baru", data=asked())
        assert response.status_code == 422
        assert "belum terhubung" in response.text


async def test_the_desk_is_for_officers(client: httpx.AsyncClient, become: Any) -> None:
    assert (await client.get("/meja/opini")).status_code == 303
    for person in (DEWI, administrator(), reporter_of(UUID(int=3))):
        await become(person)
        for path in ("/meja/opini", "/meja/opini/baru"):
            assert (await client.get(path)).status_code == 403


def test_every_text_has_its_english() -> None:
    assert untranslated(PACKAGE) == set()
