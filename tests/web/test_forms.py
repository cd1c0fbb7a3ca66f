"""Forms: clear messages beside the fields, everything kept as it was typed."""

from datetime import date

import httpx
import pytest
from bs4 import BeautifulSoup

from shared.web.fields import MARKS, UNREADABLE, DayParts, clean_text

GOOD = {
    "kind": "aspiration",
    "title": "  Lubang   dalam ",
    "body": "Sudah tiga minggu ada lubang selebar ban truk di tikungan.",
    "until-day": "9",
    "until-month": "Nov",
    "until-year": "2026",
    "topics": ["roads", "water"],
    "anonymous": "yes",
}


async def _send(client: httpx.AsyncClient, **changes: object) -> tuple[int, BeautifulSoup]:
    answer = await client.post("/contoh", data={**GOOD, **changes})
    return answer.status_code, BeautifulSoup(answer.text, "html.parser")


async def test_a_good_form_becomes_a_model(client: httpx.AsyncClient) -> None:
    status, page = await _send(client)
    note = page.select_one(".lp-note--ok")
    assert status == 200
    assert note is not None
    assert "Lubang dalam|2026-11-09|roads,water|True" in note.text


async def test_every_error_is_named_in_the_summary_and_beside_its_field(client: httpx.AsyncClient) -> None:
    status, page = await _send(
        client, title="", body="jalannya berlubang", **{"until-day": "31", "happened_on-day": "1"}
    )
    links = {a["href"]: a.text for a in page.select(".govuk-error-summary a")}
    assert status == 422
    assert links == {
        "#title": "Tulis judul singkat",
        "#body": "Baru 18 huruf, paling sedikit 40",
        "#happened_on-day": "Tanggal harus memuat hari, bulan, dan tahun",
        "#until-day": "Tanggal itu tidak ada di kalender",
    }
    for target in map(str, links):
        assert page.select_one(target) is not None
    box = page.select_one("#body")
    assert box is not None
    assert box["aria-describedby"] == "body-error body-info"
    assert box.text.strip() == "jalannya berlubang"


async def test_what_was_typed_stays(client: httpx.AsyncClient) -> None:
    _, page = await _send(client, body="pendek", title='<b>"kutip"</b>', region="18.72")
    title, month = page.select_one("#title"), page.select_one("#until-month")
    assert title is not None
    assert month is not None
    assert (title["value"], month["value"]) == ('<b>"kutip"</b>', "Nov")
    checked = [box["value"] for box in page.select("input[checked]")]
    assert checked == ["aspiration", "roads", "water", "yes"]
    assert page.select_one("option[value='18.72'][selected]") is not None


async def test_a_refusal_of_the_domain_stands_beside_its_field(client: httpx.AsyncClient) -> None:
    status, page = await _send(client, title="Terlarang")
    assert status == 409
    assert [a.text for a in page.select(".govuk-error-summary a")] == ["Judul itu tidak boleh"]


async def test_messages_come_in_english(client: httpx.AsyncClient) -> None:
    client.cookies.set("lang", "en")
    _, page = await _send(client, title="", body="x" * 501)
    assert [a.text for a in page.select(".govuk-error-summary a")] == [
        "Write a short title",
        "501 letters, at most 500",
    ]
    heading = page.select_one(".govuk-error-summary__title")
    assert heading is not None
    assert heading.text == "There are 2 things to put right"


@pytest.mark.parametrize("letters", ["%00", "%FF%FE", "%07", "%ED%A0%80"])
async def test_letters_that_cannot_be_read_are_refused_clearly(client: httpx.AsyncClient, letters: str) -> None:
    answer = await client.post(
        "/contoh", content=f"title=Lubang{letters}", headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert answer.status_code == 422
    assert "Ada huruf yang tidak dapat kami baca" in answer.text


async def test_an_unknown_choice_is_refused(client: httpx.AsyncClient) -> None:
    status, page = await _send(client, kind="lain")
    assert status == 422
    assert [a.text for a in page.select(".govuk-error-summary a")] == ["Pilih salah satu"]


async def test_another_content_type_is_an_empty_form(client: httpx.AsyncClient) -> None:
    answer = await client.post("/contoh", content=b"{}", headers={"content-type": "application/json"})
    assert answer.status_code == 422
    assert "Pilih jenisnya" in answer.text


async def test_a_broken_multipart_body_is_400(client: httpx.AsyncClient) -> None:
    answer = await client.post("/contoh", content=b"--x\r\nbroken", headers={"content-type": "multipart/form-data"})
    assert answer.status_code == 400


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        (("1", "", "2026"), "hari, bulan, dan tahun"),
        (("satu", "2", "2026"), "dengan angka"),
        (("29", "2", "2026"), "tidak ada di kalender"),
        (("٣", "2", "2026"), "dengan angka"),
        (("1", "1", "20260"), "dengan angka"),
        (("1", "1", "0"), "tidak ada di kalender"),
    ],
)
def test_a_day_that_is_none_says_why(typed: tuple[str, str, str], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        DayParts(*typed).parse()


@pytest.mark.parametrize("month", ["8", "08", "Agustus", "agu", "AUG."])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    assert DayParts(" 17 ", month, "1945").parse() == date(1945, 8, 17)


def test_a_heap_of_accents_is_refused_before_it_costs_time() -> None:
    heap = "a" + "\u0301\u0323" * 250_000
    with pytest.raises(ValueError, match=UNREADABLE):
        clean_text(heap)
    assert clean_text("e" + "\u0301" * MARKS).startswith("\u00e9")


@pytest.mark.parametrize(
    "text",
    [
        "Nguy\u1ec5n V\u0103n",
        "\u0628\u0650\u0633\u0652\u0645\u0650",
        "\u1b13\u1b38\u1b36\u1b03",
        "\ua9a0\ua9b8\ua9bc\ua981",
    ],
)
def test_names_in_every_writing_are_taken(text: str) -> None:
    assert clean_text(text)
