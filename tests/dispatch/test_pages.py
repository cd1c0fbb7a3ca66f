"""The desk of agencies and the thread page, through the real application and database.

Longer than 400 lines: the desk and the thread are shown the same reports by the same people.
"""

import re
from dataclasses import replace
from datetime import timedelta
from uuid import UUID, uuid4

import httpx
import pytest
from bs4 import BeautifulSoup
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.dispatch import actions, store
from services.dispatch.settings import Settings
from shared.clock import FixedClock
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import EntryKind, Place, Status, Zone
from shared.security import Person
from tests.dispatch.builders import MAIL, MONDAY, closure_due, draft, missed, officer_of, verified
from tests.support import people
from tests.support.flow import Flow

SAME_ORIGIN = {"origin": "http://127.0.0.1:1708"}


@pytest.fixture
async def report(flow: Flow) -> ReportVerified:
    event = verified()
    await flow.give(event)
    await flow.clear()
    return event


class Visitor:
    """A browser with a session."""

    def __init__(self, client: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession], settings: Settings):
        self.client, self.sessions, self.settings = client, sessions, settings

    async def as_(self, person: Person | None) -> "Visitor":
        self.client.cookies.clear()
        if person is not None:
            name = self.settings.report_cookie if person.report_id else self.settings.session_cookie
            self.client.cookies.set(name, await people.sign_in(self.sessions, person))
        return self

    async def get(self, path: str) -> httpx.Response:
        return await self.client.get(path)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        return await self.client.post(path, data=fields, headers=SAME_ORIGIN)


@pytest.fixture
def visitor(client: httpx.AsyncClient, sessions: async_sessionmaker[AsyncSession], settings: Settings) -> Visitor:
    return Visitor(client, sessions, settings)


def text_of(response: httpx.Response) -> str:
    main = BeautifulSoup(response.text, "html.parser").find("main")
    assert main is not None
    return re.sub(r"\s+", " ", main.get_text(" "))


def field(response: httpx.Response, name: str) -> str:
    found = BeautifulSoup(response.text, "html.parser").select_one(f"[name={name}]")
    assert found is not None
    return str(found.get("value") or found.get_text()).strip()


async def status_of(flow: Flow, report_id: UUID) -> Status:
    async with flow.sessions() as session:
        case = await store.case(session, report_id)
    assert case is not None
    return case.status


# The inbox


async def test_the_inbox_sends_a_stranger_to_sign_in_and_refuses_other_roles(visitor: Visitor) -> None:
    response = await visitor.get("/meja/instansi")
    assert response.status_code == 303
    assert response.headers["location"] == "/masuk?lanjut=/meja/instansi"
    for person in (people.administrator(), people.observer(), people.reporter()):
        assert (await (await visitor.as_(person)).get("/meja/instansi")).status_code == 403


async def test_the_inbox_lists_what_is_due_first_and_marks_what_is_late(
    visitor: Visitor, flow: Flow, clock: FixedClock
) -> None:
    old, new = verified(title="Lampu padam"), verified(title="Trotoar rusak")
    await flow.give(old)
    clock.advance(timedelta(days=7))
    await flow.give(new, missed(old.report_id))
    clock.advance(timedelta(days=2))
    page = text_of(await (await visitor.as_(people.officer())).get("/meja/instansi"))
    assert page.index("Lampu padam") < page.index("Trotoar rusak")
    assert "Terlambat 2 hari kerja" in page
    assert "Satu laporan melewati batas" in page
    assert "3 hari kerja lagi" in page


