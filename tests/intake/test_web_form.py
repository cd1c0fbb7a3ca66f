"""The web form: received once, refused clearly, never half-saved."""

import asyncio
import re

from services.intake.tracking import read_tracking_id
from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.categories import Category
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sealed import ContactDetails, ContactReceived
from shared.contracts.vocabulary import Channel, Kind, Zone
from shared.web import tracking
from tests.intake.conftest import BODY, FIELDS, NOW, Intake
from tests.support.people import reporter, sign_in

METRO = Agency(
    occurred_at=NOW,
    version=1,
    code="PD-1872",
    parent=None,
    kind=AgencyKind.LOCAL_GOVERNMENT,
    name="Pemerintah Kota Metro",
    short_name="Kota Metro",
    region="18.72",
    zone=Zone.WIB,
    keywords=("KOTA METRO", "METRO"),
    connected_since=None,
)
ROADS = Category(occurred_at=NOW, version=1, code="jalan", name="Jalan dan jembatan", name_en="Roads and bridges")


FAULTS: list[tuple[dict[str, str], str]] = [
    ({"title": ""}, "Tulis judul singkat"),
    ({"title": "x" * 121}, "Judul 121 huruf, paling banyak 120"),
    ({"body": ""}, "Ceritakan kejadiannya"),
    ({"body": "jalannya berlubang"}, "Ceritakan sedikit lebih banyak: isi baru 18 huruf, paling sedikit 40"),
    ({"body": "x" * 5001}, "Isi laporan 5.001 huruf, paling banyak 5.000"),
    ({"body": BODY + "\x00"}, "Ada huruf yang tidak dapat kami baca"),
    ({"kind": "keluhan"}, "Pilih yang ingin Anda sampaikan"),
    ({"region": "99.99"}, "Wilayah itu tidak ada dalam daftar"),
    ({"agency": "PD-9999"}, "Instansi itu tidak ada dalam daftar"),
    ({"category": "tidak-ada"}, "Topik itu tidak ada dalam daftar"),
    ({"email": "ratna(at)contoh"}, "Periksa alamat surelnya"),
    ({"phone": "1708"}, "Periksa nomor teleponnya"),
    (
        {"event_date-day": "31", "event_date-month": "2", "event_date-year": "2026"},
        "Tanggal itu tidak ada di kalender",
    ),
    ({"event_date-day": "31"}, "Tanggal harus memuat hari, bulan, dan tahun"),
    (
        {"event_date-day": "3", "event_date-month": "11", "event_date-year": "2026"},
        "Tanggal kejadian belum tiba",
    ),
    (
        {"event_date-day": "3", "event_date-month": "11", "event_date-year": "202"},
        "Periksa tahunnya: tanggal itu terlalu lama",
    ),
    ({"key": "pendek"}, "Halaman ini sudah lama terbuka"),
    ({"place": "p" * 301}, "301 huruf, paling banyak 300"),
]


async def test_a_report_is_received_with_a_receipt_to_keep(intake: Intake) -> None:
    answer = await intake.report(region="18.72", place="Jalan Soekarno-Hatta, Mulyojati")

    assert answer.status_code == 303
    assert re.fullmatch(r"/saya/[\w-]{32}\?baru=1", answer.headers["location"])
    receipt = await intake.client.get(answer.headers["location"])
    assert receipt.status_code == 200
    assert receipt.headers["cache-control"] == "no-store"
    (event,) = await intake.staged(ReportSubmitted)
    assert tracking(event.tracking_id) in receipt.text
    assert "Kamis 5 November" in receipt.text
    assert "Senin 2 November 2026, pukul 08.14 WIB" in receipt.text
    assert read_tracking_id(event.tracking_id) == event.tracking_id
    assert (event.kind, event.channel, event.title, event.body) == (
        Kind.COMPLAINT,
        Channel.WEB,
        FIELDS["title"],
        BODY,
    )
    assert event.place.region == "18.72"
    assert not event.has_contact
    assert event.reporter_label is None


async def test_contact_data_leaves_only_sealed(intake: Intake) -> None:
    await intake.report(name="Ratna Dewi", email="ratna@contoh.id", phone="0812-3456-7890")

    submitted, contact = await intake.staged(ReportSubmitted, ContactReceived)
    assert submitted.has_contact
    assert submitted.reporter_label == "Ratna Dewi"
    opened = ContactDetails.model_validate_json(intake.identity.open(contact.sealed))
    assert opened == ContactDetails(name="Ratna Dewi", email="ratna@contoh.id", phone="+6281234567890")
    assert contact.reporter_ref == submitted.reporter_ref
    assert (await intake.rows("select sealed from sealed_contact"))[0].sealed == contact.sealed


async def test_an_anonymous_report_shows_no_name(intake: Intake) -> None:
    await intake.report(name="Ratna Dewi", anonymous="yes", confidential="yes")

    (event,) = await intake.staged(ReportSubmitted)
    assert event.anonymous
    assert event.confidential
    assert event.reporter_label is None
    assert (await intake.rows("select reporter_label from report"))[0].reporter_label is None


