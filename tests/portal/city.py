"""Invented reports of all sorts, enough to fill lists and charts."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from shared.contracts.agencies import Agency
from shared.contracts.categories import Category
from shared.contracts.event import Event
from shared.contracts.polls import Poll
from tests.builders.events import at, build
from tests.portal.conftest import publication

AGENCIES = {
    "PD-1872": ("Pemerintah Kota Metro", "18.72", "local-government"),
    "PD-3374": ("Pemerintah Kota Semarang", "33.74", "local-government"),
    "PD-9471": ("Pemerintah Kota Jayapura", "91.71", "local-government"),
    "KM-KES": ("Kementerian Kesehatan", None, "ministry"),
    "BU-PLN": ("PT Perusahaan Listrik Negara", None, "state-enterprise"),
}
UNIT = "PD-1872-PU"
CATEGORIES = {
    "jalan": ("Jalan dan jembatan", "Roads and bridges"),
    "kesehatan": ("Kesehatan", "Health"),
    "kependudukan": ("Administrasi kependudukan", "Civil registration"),
    "listrik": ("Listrik", "Electricity"),
}
TITLES = (
    ("Lubang dalam di tikungan Jalan Soekarno-Hatta, Mulyojati", "jalan", "PD-1872", "18.72", "WIB"),
    ("Obat hipertensi kosong di puskesmas sejak September", "kesehatan", "KM-KES", "53.10", "WITA"),
    ("Antrean KTP elektronik dua bulan tanpa kabar", "kependudukan", "PD-3374", "33.74", "WIB"),
    ("Listrik padam setiap sore di Abepura", "listrik", "BU-PLN", "91.71", "WIT"),
    ("Jembatan gantung berlubang, dipakai anak sekolah", "jalan", "PD-1872", "18.72.01", "WIB"),
)
BODY = (
    "Sudah tiga minggu ada lubang selebar ban truk di tikungan dekat SDN 5. Malam hari tidak ada lampu.\n\n"
    "Sabtu malam tetangga saya jatuh dan lengannya retak. Mohon segera ditambal atau paling tidak diberi tanda."
)
ANSWER = "Lubang sudah ditambal dengan aspal panas hari ini, seluas 6 meter persegi, dan dahan yang menutupi rambu dipangkas."


TODAY = 19
"""Of November; nothing happens later."""


def _day(day: int, hour: int = 3) -> datetime:
    return at(1, hour) + timedelta(days=day - 1)


def _entry(
    number: int, author: str, kind: str, text: str, posted: datetime, agency: str | None = None
) -> dict[str, Any]:
    unit = UNIT if agency == "PD-1872" else None
    return {
        "entry_id": UUID(int=number),
        "author": author,
        "agency": agency,
        "unit": unit,
        "kind": kind,
        "text": text,
        "posted_at": posted,
    }


def report(number: int) -> Event:
    """One of five kinds, at one of four places in its life."""
    title, category, agency, region, zone = TITLES[number % len(TITLES)]
    day = -40 + number % 58
    life = min(number % 4, sum(day + after <= TODAY for after in (3, 6, 17)))
    received, disposed = _day(day), _day(day + 1)
    given: dict[str, Any] = {
        "disposition_id": UUID(int=number),
        "agency": agency,
        "lead": True,
        "disposed_at": disposed,
        "answer_by": _day(day + 8, 16),
        "answered_at": None if life == 0 else _day(day + 3),
    }
    entries: list[dict[str, Any]] = []
    if life:
        entries.append(
            _entry(number * 10, "agency", "initial", "Petugas kami memeriksa lokasi siang ini.", _day(day + 3), agency)
        )
    if life > 1:
        entries.append(_entry(number * 10 + 1, "reporter", "reply", "Tandanya sudah ada, terima kasih.", _day(day + 4)))
        entries.append(
            _entry(number * 10 + 2, "administrator", "statement", "Mohon dipasang tanda kedua.", _day(day + 5))
        )
        entries.append(_entry(number * 10 + 3, "agency", "resolution", ANSWER, _day(day + 6), agency))
    return publication(
        number,
        title=title if number < len(TITLES) else f"{title} ({number})",
        body=BODY,
        category=category,
        lead=agency,
        place={"text": "Depan SDN 5, Mulyojati", "region": region},
        zone=zone,
        kind=("complaint", "aspiration", "complaint", "information-request")[number % 4],
        channel=("web", "sms", "app", "desk")[number % 4],
        anonymous=number % 3 == 0,
        reporter_label=None if number % 3 == 0 else "+62812555xxxx",
        status=("disposed", "disposed", "in-follow-up", "closed")[life],
        event_date=received.date(),
        received_at=received,
        verified_at=disposed,
        disposed_at=disposed,
        first_follow_up_at=_day(day + 6) if life > 1 else None,
        closes_at=_day(day + 20, 16) if life == 2 else None,
        closed_at=_day(day + 17) if life == 3 else None,
        dispositions=(given,),
        entries=tuple(entries),
    )


def everything(number: int = 60) -> list[Event]:
    """A directory, categories, a poll and `number` reports."""
    events: list[Event] = [
        build(
            Agency,
            code=code,
            parent=None,
            kind=kind,
            name=name,
            short_name=name,
            region=region,
            connected_since=at(1).date(),
        )
        for code, (name, region, kind) in AGENCIES.items()
    ]
    events.append(build(Agency, code=UNIT, parent="PD-1872", kind="unit", name="Dinas Pekerjaan Umum", short_name="PU"))
    events.append(
        build(
            Agency,
            code="PD-3573",
            parent=None,
            kind="local-government",
            name="Pemerintah Kota Malang",
            connected_since=None,
        )
    )
    events += [build(Category, code=code, name=name, name_en=english) for code, (name, english) in CATEGORIES.items()]
    events.append(
        build(
            Poll,
            question="Jam buka loket layanan mana yang paling membantu Anda?",
            closed=False,
            turnout=None,
            closes_at=at(27),
        )
    )
    return [*events, *(report(n) for n in range(number))]