async def test_the_inbox_holds_only_what_is_in_the_hands_of_the_officers_unit(visitor: Visitor, flow: Flow) -> None:
    await flow.give(
        verified(title="Untuk kota"),
        verified(title="Untuk dinas", agencies=("PD-1872-PU",), lead="PD-1872-PU"),
        verified(title="Untuk listrik", agencies=("BUMN-001",), lead="BUMN-001"),
    )
    seen = {}
    for person in (people.officer(), people.officer(unit="PD-1872-PU"), people.officer("BUMN-001")):
        page = text_of(await (await visitor.as_(person)).get("/meja/instansi"))
        seen[person.unit or person.agency] = {t for t in ("kota", "dinas", "listrik") if f"Untuk {t}" in page}
    assert seen == {"PD-1872": {"kota", "dinas"}, "PD-1872-PU": {"dinas"}, "BUMN-001": {"listrik"}}


async def test_each_tab_holds_the_reports_of_its_state(visitor: Visitor, flow: Flow, settings: Settings) -> None:
    for kind in (None, EntryKind.QUESTION, EntryKind.PROGRESS):
        event = verified(title=f"Laporan {kind}")
        await flow.give(event)
        if kind:
            async with flow.sessions.begin() as session:
                await actions.post(session, event.report_id, draft(kind), officer_of(), settings, now=MONDAY)
    await visitor.as_(people.officer())
    for view, expected in (("perlu", None), ("dijawab", EntryKind.QUESTION), ("ditindaklanjuti", EntryKind.PROGRESS)):
        page = text_of(await visitor.get(f"/meja/instansi?tampilan={view}"))
        assert [k for k in (None, EntryKind.QUESTION, EntryKind.PROGRESS) if f"Laporan {k}" in page] == [expected]
    everything = text_of(await visitor.get("/meja/instansi?tampilan=semua"))
    assert everything.count("Laporan ") >= 3
    assert "Tidak ada laporan di sini" in text_of(await visitor.get("/meja/instansi?tampilan=selesai"))


@pytest.mark.parametrize("query", ["tampilan=rahasia", "halaman=0", "halaman=x", "halaman=99999999999"])
async def test_an_address_of_the_inbox_that_makes_no_sense_is_422(visitor: Visitor, query: str) -> None:
    assert (await (await visitor.as_(people.officer())).get(f"/meja/instansi?{query}")).status_code == 422


async def test_an_officer_without_an_agency_has_no_inbox(visitor: Visitor) -> None:
    person = replace(people.officer(), agency=None)
    assert (await (await visitor.as_(person)).get("/meja/instansi")).status_code == 403


# A report at the desk


async def test_an_officer_reads_the_report_and_what_each_answer_does(visitor: Visitor, report: ReportVerified) -> None:
    page = text_of(await (await visitor.as_(people.officer())).get(f"/meja/instansi/{report.report_id}"))
    assert "Pohon tumbang menutup Jalan Pala" in page
    assert "Rahmi Kusnadi" in page
    assert "Jalan Pala, Iringmulyo, Metro Timur, Kota Metro, Lampung" in page
    assert "Senin 9 November" in page  # five working days
    assert "ditutup Senin 16 November" in page  # ten


async def test_an_anonymous_report_shows_nobody_to_the_agency(visitor: Visitor, flow: Flow) -> None:
    event = verified(anonymous=True)
    await flow.give(event)
    response = await (await visitor.as_(people.officer())).get(f"/meja/instansi/{event.report_id}")
    assert "Rahmi" not in response.text
    assert "Anonim" in text_of(response)


