"""The public pages, as they come over HTTP."""

import re
from pathlib import Path

import httpx
import pytest
from bs4 import BeautifulSoup

import services.portal
from shared.security import Person
from shared.web import untranslated
from tests.builders.events import METRO
from tests.portal import city
from tests.portal.conftest import MakeApp, SessionMaker, closed, publication, settings, waiting, withdrawal
from tests.support import people
from tests.support.flow import Flow, wire

PAGES = ("/", "/laporan", "/statistik", "/instansi", "/cara-melapor", "/di-luar-lapor", "/anonim-dan-rahasia")


async def _page(client: httpx.AsyncClient, path: str, status: int = 200) -> BeautifulSoup:
    answer = await client.get(path)
    assert answer.status_code == status, answer.text[:500]
    return BeautifulSoup(answer.text, "html.parser")


def _texts(page: BeautifulSoup, selector: str) -> list[str]:
    return [" ".join(found.get_text(" ").split()) for found in page.select(selector)]


@pytest.fixture
async def busy(flow: Flow) -> None:
    await flow.main.receive([wire(event) for event in city.everything(60)])
    assert await flow.parked() == 0


@pytest.mark.parametrize("language", ["id", "en"])
async def test_every_page_stands_before_anything_was_published(client: httpx.AsyncClient, language: str) -> None:
    for path in PAGES:
        page = await _page(client, f"{path}?lang={language}")
        assert page.html is not None
        assert page.html["lang"] == language
        assert len(page.select("h1")) == 1, path
        assert not page.select("[style], script:not([src])"), path


@pytest.mark.usefixtures("busy")
async def test_every_page_stands_with_many_reports_in_both_languages(client: httpx.AsyncClient) -> None:
    for path in (*PAGES, *(f"/laporan/{2611000000 + number}" for number in range(8))):
        for language in ("id", "en"):
            page = await _page(client, f"{path}?lang={language}")
            assert not page.select("[style]"), path


