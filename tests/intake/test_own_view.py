"""`/saya`: a reporter's own view, and what a reporter may still do."""

import re
from datetime import UTC, datetime
from uuid import uuid4

import httpx
import pytest

from shared.contracts.event import Event
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.vocabulary import ClockName, EntryKind
from tests.intake.builders import Others
from tests.intake.conftest import FIELDS, Intake, with_settings
from tests.intake.test_web_form import METRO
from tests.support.people import officer, reporter, sign_in


async def sent(intake: Intake, **changes: str) -> tuple[str, Others]:
    """The private page's path, and the others about that report."""
    answer = await intake.report(**changes)
    page = answer.headers["location"].partition("?")[0]
    return page, Others((await intake.staged(ReportSubmitted))[-1])


async def complete(intake: Intake, page: str, text: str, command: str) -> httpx.Response:
    return await intake.client.post(f"{page}/lengkapi", data={"text": text, "command": command})


async def test_the_page_says_where_the_report_stands(intake: Intake) -> None:
    await intake.flow.give(METRO)
    page, others = await sent(intake, region="18.72")
    events = others.whole_life()

    received = (await intake.client.get(page)).text
    assert "Menunggu verifikasi" in received
    assert "Paling lambat Kamis 5 November" in received
    assert "/percakapan/" not in received
    await intake.flow.give(*events[:4])
    disposed = (await intake.client.get(page)).text
    assert "Pemerintah Kota Metro menerimanya" in disposed
    assert "Dijawab paling lambat" in disposed
    assert f'href="/laporan/{others.report.tracking_id}"' in disposed
    assert f'href="/kode?nomor={others.report.tracking_id}"' in disposed
    assert "/akun/laporan/" not in disposed
    await intake.flow.give(*events[4:])
    closed = (await intake.client.get(page)).text
    assert "Ditutup" in closed
    assert "Tarik laporan ini" not in closed


@pytest.mark.parametrize(("region", "received"), [("73.71", "09.14 WITA"), ("91.71", "10.14 WIT")])
async def test_limits_are_days_of_jakarta_and_moments_keep_the_time_of_their_place(
    intake: Intake, region: str, received: str
) -> None:
    page, others = await sent(intake, region=region)
    end_of_friday = datetime(2026, 11, 6, 16, 59, 59, tzinfo=UTC)
    told: list[tuple[Event | None, str]] = [
        (None, "Paling lambat Kamis 5 November, instansi"),
        (
            others.returned().model_copy(update={"complete_by": end_of_friday}),
            "Paling lambat Jumat 6 November. Sesudah",
        ),
        (others.disposed().model_copy(update={"answer_by": end_of_friday}), "Dijawab paling lambat Jumat 6 November"),
        (others.posted(EntryKind.RESOLUTION), "Ditindaklanjuti Senin 2 November"),
        (
            others.clock_set(ClockName.CLOSURE, 4).model_copy(update={"due_at": end_of_friday}),
            "Jumat 6 November bila tidak ada tanggapan",
        ),
    ]
    for event, limit in told:
        if event is not None:
            await intake.flow.give(event)
        shown = (await intake.client.get(page)).text
        assert limit in shown
        assert received in shown


async def test_a_signed_in_reporter_opens_the_conversation_by_way_of_the_account(intake: Intake) -> None:
    intake.client.cookies.set(intake.settings.session_cookie, await sign_in(intake.sessions, reporter()))
    page, others = await sent(intake)
    await intake.flow.give(others.verified(), others.disposed())
    shown = (await intake.client.get(page)).text
    assert f'href="/akun/laporan/{others.report.tracking_id}"' in shown
    assert "/percakapan/" not in shown


async def test_every_stage_reads_in_both_languages(intake: Intake) -> None:
    page, others = await sent(intake, name="Ratna", place="Mulyojati", region="18.72")
    for event in [
        others.notified(),
        others.not_notified(),
        others.returned(1),
        others.released(2),
        others.held(3),
        others.verified(4),
        others.disposed(5),
        others.clock_missed(ClockName.RESPONSE, 6),
        *(others.posted(kind, 7 + at, at + 1) for at, kind in enumerate(EntryKind)),
        others.clock_set(ClockName.CLOSURE, 30, 300),
        others.closed(301, 20),
    ]:
        await intake.flow.give(event)
        for language in ("id", "en"):
            assert (await intake.client.get(page, params={"lang": language})).status_code == 200


async def test_a_rejected_report_says_why_and_where_to_go(intake: Intake) -> None:
    page, others = await sent(intake)
    await intake.flow.give(others.rejected())
    shown = (await intake.client.get(page)).text
    assert "Perusahaan swasta di luar wewenang kami" in shown
    assert "Bank swasta" in shown
    assert "Tidak diteruskan." in shown


async def test_a_returned_report_is_completed_once(intake: Intake) -> None:
    page, others = await sent(intake)
    await intake.flow.give(others.returned())
    asked = (await intake.client.get(page)).text
    assert "Sebutkan RT dan RW-nya" in asked
    command = re.search(r'name="command" value="([\w-]+)"', asked)
    assert command is not None

    empty = await complete(intake, page, "", command.group(1))
    assert empty.status_code == 422
    assert "Tulis apa yang diminta" in empty.text
    for _ in range(2):
        assert (await complete(intake, page, "RT 04/RW 07", command.group(1))).status_code == 303
    (event,) = await intake.staged(ReportSupplemented)
    assert (event.report_id, str(event.command_id), event.text) == (
        others.report.report_id,
        command.group(1),
        "RT 04/RW 07",
    )
    done = (await intake.client.get(page)).text
    assert "RT 04/RW 07" in done
    assert "Menunggu verifikasi" in done


