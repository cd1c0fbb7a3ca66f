"""SMS as the gateway pushes it: a report, once, whatever comes."""

import asyncio
import random
from base64 import b64encode
from datetime import timedelta

from pydantic import SecretStr

from services.intake.channels.sms import Outcome
from shared.contracts.audit import AuditRecorded
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sealed import ContactDetails, ContactReceived
from shared.contracts.vocabulary import Channel
from tests.intake.conftest import Intake, with_settings
from tests.intake.test_web_form import METRO

TREE = "KOTA METRO, Jalan Pala Iringmulyo terdapat pohon tumbang menutup jalan"
INTERNAL = {"authorization": "Bearer invented-internal-token"}


async def test_an_sms_reaches_the_agency_that_its_first_words_name(intake: Intake) -> None:
    await intake.flow.give(METRO)
    answer = await intake.sms(TREE, x_kannel_id="mo-1")

    submitted, contact = await intake.staged(ReportSubmitted, ContactReceived)
    assert answer.status_code == 200
    assert answer.text == f"Terima kasih. Laporan Anda kami terima, no. {submitted.tracking_id}."
    assert answer.headers["x-lapor-tracking-id"] == submitted.tracking_id
    assert submitted.channel is Channel.SMS
    assert submitted.agency_wish == "PD-1872"
    assert submitted.place.region == "18.72"
    assert submitted.body == "Jalan Pala Iringmulyo terdapat pohon tumbang menutup jalan"
    assert submitted.title == submitted.body
    assert submitted.reporter_label == "+628123456xxxx"
    opened = ContactDetails.model_validate_json(intake.identity.open(contact.sealed))
    assert opened == ContactDetails(phone="+6281234567890")


async def test_a_region_s_government_is_meant_where_no_keyword_says_so(intake: Intake) -> None:
    await intake.flow.give(METRO.model_copy(update={"keywords": ()}))
    await intake.sms(TREE)
    (submitted,) = await intake.staged(ReportSubmitted)
    assert submitted.agency_wish == "PD-1872"


async def test_an_sms_that_matches_nothing_is_a_report(intake: Intake) -> None:
    answer = await intake.sms("jalan rusak")
    (submitted,) = await intake.staged(ReportSubmitted)
    assert answer.headers["x-lapor-outcome"] == Outcome.ACCEPTED
    assert (submitted.agency_wish, submitted.place.region, submitted.body) == (None, None, "jalan rusak")


async def test_the_first_words_set_the_flags_and_an_anonymous_sender_shows_nothing(intake: Intake) -> None:
    await intake.sms("Anonim rahasia " + TREE)
    (submitted,) = await intake.staged(ReportSubmitted)
    assert submitted.anonymous
    assert submitted.confidential
    assert submitted.reporter_label is None
    assert submitted.has_contact


async def test_what_the_gateway_pushes_again_is_one_report(intake: Intake) -> None:
    first = await intake.sms(TREE, x_kannel_id="mo-1")
    intake.clock.advance(timedelta(days=3))
    second = await intake.sms(TREE, x_kannel_id="mo-1")

    assert second.headers["x-lapor-outcome"] == Outcome.REPEATED
    assert first.headers["x-lapor-tracking-id"] == second.headers["x-lapor-tracking-id"]
    assert await intake.count("report") == 1


async def test_the_same_text_of_the_same_sender_is_one_report_within_the_window(intake: Intake) -> None:
    first = await intake.sms(TREE, x_kannel_id="mo-1", x_kannel_from="081234567890")
    intake.clock.advance(timedelta(minutes=9))
    again = await intake.sms(TREE, x_kannel_id="mo-2", x_kannel_from="+6281234567890")
    other = await intake.sms(TREE, x_kannel_id="mo-3", x_kannel_from="+6281234567899")
    intake.clock.advance(timedelta(minutes=2))
    later = await intake.sms(TREE, x_kannel_id="mo-4")
    renumbered = await intake.sms(TREE, x_kannel_id="mo-2")

    assert again.headers["x-lapor-tracking-id"] == first.headers["x-lapor-tracking-id"]
    assert renumbered.headers["x-lapor-tracking-id"] == first.headers["x-lapor-tracking-id"]
    assert other.headers["x-lapor-outcome"] == later.headers["x-lapor-outcome"] == Outcome.ACCEPTED
    assert await intake.count("report") == 3


async def test_ten_pushes_at_once_are_one_report(intake: Intake) -> None:
    answers = await asyncio.gather(*(intake.sms(TREE, x_kannel_id=f"mo-{n % 2}") for n in range(10)))

    assert {answer.status_code for answer in answers} == {200}
    assert len({answer.headers["x-lapor-tracking-id"] for answer in answers}) == 1
    assert len(await intake.staged(ReportSubmitted)) == 1