@pytest.mark.usefixtures("directory")
async def test_a_report_tells_its_whole_story(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(publication())
    page = await _page(client, "/laporan/2611000001")
    assert _texts(page, "h1") == ["Pohon tumbang di Jalan Pala"]
    stages = _texts(page, ".lp-stages > li")
    assert stages[0] == "Laporan (sudah) Sen 2 Nov, lewat SMS"
    assert stages[1] == "Verifikasi (sudah) Sel 3 Nov, jelas dan lengkap"
    assert stages[2].startswith("Disposisi (sudah) Sel 3 Nov, ")
    assert stages[3] == "Tindak Lanjut Rab 4 Nov, oleh instansi"
    assert stages[4] == "Selesai Rab 18 Nov bila tidak ada tanggapan"
    assert len(page.select("li.is-now[aria-current=step]")) == 1
    thread = _texts(page, ".lp-thread > li")
    assert thread[0].startswith("Pelapor +62812555xxxx Sen 2 Nov 2026, 10.00 WIB Pohon tumbang menutup")
    assert "Batas jawaban: Selasa 10 November." in thread[1]
    assert "Pohon sudah dipotong dan jalan dibersihkan." in thread[2]
    assert thread[3] == "Akan ditutup Rabu 18 November bila tidak ada tanggapan dari pelapor atau administrator."
    clocks = _texts(page, ".lp-clock")
    assert clocks[0] == "Diteruskan dalam 1 hari kerja Batasnya 3 hari kerja, Kamis 5 November. Tepat waktu"
    assert clocks[1].startswith("Dijawab dalam 1 hari kerja")
    assert "Jalan Pala, Iringmulyo, Kota Metro, Lampung" in page.get_text()


@pytest.mark.usefixtures("directory")
async def test_times_are_those_of_the_place(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(publication(zone="WIT"))
    page = await _page(client, "/laporan/2611000001")
    assert "Sen 2 Nov 2026, 12.00 WIT" in page.get_text()


@pytest.mark.usefixtures("directory")
async def test_a_limit_is_the_same_day_all_over_the_country(client: httpx.AsyncClient, flow: Flow) -> None:
    """The end of Tuesday in Jakarta is Wednesday in Jayapura."""
    await flow.give(waiting(1, zone="WIB"), waiting(2, zone="WIT"), publication(3, zone="WIT"))
    for number in (1, 2):
        text = (await _page(client, f"/laporan/{2611000000 + number}")).get_text()
        assert "Batas jawaban: Selasa 10 November" in text
        assert "Dijawab paling lambat Sel 10 Nov" in text
        assert "Rabu 11 November" not in text
    assert "ditutup Rabu 18 November" in (await _page(client, "/laporan/2611000003")).get_text()


@pytest.mark.usefixtures("directory")
@pytest.mark.parametrize(
    ("person", "ways"),
    [
        (None, {"/kode?nomor=2611000001", "/masuk?lanjut=/akun/laporan/2611000001"}),
        (people.reporter(), {"/akun/laporan/2611000001"}),
        (people.administrator(), {"/percakapan/2611000001"}),
        (people.officer(), {"/percakapan/2611000001"}),
        (people.observer(), set()),
    ],
    ids=lambda value: getattr(getattr(value, "role", None), "value", None),
)
async def test_everybody_is_shown_the_door_to_the_conversation_that_opens_for_them(
    client: httpx.AsyncClient, flow: Flow, sessions: SessionMaker, person: Person | None, ways: set[str]
) -> None:
    await flow.give(publication())
    if person is not None:
        client.cookies.set(settings().session_cookie, await people.sign_in(sessions, person))
    page = await _page(client, "/laporan/2611000001")
    links = {str(link["href"]) for link in page.select("main a[href]")}
    doors = ("/kode", "/masuk", "/akun", "/percakapan")
    assert {link for link in links if link.startswith(doors)} == ways
    assert "BALAS" not in page.get_text()


async def test_an_anonymous_report_shows_nobody(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(publication(anonymous=True, reporter_label=None))
    page = await _page(client, "/laporan/2611000001")
    assert _texts(page, ".lp-entry--reporter .lp-entry__who")[0] == "Pelapor Anonim"
    assert "+62" not in page.get_text()


async def test_a_late_answer_is_said_in_words(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(waiting())
    page = await _page(client, "/laporan/2611000001")
    assert "Terlambat 7 hari kerja" in _texts(page, ".lp-clock--late")[0]
    listed = await _page(client, "/laporan")
    assert _texts(listed, ".lp-late") == ["jawaban terlambat 7 hari kerja"]


async def test_what_people_wrote_is_never_markup(client: httpx.AsyncClient, flow: Flow) -> None:
    attack = "<script>alert(1)</script>\"'&<b>"
    await flow.give(publication(title=attack, body=attack * 3, reporter_label=attack, place={"text": attack}))
    for path in ("/", "/laporan", "/laporan/2611000001"):
        text = (await client.get(path)).text
        assert "<script>alert" not in text
        assert "&lt;script&gt;" in text or path == "/"


async def test_unknown_withdrawn_and_never_published_look_exactly_alike(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(publication(1), withdrawal(1))
    seen = set()
    for tracking_id in ("2611000001", "2611999999", "9999999999"):
        answer = await client.get(f"/laporan/{tracking_id}")
        headers = tuple(sorted(answer.headers.items()))
        seen.add((answer.status_code, answer.text.replace(tracking_id, "N"), headers))
    assert len(seen) == 1
    assert next(iter(seen))[0] == 404
    assert "Kami tidak menemukan laporan itu" in next(iter(seen))[1]


@pytest.mark.parametrize("number", ["abc", "2611", "0000000000", "%C3%97", "1" * 400, "..%2Fetc"])
async def test_what_is_no_number_is_not_found_either(client: httpx.AsyncClient, number: str) -> None:
    answer = await client.get(f"/laporan/{number}")
    assert answer.status_code == 404
    assert "tidak" in answer.text


@pytest.mark.parametrize("typed", ["2611000001", "2611-0000-01", " 2611 0000 01 ", "2611.0000.01"])
async def test_a_tracking_id_in_the_search_leads_to_the_report(client: httpx.AsyncClient, typed: str) -> None:
    answer = await client.get("/laporan", params={"q": typed})
    assert (answer.status_code, answer.headers["location"]) == (303, "/laporan/2611000001")
    assert (await client.get("/laporan/2611-0000-01")).headers["location"] == "/laporan/2611000001"


NARROWED = {
    "": 60,
    "wilayah=18": 24,
    "wilayah=18.72": 24,
    "wilayah=33": 12,
    "instansi=KM-KES": 12,
    "jenis=aspiration": 15,
    "kategori=jalan": 24,
    "tahap=closed": 11,
    "sejak=2026-11-10": 8,
    "q=jembatan+gantung": 12,
    "q=jembatan+gantung&tahap=closed": 3,
    "wilayah=33&instansi=BU-PLN": 0,
    "q=helikopter": 0,
    "q=%22%27%28%29%26%7C%21%3A*": 0,
    "jenis=lain&tahap=received&wilayah=99&sejak=kemarin&halaman=-3": 60,
    "halaman=99999999999999999999": 60,
}


@pytest.mark.usefixtures("busy")
async def test_lists_are_narrowed_and_nonsense_is_ignored(client: httpx.AsyncClient) -> None:
    found = {}
    for query in NARROWED:
        page = await _page(client, f"/laporan?{query}")
        heading = _texts(page, ".lp-title-row h2")
        found[query] = int(heading[0].split()[0]) if heading else 0
        assert len(page.select(".lp-list > li")) == min(found[query], 20)
        assert ("Belum ada laporan yang cocok" in page.get_text()) is not bool(heading)
    assert found == NARROWED


@pytest.mark.usefixtures("busy")
async def test_words_are_found_in_any_form(client: httpx.AsyncClient) -> None:
    page = await _page(client, "/laporan?q=berlubang")
    plain = await _page(client, "/laporan?q=lubang")
    assert _texts(page, ".lp-title-row h2") == _texts(plain, ".lp-title-row h2") == ["60 laporan"]


@pytest.mark.usefixtures("busy")
async def test_pages_of_a_list_do_not_overlap_and_keep_the_filters(client: httpx.AsyncClient) -> None:
    seen: list[str] = []
    address = "/laporan?wilayah=18"
    while address:
        page = await _page(client, address)
        seen += [str(a["href"]) for a in page.select(".lp-list h3 a")]
        following = page.select_one("a[rel=next]")
        address = str(following["href"]) if following else ""
        assert "wilayah=18" in address or not address
    assert len(seen) == len(set(seen)) == 24


@pytest.mark.usefixtures("busy")
async def test_a_filter_in_force_can_be_taken_away(client: httpx.AsyncClient) -> None:
    page = await _page(client, "/laporan?wilayah=18.72&tahap=closed&q=lubang")
    chips = {text.split(" ×")[0]: str(a["href"]) for a in page.select(".lp-chips a") for text in [a.get_text()]}
    assert chips == {"Kota Metro": "/laporan?q=lubang&tahap=closed", "Selesai": "/laporan?q=lubang&wilayah=18.72"}


@pytest.mark.usefixtures("busy")
async def test_every_number_of_the_chart_is_in_a_table(client: httpx.AsyncClient) -> None:
    page = await _page(client, "/statistik")
    rows = {cells[0]: cells[1:] for row in page.select("details tbody tr") for cells in [_row(row)]}
    assert len(rows) == 12
    assert rows["Oktober 2026"][0] + rows["November 2026"][0] != ""
    assert sum(int(received) for received, _ in rows.values()) == 60
    figures = _texts(page, ".lp-figures dd:first-of-type")
    assert figures[0] == "60"
    assert re.fullmatch(r"\d+%", figures[1])
    ranking = {cells[0]: cells[1] for row in page.select("#kinerja tbody tr") for cells in [_row(row)]}
    assert ranking["Pemerintah Kota Metro"] == "24"
    topics = {cells[0]: cells[1] for row in page.select("figure.lp-fig tbody tr") for cells in [_row(row)]}
    assert topics["Jalan dan jembatan"] == "24"
    assert topics["Lampung"] == "24"


def _row(row: object) -> list[str]:
    cells = row.select("th, td")  # type: ignore[attr-defined]
    return [" ".join(cell.get_text(" ").split()) for cell in cells]


@pytest.mark.usefixtures("busy")
async def test_the_home_page_shows_what_was_solved_and_what_is_asked(client: httpx.AsyncClient) -> None:
    page = await _page(client, "/")
    assert "Baru selesai di" in page.get_text()
    assert "Jam buka loket layanan mana" in page.get_text()
    assert city.ANSWER[:40] in page.get_text()


@pytest.mark.usefixtures("busy")
async def test_the_directory_lists_agencies_by_kind_without_their_units(client: httpx.AsyncClient) -> None:
    page = await _page(client, "/instansi")
    assert _texts(page, "h2")[:3] == ["Kementerian", "Pemerintah daerah", "Badan usaha milik negara"]
    assert "Dinas Pekerjaan Umum" not in page.get_text()
    rows = {cells[0]: cells[1:] for row in page.select("tbody tr") for cells in [_row(row)]}
    assert rows["Pemerintah Kota Malang"] == ["Belum terhubung", "0"]
    assert rows["Pemerintah Kota Metro"] == ["Terhubung", "24"]


async def test_a_publication_before_its_agency_is_shown_by_code(client: httpx.AsyncClient, flow: Flow) -> None:
    await flow.give(closed())
    page = await _page(client, "/laporan/2611000001")
    assert METRO in page.get_text()


@pytest.mark.usefixtures("busy")
async def test_a_page_asks_the_database_few_questions(make_app: MakeApp) -> None:
    from sqlalchemy import event

    app, asked = make_app(), []
    engine = app.state.sessions.kw["bind"].sync_engine
    event.listen(engine, "before_cursor_execute", lambda *args: asked.append(args[2]))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://lapor.test") as client:
        for path in ("/", "/laporan", "/laporan/2611000003", "/statistik"):
            asked.clear()
            await client.get(path)
            assert len(asked) <= 10, (path, len(asked))


def test_every_text_has_its_english() -> None:
    assert untranslated(Path(services.portal.__file__).parent) == set()