@pytest.mark.parametrize(
    ("region", "zone", "received"), [("73.71", Zone.WITA, "11.00 WITA"), ("91.71", Zone.WIT, "12.00 WIT")]
)
async def test_limits_are_days_of_jakarta_and_moments_keep_the_time_of_their_place(
    visitor: Visitor, flow: Flow, settings: Settings, region: str, zone: Zone, received: str
) -> None:
    event = verified(place=Place(region=region), zone=zone)
    await flow.give(event)
    address = f"/meja/instansi/{event.report_id}"
    await visitor.as_(people.officer())
    inbox, waiting = text_of(await visitor.get("/meja/instansi")), text_of(await visitor.get(address))
    assert "Sen 9 Nov" in inbox
    assert waiting.count("Senin 9 November") == 3  # in the head, in the thread, among the limits
    assert "ditutup Senin 16 November" in waiting  # what an answer would do
    assert received in waiting
    assert "Selasa" not in waiting

    async with flow.sessions.begin() as session:
        await actions.post(session, event.report_id, draft(), officer_of(), settings, now=MONDAY)
    inbox, closing = text_of(await visitor.get("/meja/instansi?tampilan=semua")), text_of(await visitor.get(address))
    assert "Ditutup Sen 16 Nov" in inbox
    assert "Ditutup Senin 16 November" in closing

    own = await (await visitor.as_(people.reporter_of(event.report_id))).get(f"/percakapan/{event.tracking_id}")
    assert "Sen 16 Nov bila tidak ada tanggapan" in text_of(own)


async def test_another_agencys_report_looks_as_if_it_did_not_exist(
    visitor: Visitor, report: ReportVerified, flow: Flow
) -> None:
    await visitor.as_(people.officer("BUMN-001"))
    pages = [await visitor.get(f"/meja/instansi/{report_id}") for report_id in (report.report_id, uuid4())]
    assert [page.status_code for page in pages] == [404, 404]
    assert text_of(pages[0]) == text_of(pages[1])
    refused = await visitor.post(
        f"/meja/instansi/{report.report_id}/jawab", command_id=str(uuid4()), kind="progress", text="Bukan milik kami."
    )
    assert refused.status_code == 404
    assert await flow.staged() == []


async def test_an_id_that_is_none_is_404(visitor: Visitor) -> None:
    assert (await (await visitor.as_(people.officer())).get("/meja/instansi/bukan-id")).status_code == 404


async def test_an_answer_sent_twice_is_one_entry(visitor: Visitor, report: ReportVerified, flow: Flow) -> None:
    address = f"/meja/instansi/{report.report_id}"
    page = await (await visitor.as_(people.officer())).get(address)
    sent = {"command_id": field(page, "command_id"), "kind": "resolution", "text": "Pohon sudah dipotong."}
    for _ in range(2):
        response = await visitor.post(f"{address}/jawab", **sent)
        assert response.status_code == 303
    [posted] = await flow.staged(EntryPosted)
    assert str(posted.command_id) == sent["command_id"]
    shown = text_of(await visitor.get(response.headers["location"]))
    assert shown.count("Pohon sudah dipotong.") == 1
    assert "Jawaban Anda sudah tersimpan" in shown
    assert "Tepat waktu" in shown


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "progress", "text": ""}, "Tulis isi jawaban"),
        ({"kind": "progress", "text": "   \n "}, "Tulis isi jawaban"),
        ({"kind": "progress", "text": "a" * 401}, "401 huruf, paling banyak 400"),
        ({"text": "Sudah dikerjakan."}, "Pilih jenis jawaban"),
        ({"kind": "reply", "text": "Sudah dikerjakan."}, "Pilih jenis jawaban"),
        ({"kind": "bukan", "text": "Sudah dikerjakan."}, "Pilih salah satu"),
        ({"kind": "progress", "text": "Sudah\x00"}, "Ada huruf yang tidak dapat kami baca"),
        ({"kind": "progress", "text": "Sudah.", "command_id": "bukan"}, "Muat ulang halaman ini"),
    ],
)
async def test_an_answer_that_cannot_be_taken_is_422_and_kept_as_it_was_typed(
    visitor: Visitor, report: ReportVerified, flow: Flow, sent: dict[str, str], said: str
) -> None:
    await visitor.as_(people.officer())
    response = await visitor.post(f"/meja/instansi/{report.report_id}/jawab", **{"command_id": str(uuid4()), **sent})
    assert response.status_code == 422
    assert said in text_of(response)
    assert field(response, "text") == sent["text"].strip()
    assert await flow.staged() == []


