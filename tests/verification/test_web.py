"""The desk's pages on the real application and database."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import uuid4

import httpx
import pytest
from bs4 import BeautifulSoup

from shared.contracts.audit import AuditRecorded
from shared.contracts.deadlines import DeadlineSet
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted
from shared.contracts.verifications import ReportHeld, ReportRejected, ReportReturned, ReportVerified
from shared.contracts.vocabulary import Channel, ClockName, Kind, Language, Place, Status
from shared.web import untranslated
from tests.support.people import administrator, observer, officer, reporter, revoke, sign_in
from tests.verification.builders import NOW, report
from tests.verification.conftest import PACKAGE, SARI, YUDI, Desk, become

HOME = "/meja/verifikasi"
GOOD = {
    "version": "1",
    "category": "pohon",
    "lead": "PD-1872",
    "kind": "complaint",
    "title": "Pohon tumbang di Jalan Pala",
    "public_body": "Pohon tumbang menutup separuh jalan.",
}


async def submitted(desk: Desk, **changes: Any) -> ReportSubmitted:
    event = report(**changes)
    await desk.flow.give(event)
    return event


def page(response: httpx.Response) -> BeautifulSoup:
    return BeautifulSoup(response.text, "html.parser")


def words(response: httpx.Response) -> str:
    return " ".join(page(response).get_text(" ").split())


def typed(response: httpx.Response, name: str) -> str:
    """What stands in a box."""
    found = page(response).select_one(f"[name='{name}']")
    assert found is not None
    if found.name == "select":
        chosen = found.find("option", selected=True)
        return str(chosen["value"]) if chosen else ""
    return str(found.get("value") if found.name == "input" else found.get_text().strip())


async def decide(client: httpx.AsyncClient, event: ReportSubmitted, name: str, data: dict[str, Any]) -> httpx.Response:
    return await client.post(f"{HOME}/{event.report_id}/{name}", data=data, headers={"origin": "http://lapor.test"})


async def test_the_queue_shows_what_is_due_first_and_marks_what_is_late(desk: Desk, sari: httpx.AsyncClient) -> None:
    await submitted(desk, title="Nanti saja", verify_by=NOW + timedelta(days=5))
    await submitted(desk, title="Sudah lewat", verify_by=NOW - timedelta(days=5))
    await submitted(desk, title="Hari ini juga", verify_by=NOW + timedelta(hours=5))
    response = await sari.get(HOME)
    assert response.status_code == 200
    rows = page(response).select("tbody tr")
    assert [row.select_one("th a").get_text() for row in rows] == ["Sudah lewat", "Hari ini juga", "Nanti saja"]  # type: ignore[union-attr]
    assert "Terlambat 3 hari kerja" in rows[0].get_text()
    assert rows[0].select_one(".lp-late svg") is not None
    assert "Jum 13 Nov" in rows[0].get_text()
    assert "3 menunggu 1 terlambat 1 jatuh tempo hari ini" in words(response)


@pytest.mark.parametrize("region", ["73.71", "91.71"])
async def test_limits_are_days_of_jakarta_wherever_the_report_is_from(
    desk: Desk, sari: httpx.AsyncClient, region: str
) -> None:
    tomorrow = NOW.replace(day=19, hour=16, minute=59, second=59)
    event = await submitted(desk, place=Place(region=region), verify_by=tomorrow)
    assert "Kam 19 Nov" in words(await sari.get(HOME))
    clock = DeadlineSet(
        occurred_at=NOW,
        report_id=event.report_id,
        deadline_id=uuid4(),
        clock=ClockName.VERIFICATION,
        due_at=tomorrow,
        calendar_version=1,
    )
    await desk.flow.give(clock)
    case = words(await sari.get(f"{HOME}/{event.report_id}"))
    assert "Batas Kamis 19 November 2026" in case
    assert "Jumat" not in case


async def test_pages_of_the_queue_follow_each_other_without_gaps(desk: Desk, sari: httpx.AsyncClient) -> None:
    for number in range(7):
        await submitted(desk, title=f"Laporan ke-{number}", verify_by=NOW + timedelta(days=number // 2))
    seen: list[str] = []
    address: str | None = HOME
    while address:
        found = page(await sari.get(address))
        seen += [link.get_text() for link in found.select("tbody th a")]
        following = found.find("a", rel="next")
        address = str(following["href"]) if following else None
    assert sorted(seen) == [f"Laporan ke-{number}" for number in range(7)]


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("saluran=sms", {"Lewat SMS"}),
        ("jenis=aspiration", {"Usul"}),
        ("lindung=anonim", {"Tanpa nama"}),
        ("lindung=rahasia", {"Laporan rahasia"}),
        ("wilayah=75", {"Di Gorontalo"}),
        ("tempo=terlambat", {"Terlambat"}),
        ("saluran=&jenis=&wilayah=18", {"Lewat SMS", "Usul", "Tanpa nama"}),
        ("tampilan=tertunda", set()),
    ],
)
async def test_the_queue_can_be_narrowed(desk: Desk, sari: httpx.AsyncClient, query: str, titles: set[str]) -> None:
    await submitted(desk, title="Lewat SMS", channel=Channel.SMS)
    await submitted(desk, title="Usul", kind=Kind.ASPIRATION)
    await submitted(desk, title="Tanpa nama", anonymous=True)
    await submitted(desk, title="Atasan meminta setoran", confidential=True, place=Place())
    await submitted(desk, title="Di Gorontalo", place=Place(region="75.01"))
    await submitted(desk, title="Terlambat", verify_by=NOW - timedelta(days=1), place=Place())
    found: set[str] = set()
    address: str | None = f"{HOME}?{query}"
    while address:
        shown = page(await sari.get(address))
        found |= {link.get_text() for link in shown.select("tbody th a")}
        following = shown.find("a", rel="next")
        address = str(following["href"]) if following else None
    assert found == titles
    assert "Atasan meminta setoran" not in found


@pytest.mark.parametrize(
    "query", ["saluran=faks", "wilayah=99", "sesudah=kemarin", "sesudah=2026-11-18~x", "tampilan=rahasia", "lindung=x"]
)
async def test_a_query_nobody_wrote_is_refused(sari: httpx.AsyncClient, query: str) -> None:
    response = await sari.get(f"{HOME}?{query}")
    assert response.status_code == 422
    assert "tidak dapat kami terima" in response.text


async def test_the_case_page_says_what_must_be_known(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk, agency_wish="PD-7501", category_wish="pungutan-liar", event_date=None)
    said = words(await sari.get(f"{HOME}/{event.report_id}"))
    assert event.body in said
    assert "Dewi A." in said
    assert "Jalan Pala, Iringmulyo, Kota Metro" in said
    assert "Pemerintah Kabupaten Gorontalo (belum terhubung)" in said
    assert "Kapan kotaknya kosong, periksa isi laporan" in said
    assert "Senin 23 November" in said
    assert "Jawaban paling lambat Rabu 25 November" in said
    assert "Lengkapi paling lambat Rabu 2 Desember" in said
    assert (
        words(await sari.get(f"{HOME}/{event.report_id}?kategori=tidak-ada")).count("Pilih kategori untuk melihat") == 1
    )


async def test_verifying_hands_the_whole_case_on(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    response = await decide(sari, event, "verifikasi", GOOD | {"further": ["KL-026", ""], "anonymous": "yes"})
    assert response.status_code == 303
    assert f"{event.tracking_id[:4]}-{event.tracking_id[4:8]}" in (await sari.get(response.headers["location"])).text
    flags, verified, audit = await desk.flow.staged()
    assert isinstance(flags, FlagsDecided)
    assert isinstance(audit, AuditRecorded)
    assert isinstance(verified, ReportVerified)
    assert verified.agencies == ("PD-1872", "KL-026")
    assert verified.anonymous
    assert verified.category == "pohon"
    assert verified.decided_by == SARI.account_id
    assert words(await sari.get(f"{HOME}?tampilan=selesai")).count("Sudah diverifikasi") == 1


async def test_returning_asks_in_the_reporters_language(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk, language=Language.ENGLISH)
    sent = {"version": "1", "lacking": ["where", "when"], "missing": "Which street?"}
    assert (await decide(sari, event, "kembalikan", sent)).status_code == 303
    (returned,) = await desk.flow.staged(ReportReturned)
    assert returned.missing == "To be completed: where, when.\nWhich street?"
    assert (returned.complete_by - NOW).days == 14
    assert (await desk.case(event.report_id)).status is Status.NEEDS_COMPLETION


async def test_rejecting_names_the_reason(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    sent = {"version": "1", "reason": "private-company", "explanation": "Sampaikan ke BPSK."}
    assert (await decide(sari, event, "tolak", sent)).status_code == 303
    (rejected,) = await desk.flow.staged(ReportRejected)
    assert (rejected.reason.value, rejected.explanation) == ("private-company", "Sampaikan ke BPSK.")


async def test_a_report_is_held_for_an_agency_that_is_not_connected(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    assert (await decide(sari, event, "tahan", {"version": "1", "agency": "PD-7501"})).status_code == 303
    (held,) = await desk.flow.staged(ReportHeld)
    assert held.agency == "PD-7501"
    assert "Pemerintah Kabupaten Gorontalo" in words(await sari.get(f"{HOME}?tampilan=tertunda"))


async def test_protection_can_be_added_alone_but_not_nothing(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    refused = await decide(sari, event, "lindungi", {"version": "1"})
    assert refused.status_code == 422
    assert "Pilih perlindungan yang belum ada" in refused.text
    assert (await decide(sari, event, "lindungi", {"version": "1", "add_confidential": "yes"})).status_code == 303
    (flags,) = await desk.flow.staged(FlagsDecided)
    assert (flags.anonymous, flags.confidential) == (False, True)


@pytest.mark.parametrize(
    ("name", "changes", "said"),
    [
        ("verifikasi", {"lead": "PD-7501"}, "belum terhubung. Tahan laporan ini"),
        ("verifikasi", {"lead": "XX-404"}, "Instansi XX-404 tidak ada dalam direktori"),
        ("verifikasi", {"further": "XX-405"}, "Instansi XX-405 tidak ada dalam direktori"),
        ("verifikasi", {"category": "tidak-ada"}, "Kategori tidak-ada tidak ada"),
        ("verifikasi", {"lead": "PD-31-PU"}, "adalah satuan kerja"),
        ("verifikasi", {"lead": ""}, "Pilih instansi yang harus menjawab"),
        ("verifikasi", {"category": ""}, "Pilih kategori"),
        ("verifikasi", {"title": "Aduh"}, "Baru 4 huruf, paling sedikit 5"),
        ("verifikasi", {"title": "x" * 201}, "201 huruf, paling banyak 200"),
        ("verifikasi", {"public_body": ""}, "Tulis naskah untuk umum"),
        ("verifikasi", {"public_body": "x" * 10_001}, "10.001 huruf, paling banyak 10.000"),
        ("verifikasi", {"public_body": "rusak \ufffd"}, "Ada huruf yang tidak dapat kami baca"),
        ("verifikasi", {"kind": "keluhan"}, "Pilih salah satu"),
        ("verifikasi", {"further": ["KL-026"] * 4}, "Pilih paling banyak 3"),
        ("verifikasi", {"version": "satu"}, "Tulis dengan angka"),
        ("kembalikan", {}, "Centang yang kurang, atau tulis sendiri di bawah"),
        ("kembalikan", {"missing": "x" * 851}, "851 huruf, paling banyak 850"),
        ("kembalikan", {"lacking": "whom"}, "Pilih dari daftar ini"),
        ("tolak", {}, "Pilih salah satu alasan"),
        ("tolak", {"reason": "boring", "explanation": "Tetap ada"}, "Pilih salah satu"),
        ("tahan", {}, "Pilih instansi yang ditunggu"),
        ("tahan", {"agency": "PD-1872"}, "sudah terhubung. Verifikasi laporan ini"),
        ("tahan", {"agency": "XX-404"}, "Instansi XX-404 tidak ada"),
    ],
)
async def test_bad_input_is_said_beside_the_field_and_nothing_is_lost_or_saved(
    desk: Desk, sari: httpx.AsyncClient, name: str, changes: dict[str, Any], said: str
) -> None:
    event = await submitted(desk)
    sent = (GOOD if name == "verifikasi" else {"version": "1"}) | changes
    response = await decide(sari, event, name, sent)
    assert response.status_code == 422
    assert said in words(response)
    for box in ("title", "public_body"):
        if box in sent:
            assert typed(response, box) == sent[box]
    assert typed(response, "missing") == sent.get("missing", "")
    assert page(response).select_one("details[open] form[action$='/" + name + "']") is not None
    assert await desk.flow.staged() == []
    assert (await desk.case(event.report_id)).version == 1


async def test_a_case_decided_meanwhile_shows_what_happened_and_keeps_what_was_typed(
    desk: Desk, sari: httpx.AsyncClient
) -> None:
    event = await submitted(desk)
    await become(desk, sari, YUDI)
    assert (await decide(sari, event, "tolak", {"version": "1", "reason": "criminal-case"})).status_code == 303
    await become(desk, sari, SARI)
    response = await decide(sari, event, "verifikasi", GOOD | {"title": "Judul yang saya ubah"})
    assert response.status_code == 409
    said = words(response)
    assert "Yudi Prakoso menolak: Perkara pidana" in said
    assert "Tulisan Anda masih ada di bawah" in said
    assert typed(response, "title") == "Judul yang saya ubah"
    assert page(response).select("form[action$='/verifikasi'] button") == []
    assert await desk.flow.staged(ReportVerified) == []


async def test_a_flag_that_came_while_deciding_is_seen_before_deciding_again(
    desk: Desk, sari: httpx.AsyncClient
) -> None:
    event = await submitted(desk)
    await desk.flow.give(FlagsSet(occurred_at=NOW, report_id=event.report_id, anonymous=True, confidential=False))
    response = await decide(sari, event, "verifikasi", GOOD)
    assert response.status_code == 409
    assert "Pelapor menambahkan perlindungan: anonim" in words(response)
    again = GOOD | {"version": typed(response, "version")}
    assert (await decide(sari, event, "verifikasi", again)).status_code == 303
    (verified,) = await desk.flow.staged(ReportVerified)
    assert verified.anonymous


async def test_two_administrators_at_once_decide_one_case_once(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    answers = await asyncio.gather(*(decide(sari, event, "verifikasi", GOOD) for _ in range(3)))
    assert sorted(answer.status_code for answer in answers) == [303, 409, 409]
    assert len(await desk.flow.staged(ReportVerified)) == 1


async def test_each_look_at_a_confidential_case_is_recorded(desk: Desk, sari: httpx.AsyncClient) -> None:
    open_one = await submitted(desk)
    event = await submitted(desk, confidential=True)
    for _ in range(2):
        await sari.get(f"{HOME}/{event.report_id}")
    await sari.get(f"{HOME}/{open_one.report_id}")
    looks = await desk.flow.staged(AuditRecorded)
    assert [(look.action, look.report_id) for look in looks] == [("confidential-report-viewed", event.report_id)] * 2


async def test_a_clock_that_is_stopped_is_not_shown_as_late(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    await decide(sari, event, "kembalikan", {"version": "1", "lacking": "where"})
    desk.clock.moment += timedelta(days=30)
    for address in (f"{HOME}?tampilan=pelapor", f"{HOME}/{event.report_id}"):
        assert page(await sari.get(address)).select("tbody .lp-late, .lp-desk-head .lp-late") == []
    assert "Batas disposisi dijeda: menunggu pelapor" in words(await sari.get(f"{HOME}/{event.report_id}"))


async def test_a_withdrawn_report_shows_no_text_and_cannot_be_decided(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    await desk.flow.give(ReportWithdrawn(occurred_at=NOW, report_id=event.report_id))
    response = await sari.get(f"{HOME}/{event.report_id}")
    assert event.body not in response.text
    assert event.title not in response.text
    assert page(response).select("main form[method=post]") == []
    refused = await decide(sari, event, "verifikasi", GOOD)
    assert refused.status_code == 409
    assert "Pelapor menarik laporan" in words(refused)


async def test_a_long_completed_report_is_shortened_on_the_page(desk: Desk, sari: httpx.AsyncClient) -> None:
    from tests.verification.test_handlers import supplement

    event = await submitted(desk, body="a" * 9_990)
    await desk.flow.give(supplement(event.report_id))
    sent = GOOD | {"version": "2", "agency_body": "Ringkasan"}
    refused = await decide(sari, event, "verifikasi", {**sent, "agency_body": ""})
    assert refused.status_code == 422
    assert "Ringkas naskah ini: paling banyak 10.000 huruf" in words(refused)
    assert (await decide(sari, event, "verifikasi", sent)).status_code == 303
    (verified,) = await desk.flow.staged(ReportVerified)
    assert verified.body == "Ringkasan"


async def test_only_administrators_come_in(desk: Desk, visitor: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    for path in (HOME, f"{HOME}/{event.report_id}"):
        assert (await visitor.get(path)).headers["location"].startswith("/masuk?lanjut=")
    for person in (observer(), officer(), reporter()):
        await become(desk, visitor, person)
        assert (await visitor.get(HOME)).status_code == 403
        assert (await decide(visitor, event, "verifikasi", GOOD)).status_code == 403
    gone = administrator()
    await become(desk, visitor, gone)
    await revoke(desk.sessions, gone)
    assert (await visitor.get(HOME)).status_code == 303
    forged = (await sign_in(desk.sessions, administrator()))[:-4] + "AAAA"
    visitor.cookies.set(desk.settings.session_cookie, forged)
    assert (await visitor.get(HOME)).status_code == 303
    assert await desk.flow.staged() == []


async def test_unknown_cases_and_foreign_posts_are_turned_away(desk: Desk, sari: httpx.AsyncClient) -> None:
    for path in (f"{HOME}/{uuid4()}", f"{HOME}/bukan-id"):
        response = await sari.get(path)
        assert response.status_code == 404
    event = await submitted(desk)
    response = await sari.post(
        f"{HOME}/{event.report_id}/tolak", data=GOOD, headers={"origin": "https://jahat.example"}
    )
    assert response.status_code == 403
    response = await sari.post(f"{HOME}/{event.report_id}/tolak", json=GOOD, headers={"origin": "http://lapor.test"})
    assert response.status_code == 422
    assert await desk.flow.staged() == []


async def test_the_desk_speaks_english(desk: Desk, sari: httpx.AsyncClient) -> None:
    event = await submitted(desk)
    assert "Verification queue" in (await sari.get(f"{HOME}?lang=en")).text
    assert "Verify and pass on" in (await sari.get(f"{HOME}/{event.report_id}?lang=en")).text


def test_every_text_has_its_english() -> None:
    assert untranslated(PACKAGE) == set()