async def test_a_signed_in_reporter_s_account_stands_only_inside_the_seal(intake: Intake) -> None:
    person = reporter("Dewi Anggraini")
    intake.client.cookies.set(intake.settings.session_cookie, await sign_in(intake.sessions, person))

    page = await intake.client.get("/lapor")
    assert 'value="Dewi Anggraini"' in page.text
    assert "Anda sudah masuk" in page.text
    await intake.report()

    submitted, contact = await intake.staged(ReportSubmitted, ContactReceived)
    assert submitted.reporter_label is None
    opened = ContactDetails.model_validate_json(intake.identity.open(contact.sealed))
    assert opened.account_id == person.account_id
    assert str(person.account_id) not in submitted.model_dump_json() + contact.model_dump_json()
    mine = await intake.client.get("/saya")
    assert FIELDS["title"] in mine.text
    own = await intake.client.get(f"/saya/{submitted.tracking_id}")
    assert own.status_code == 200


async def test_sending_twice_is_one_report_and_shows_the_same_receipt(intake: Intake) -> None:
    key = "k" * 32
    first = await intake.report(key=key)
    second = await intake.report(key=key)

    assert first.headers["location"] == second.headers["location"]
    assert await intake.count("report") == 1
    assert len(await intake.staged(ReportSubmitted)) == 1


async def test_sending_ten_times_at_once_is_one_report(intake: Intake) -> None:
    answers = await asyncio.gather(*(intake.report(key="s" * 32, email="a@contoh.id") for _ in range(10)))

    assert len({answer.headers["location"] for answer in answers}) == 1
    assert await intake.count("report") == 1
    assert len(await intake.staged(ContactReceived)) == 1


async def test_a_changed_text_under_the_same_key_is_asked_about_and_kept(intake: Intake) -> None:
    await intake.report(key="c" * 32)
    changed = BODY + " Sudah diperbaiki sebagian."
    again = await intake.report(key="c" * 32, body=changed)

    assert again.status_code == 422
    assert changed in again.text
    assert "c" * 32 not in again.text
    assert await intake.count("report") == 1


async def test_what_is_wrong_is_said_and_everything_kept(intake: Intake) -> None:
    for changes, said in FAULTS:
        answer = await intake.report(**({"name": "Ratna Dewi"} | changes))

        assert answer.status_code == 422, said
        assert said in answer.text
        assert 'value="Ratna Dewi"' in answer.text
    assert await intake.count("report") == 0
    assert await intake.staged() == []


async def test_bytes_that_are_no_utf_8_are_refused_clearly(intake: Intake) -> None:
    sent = f"kind=complaint&title=Lubang+besar&key={'k' * 32}&body=".encode() + b"%ff%fe" * 30
    headers = {"content-type": "application/x-www-form-urlencoded"}
    answer = await intake.client.post("/lapor", content=sent, headers=headers)

    assert answer.status_code == 422
    assert "Ada huruf yang tidak dapat kami baca" in answer.text


async def test_what_is_no_form_is_refused(intake: Intake) -> None:
    answer = await intake.client.post("/lapor", json=FIELDS)

    assert answer.status_code == 415
    assert "Kiriman ini bukan formulir" in answer.text


async def test_a_form_of_another_site_is_refused(intake: Intake) -> None:
    answer = await intake.client.post("/lapor", data=FIELDS, headers={"sec-fetch-site": "cross-site"})

    assert answer.status_code == 403


async def test_agencies_and_categories_that_were_heard_of_are_offered(intake: Intake) -> None:
    await intake.flow.give(METRO, ROADS)

    form = await intake.client.get("/lapor")
    assert "Pemerintah Kota Metro" in form.text
    assert "Roads and bridges" in (await intake.client.get("/lapor?lang=en")).text
    answer = await intake.report(agency="PD-1872", category="jalan")
    assert answer.status_code == 303
    (event,) = await intake.staged(ReportSubmitted)
    assert (event.agency_wish, event.category_wish) == ("PD-1872", "jalan")


async def test_an_anonymous_reporter_is_warned_once_before_giving_themselves_away(intake: Intake) -> None:
    leaking = BODY + " Hubungi saya di 0812-3456-7890 atau ratna@contoh.id."
    warned = await intake.report(anonymous="yes", body=leaking, key="w" * 32)

    assert warned.status_code == 422
    assert "Anda memilih anonim, tetapi isi laporan memuat nomor telepon, alamat surel" in warned.text
    assert await intake.count("report") == 0
    mark = re.search(r'name="leak" value="(\w+)"', warned.text)
    assert mark is not None
    more = await intake.report(
        anonymous="yes", body=leaking + " NIK 3201011508950001", key="w" * 32, leak=mark.group(1)
    )
    assert more.status_code == 422
    sent = await intake.report(anonymous="yes", body=leaking, key="w" * 32, leak=mark.group(1))
    assert sent.status_code == 303


async def test_who_is_not_anonymous_is_not_warned(intake: Intake) -> None:
    assert (await intake.report(body=BODY + " Hubungi 0812-3456-7890.")).status_code == 303


async def test_the_form_is_light(intake: Intake) -> None:
    page = await intake.client.get("/lapor")
    assert len(page.content) < 100_000


async def test_the_form_is_there_in_english(intake: Intake) -> None:
    page = await intake.client.get("/lapor?lang=en")
    assert "Send report" in page.text
    assert "Kirim laporan" not in page.text