async def test_invalid_utf_8_and_another_content_type_are_refused(
    visitor: Visitor, report: ReportVerified, flow: Flow
) -> None:
    await visitor.as_(people.officer())
    address = f"/meja/instansi/{report.report_id}/jawab"
    form = {**SAME_ORIGIN, "content-type": "application/x-www-form-urlencoded"}
    body = f"command_id={uuid4()}&kind=progress&text=Sudah%FF%FE".encode()
    assert (await visitor.client.post(address, content=body, headers=form)).status_code == 422
    assert (await visitor.client.post(address, json={"text": "x"}, headers=SAME_ORIGIN)).status_code == 422
    assert await flow.staged() == []


async def test_a_forged_session_is_nobody(visitor: Visitor, report: ReportVerified) -> None:
    await people.trust(visitor.sessions)
    forged = people.Signer(key_id=people.SIGNER.key_id).token(people.officer())
    visitor.client.cookies.set(visitor.settings.session_cookie, forged)
    assert (await visitor.get(f"/meja/instansi/{report.report_id}")).status_code == 303


async def test_an_answer_to_a_closed_report_is_explained_and_not_lost(
    visitor: Visitor, report: ReportVerified, flow: Flow, settings: Settings
) -> None:
    async with flow.sessions.begin() as session:
        await actions.post(session, report.report_id, draft(), officer_of(), settings, now=MONDAY)
    await flow.give(closure_due(report.report_id, 1))
    await flow.clear()
    await visitor.as_(people.officer())
    response = await visitor.post(
        f"/meja/instansi/{report.report_id}/jawab", command_id=str(uuid4()), kind="progress", text="Satu hal lagi."
    )
    assert response.status_code == 409
    assert "Laporan ini sudah ditutup lebih dulu" in text_of(response)
    assert "Satu hal lagi." in response.text
    assert await flow.staged() == []
    assert "Jawaban Anda" not in text_of(await visitor.get(f"/meja/instansi/{report.report_id}"))


async def test_each_look_of_staff_at_a_confidential_report_is_recorded(visitor: Visitor, flow: Flow) -> None:
    event = verified(confidential=True)
    await flow.give(event)
    await flow.clear()
    officer, administrator = people.officer(), people.administrator()
    await (await visitor.as_(officer)).get(f"/meja/instansi/{event.report_id}")
    await visitor.get(f"/percakapan/{event.tracking_id}")
    await (await visitor.as_(administrator)).get(f"/percakapan/{event.tracking_id}")
    await (await visitor.as_(people.reporter_of(event.report_id))).get(f"/percakapan/{event.tracking_id}")
    looks = await flow.staged(actions.Audit)
    assert [(look.actor, look.action) for look in looks] == [
        (str(officer.account_id), "report-viewed"),
        (str(officer.account_id), "report-viewed"),
        (str(administrator.account_id), "report-viewed"),
    ]


async def test_a_withdrawn_report_is_no_longer_readable_for_the_agency(
    visitor: Visitor, report: ReportVerified, flow: Flow
) -> None:
    await flow.give(ReportWithdrawn(occurred_at=MONDAY, report_id=report.report_id))
    await visitor.as_(people.officer())
    for address in (
        f"/meja/instansi/{report.report_id}",
        f"/percakapan/{report.tracking_id}",
        "/meja/instansi?tampilan=semua",
    ):
        response = await visitor.get(address)
        assert response.status_code == 200
        assert "menarik" in response.text.lower() or "ditarik" in response.text.lower()
        assert "Pohon tumbang" not in response.text


# The thread page