async def test_what_was_not_asked_for_is_refused_and_kept_on_the_page(intake: Intake) -> None:
    page, _ = await sent(intake)
    refused = await complete(intake, page, "RT 04/RW 07", str(uuid4()))

    assert refused.status_code == 409
    assert "sudah tidak menunggu pelengkapan" in refused.text
    assert await intake.count("supplement") == 0
    assert await intake.staged(ReportSupplemented) == []
    assert (await complete(intake, page, "x", "not-a-uuid")).status_code == 422


async def test_flags_rise_and_never_fall(intake: Intake) -> None:
    page, others = await sent(intake, name="Ratna Dewi")
    assert "Pelapor tampil sebagai Ratna Dewi" in (await intake.client.get(page)).text

    for _ in range(2):
        answer = await intake.client.post(f"{page}/privasi", data={"anonymous": "yes"})
        assert answer.status_code == 303
    await intake.client.post(f"{page}/privasi", data={"confidential": "yes"})
    await intake.client.post(f"{page}/privasi", data={"confidential": ""})
    events = await intake.staged(FlagsSet)
    assert [(e.report_id, e.anonymous, e.confidential) for e in events] == [
        (others.report.report_id, True, False),
        (others.report.report_id, True, True),
    ]
    shown = (await intake.client.get(page)).text
    assert "Laporan ini anonim dan rahasia" in shown
    assert "Ratna Dewi" not in shown
    assert await intake.staged(FlagsDecided) == []


async def test_a_confidential_report_has_no_public_page(intake: Intake) -> None:
    page, others = await sent(intake, confidential="yes")
    await intake.flow.give(others.verified(), others.disposed())
    shown = (await intake.client.get(page)).text
    assert f"/laporan/{others.report.tracking_id}" not in shown
    receipt = (await intake.client.get(page, params={"baru": "1"})).text
    assert "Mencari laporan ini" not in receipt


async def test_a_report_is_taken_back_after_a_question(intake: Intake) -> None:
    page, others = await sent(intake)
    assert "Ya, tarik laporan" in (await intake.client.get(f"{page}/tarik")).text
    form = {"content-type": "application/x-www-form-urlencoded"}
    for _ in range(2):
        assert (await intake.client.post(f"{page}/tarik", headers=form)).status_code == 303
    (event,) = await intake.staged(ReportWithdrawn)
    assert event.report_id == others.report.report_id
    assert "Ditarik pelapor" in (await intake.client.get(page)).text


async def test_what_is_closed_is_not_taken_back(intake: Intake) -> None:
    page, others = await sent(intake)
    await intake.flow.give(*others.whole_life())
    form = {"content-type": "application/x-www-form-urlencoded"}
    assert (await intake.client.post(f"{page}/tarik", headers=form)).status_code == 409
    assert await intake.staged(ReportWithdrawn) == []


async def test_unknown_and_not_yours_look_alike(intake: Intake) -> None:
    owner = reporter("Dewi")
    intake.client.cookies.set(intake.settings.session_cookie, await sign_in(intake.sessions, owner))
    _, others = await sent(intake)
    mine = await intake.client.get(f"/saya/{others.report.tracking_id}")
    intake.client.cookies.clear()
    nobody = await intake.client.get(f"/saya/{others.report.tracking_id}")
    for stranger in (reporter("Budi"), officer()):
        cookie = await sign_in(intake.sessions, stranger)
        intake.client.cookies.set(intake.settings.session_cookie, cookie)
        foreign = await intake.client.get(f"/saya/{others.report.tracking_id}")
        unknown = await intake.client.get("/saya/5446497329")
        assert foreign.status_code == unknown.status_code == 404
        assert foreign.text.replace(others.report.tracking_id, "") == unknown.text.replace("5446497329", "")
        assert "Belum ada laporan dari akun ini" in (await intake.client.get("/saya")).text
        post = await intake.client.post(f"/saya/{others.report.tracking_id}/privasi", data={"anonymous": "yes"})
        assert post.status_code == 404
    assert mine.status_code == 200
    assert nobody.status_code == 404


async def test_a_forged_session_is_nobody(intake: Intake) -> None:
    intake.client.cookies.set(intake.settings.session_cookie, "forged.session.token")
    assert "Ada tiga jalan ke laporan Anda" in (await intake.client.get("/saya")).text
    assert (await intake.report()).status_code == 303


async def test_a_channel_that_is_off_is_not_there(intake: Intake) -> None:
    only_sms = with_settings(intake, channels=frozenset({"sms"}))
    assert (await only_sms.client.get("/lapor")).status_code == 404
    assert (await only_sms.sms("jalan rusak")).status_code == 200


async def test_the_list_shows_a_signed_in_reporter_s_reports(intake: Intake) -> None:
    person = reporter("Dewi")
    intake.client.cookies.set(intake.settings.session_cookie, await sign_in(intake.sessions, person))
    _, others = await sent(intake)
    await sent(intake, title="Lampu jalan padam")
    await intake.flow.give(others.verified(), others.disposed())
    listed = (await intake.client.get("/saya")).text
    assert listed.index("Lampu jalan padam") > 0
    assert FIELDS["title"] in listed
    assert "Menunggu jawaban instansi" in listed