async def test_what_is_no_report_is_answered_clearly_and_kept(intake: Intake) -> None:
    empty = await intake.sms("  ")
    only_flags = await intake.sms("RAHASIA")
    long = await intake.sms("x" * 5001, x_kannel_id="mo-1")
    garbage = await intake.sms(b"KOTA METRO \xff\xfe\x80", x_kannel_id="mo-2")
    again = await intake.sms(b"KOTA METRO \xff\xfe\x80", x_kannel_id="mo-2")
    binary = await intake.sms(b"\x06\x05\x04", x_kannel_id="mo-3", content_type="application/octet-stream")

    answers = (empty, only_flags, long, garbage, again, binary)
    assert {answer.status_code for answer in answers} == {200}
    assert [answer.headers["x-lapor-outcome"] for answer in answers] == [
        Outcome.EMPTY,
        Outcome.EMPTY,
        Outcome.TOO_LONG,
        Outcome.UNREADABLE,
        Outcome.UNREADABLE,
        Outcome.UNREADABLE,
    ]
    assert "paling banyak 5000 huruf" in long.text
    assert await intake.count("report") == 0
    kept = await intake.rows("select reason, body from sms_unread order by received_at, reason")
    assert b"KOTA METRO \xff\xfe\x80" in [bytes(row.body) for row in kept]
    assert sorted(row.reason for row in kept) == ["empty", "empty", "too-long", "unreadable", "unreadable"]


async def test_an_operator_sees_what_could_not_be_read_and_the_look_is_audited(intake: Intake) -> None:
    await intake.sms(b"\xff\xfe", x_kannel_id="mo-1")

    assert (await intake.client.get("/internal/sms/unread")).status_code == 403
    seen = await intake.client.get("/internal/sms/unread", headers=INTERNAL | {"x-lapor-operator": "joko"})
    assert seen.json()["messages"][0]["bytes"] == "fffe"
    (audit,) = await intake.staged(AuditRecorded)
    assert (audit.actor, audit.action) == ("operator:joko", "unread-messages-viewed")


async def test_letters_that_cannot_be_kept_become_spaces(intake: Intake) -> None:
    await intake.sms("jalan\x00 rusak \x1bparah")
    (submitted,) = await intake.staged(ReportSubmitted)
    assert "\x00" not in submitted.body
    assert submitted.body.split() == ["jalan", "rusak", "parah"]


async def test_utf_16_is_read_when_the_gateway_says_so(intake: Intake) -> None:
    await intake.sms("jalan rusak €".encode("utf-16-be"), content_type='text/plain; charset="UTF-16BE"')
    (submitted,) = await intake.staged(ReportSubmitted)
    assert submitted.body == "jalan rusak €"


async def test_no_bytes_make_the_gateway_push_again(intake: Intake) -> None:
    chosen = random.Random(1708)  # noqa: S311 - variety, no secret
    for turn in range(60):
        body = chosen.randbytes(chosen.randint(0, 200)) if turn % 2 else bytes(chosen.choices(range(128), k=50))
        answer = await intake.sms(body, x_kannel_id=f"mo-{turn}", x_kannel_from=str(chosen.randint(0, 10**15)))
        assert answer.status_code == 200, body
    kept, taken = await intake.count("sms_unread"), await intake.count("report")
    assert kept > 20
    assert taken > 20


async def test_a_sender_without_a_number_is_a_report_without_contact(intake: Intake) -> None:
    await intake.sms("jalan rusak", x_kannel_from="TELKOMSEL")
    (submitted,) = await intake.staged(ReportSubmitted)
    assert not submitted.has_contact
    assert submitted.reporter_label is None


async def test_a_push_that_is_no_text_is_refused(intake: Intake) -> None:
    assert (await intake.sms("{}", content_type="application/json")).status_code == 415


async def test_only_the_gateway_may_push(intake: Intake) -> None:
    guarded = with_settings(intake, sms_secret=SecretStr("invented-secret"))
    basic = "Basic " + b64encode(b"kannel:invented-secret").decode()

    assert (await guarded.sms("jalan rusak")).status_code == 403
    assert (await guarded.sms("jalan rusak", authorization="Bearer wrong")).status_code == 403
    assert (await guarded.sms("jalan rusak", authorization="Basic ###")).status_code == 403
    assert (await guarded.sms("jalan rusak", authorization=basic)).status_code == 200
    assert (await guarded.sms("jalan rusak parah", authorization="Bearer invented-secret")).status_code == 200
    assert (await intake.sms("jalan rusak", x_forwarded_for="203.0.113.9")).status_code == 403


async def test_a_report_is_found_by_its_tracking_id_for_operators_tools(intake: Intake) -> None:
    answer = await intake.sms(TREE)
    made = answer.headers["x-lapor-tracking-id"]
    (submitted,) = await intake.staged(ReportSubmitted)

    found = await intake.client.get(f"/internal/tracking/{made[:4]}-{made[4:8]}-{made[8:]}", headers=INTERNAL)
    assert found.json() == {"tracking_id": made, "report_id": str(submitted.report_id)}
    assert (await intake.client.get(f"/internal/tracking/{made}")).status_code == 403
    assert (await intake.client.get("/internal/tracking/2611048272", headers=INTERNAL)).status_code == 404
    assert (await intake.client.get("/internal/tracking/x", headers=INTERNAL)).status_code == 404