async def test_unknown_confidential_and_not_yours_look_the_same(visitor: Visitor, flow: Flow) -> None:
    secret, mine = verified(confidential=True), verified(confidential=True)
    await flow.give(secret, mine)
    unknown = verified().tracking_id
    for person in (
        None,
        people.reporter(),
        people.officer("BUMN-001"),
        people.observer(),
        people.reporter_of(mine.report_id),
    ):
        await visitor.as_(person)
        pages = [await visitor.get(f"/percakapan/{i}") for i in (secret.tracking_id, unknown, "bukan-nomor")]
        posts = [await visitor.post(f"/percakapan/{i}/tanggapan", text="x") for i in (secret.tracking_id, unknown)]
        assert {page.status_code for page in pages + posts} == {404}
        assert len({text_of(page) for page in pages + posts}) == 1
        assert len({tuple(sorted(set(page.headers) - {"content-length"})) for page in pages}) == 1


async def test_a_signed_in_reporter_is_shown_the_way_to_their_own_reports(visitor: Visitor) -> None:
    page = await (await visitor.as_(people.reporter())).get("/percakapan/2100000000")
    assert 'href="/akun/laporan"' in page.text


async def test_an_address_with_a_nul_is_refused_before_anything_is_asked(visitor: Visitor) -> None:
    assert (await visitor.get("/percakapan/%00")).status_code == 400


async def test_a_stranger_to_a_published_report_is_led_to_its_public_page(
    visitor: Visitor, report: ReportVerified
) -> None:
    for person in (None, people.observer(), people.officer("BUMN-001")):
        response = await (await visitor.as_(person)).get(f"/percakapan/{report.tracking_id}")
        assert response.status_code == 303
        assert response.headers["location"] == f"/laporan/{report.tracking_id}"


async def test_the_reporter_replies_and_the_agency_is_asked_again(
    visitor: Visitor, report: ReportVerified, flow: Flow, settings: Settings
) -> None:
    async with flow.sessions.begin() as session:
        await actions.post(session, report.report_id, draft(), officer_of(), settings, now=MONDAY)
    await flow.clear()
    page = await (await visitor.as_(people.reporter_of(report.report_id))).get(f"/percakapan/{report.tracking_id}")
    assert "Ditutup Senin 16 November" in text_of(page)
    sent = {"command_id": field(page, "command_id"), "kind": "reply", "text": "Dahannya masih di jalan."}
    for _ in range(2):
        response = await visitor.post(f"/percakapan/{report.tracking_id}/tanggapan", **sent)
        assert response.status_code == 303
    [posted] = await flow.staged(EntryPosted)
    assert posted.author == "reporter"
    shown = text_of(await visitor.get(response.headers["location"]))
    assert shown.count("Dahannya masih di jalan.") == 1
    assert "Belum akan ditutup" in shown
    assert "Perlu dijawab lagi" in shown
    assert await flow.staged(actions.Audit) == []


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({"kind": "reply", "text": ""}, "Tulis isi tanggapan Anda"),
        ({"kind": "reply", "text": "é" * 401}, "401 huruf, paling banyak 400"),
        ({"kind": "resolution", "text": "Saya menutupnya sendiri."}, "Pilih jenis tanggapan"),
        ({"text": "Terima kasih."}, "Pilih jenis tanggapan"),
    ],
)
async def test_a_reply_that_cannot_be_taken_is_422_and_kept(
    visitor: Visitor, report: ReportVerified, flow: Flow, sent: dict[str, str], said: str
) -> None:
    await visitor.as_(people.reporter_of(report.report_id))
    response = await visitor.post(f"/percakapan/{report.tracking_id}/tanggapan", **{"command_id": str(uuid4()), **sent})
    assert response.status_code == 422
    assert said in text_of(response)
    assert field(response, "text") == sent["text"]
    assert await flow.staged() == []


async def test_a_session_for_one_report_opens_no_other_and_no_desk(
    visitor: Visitor, report: ReportVerified, flow: Flow
) -> None:
    other = verified()
    await flow.give(other)
    await flow.clear()
    await visitor.as_(people.reporter_of(other.report_id))
    response = await visitor.post(
        f"/percakapan/{report.tracking_id}/tanggapan", command_id=str(uuid4()), kind="reply", text="Bukan saya."
    )
    assert response.status_code == 303
    assert response.headers["location"] == f"/laporan/{report.tracking_id}"
    assert await flow.staged() == []
    assert (await visitor.get("/meja/instansi")).status_code == 303


async def test_the_administrator_makes_a_statement_and_only_the_administrator(
    visitor: Visitor, report: ReportVerified, flow: Flow
) -> None:
    address = f"/percakapan/{report.tracking_id}/pernyataan"
    for person in (people.officer(), people.reporter_of(report.report_id), people.observer(), None):
        await visitor.as_(person)
        await visitor.post(address, command_id=str(uuid4()), text="Mohon segera dijawab.")
    assert await flow.staged(EntryPosted) == []
    administrator = people.administrator()
    page = await (await visitor.as_(administrator)).get(f"/percakapan/{report.tracking_id}")
    response = await visitor.post(address, command_id=field(page, "command_id"), text="Mohon segera dijawab.")
    assert response.status_code == 303
    [posted] = await flow.staged(EntryPosted)
    assert (posted.author, posted.kind) == ("administrator", "statement")
    [audit] = await flow.staged(actions.Audit)
    assert (audit.actor, audit.action) == (str(administrator.account_id), "statement-posted")
    assert "Mohon segera dijawab." in text_of(await visitor.get(response.headers["location"]))


async def test_a_reply_after_closing_is_explained(
    visitor: Visitor, report: ReportVerified, flow: Flow, settings: Settings
) -> None:
    async with flow.sessions.begin() as session:
        await actions.post(session, report.report_id, draft(), officer_of(), settings, now=MONDAY)
    await flow.give(closure_due(report.report_id, 1))
    await visitor.as_(people.reporter_of(report.report_id))
    assert "Laporan ini sudah selesai" in text_of(await visitor.get(f"/percakapan/{report.tracking_id}"))
    response = await visitor.post(
        f"/percakapan/{report.tracking_id}/tanggapan", command_id=str(uuid4()), kind="reply", text="Masih rusak."
    )
    assert response.status_code == 409
    assert "ditutup lebih dulu" in text_of(response)
    assert "Masih rusak." in response.text
    assert await status_of(flow, report.report_id) is Status.CLOSED


async def test_a_thread_that_is_too_long_to_publish_takes_nothing_more(
    visitor: Visitor, report: ReportVerified, flow: Flow, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shared.messaging.outbox.MAX_BODY", 1_000)
    await visitor.as_(people.officer())
    response = await visitor.post(
        f"/meja/instansi/{report.report_id}/jawab", command_id=str(uuid4()), kind="progress", text="Panjang. " * 40
    )
    assert response.status_code == 409
    assert "terlalu panjang" in text_of(response)
    assert await flow.staged() == []
    assert await status_of(flow, report.report_id) is Status.DISPOSED


async def test_no_page_shows_what_the_reporter_never_agreed_to_show(visitor: Visitor, flow: Flow) -> None:
    event = verified(anonymous=True, reporter_label=MAIL)
    await flow.give(event, FlagsSet(occurred_at=MONDAY, report_id=event.report_id, anonymous=True, confidential=False))
    for person in (people.officer(), people.administrator(), people.reporter_of(event.report_id)):
        response = await (await visitor.as_(person)).get(f"/percakapan/{event.tracking_id}")
        assert response.status_code == 200
        assert MAIL not in response.text
    assert MAIL not in "".join(e.model_dump_json() for e in await flow.staged())
    assert len(await flow.staged(ReportDisposed)) == 1


async def test_every_page_is_there_in_english(visitor: Visitor, report: ReportVerified) -> None:
    page = text_of(await (await visitor.as_(people.officer())).get(f"/meja/instansi/{report.report_id}?lang=en"))
    assert "Your answer" in page
    assert "Monday 9 November" in page
