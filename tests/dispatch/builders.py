"""Events and cases for the tests of dispatch; everybody in them is invented."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from pydantic import SecretStr

from services.dispatch.cases import Author, Case, Draft, Flags, Schedule, Unit
from services.dispatch.directory import Listed, Row, plant
from services.dispatch.domain import open_case
from services.dispatch.settings import Settings
from shared.contracts.agencies import AgencyKind
from shared.contracts.deadlines import ClosureDue, DeadlineMissed
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import (
    AgencyCode,
    AuthorRole,
    Channel,
    ClockName,
    EntryKind,
    Kind,
    Language,
    Place,
    Zone,
)
from shared.settings import Environment
from shared.working_days import default_calendar

MONDAY = datetime(2026, 11, 2, 3, 0, tzinfo=UTC)
"""10.00 in Jakarta; a week without holidays."""
METRO = Unit("PD-1872", ("PD-1872",))
ROADS = Unit("PD-1872-PU", ("PD-1872", "PD-1872-PU"))
PLN = Unit("BUMN-001", ("BUMN-001",))
PHONE, MAIL = "+628127770001", "ibu.rahmi@contoh.example"
"""Canaries: what must show nowhere."""

SCHEDULE = Schedule(default_calendar(), response_days=5, closure_days=10)


def settings(**values: Any) -> Settings:
    base: dict[str, Any] = {
        "environment": Environment.TEST,
        "database_url": SecretStr("postgresql+psycopg://unused"),
        "kafka": "unused",
        "kafka_security": "plaintext",
        "internal_token": SecretStr("internal"),
        "answer_limit": 400,
    }
    return Settings(**{**base, **values})


def row(code: AgencyCode, parent: AgencyCode | None = None, **values: Any) -> Row:
    base: dict[str, Any] = {
        "kind": AgencyKind.UNIT if parent else AgencyKind.LOCAL_GOVERNMENT,
        "name": f"Nama {code}",
        "short_name": f"Singkat {code}",
        "region": "18.72",
        "keywords": (),
        "categories": (),
        "connected_since": None,
    }
    return Row(code=code, parent=parent, **{**base, **values})


def small_directory() -> list[Listed]:
    return plant(
        [
            row("PD-1872", name="Pemerintah Kota Metro", short_name="Kota Metro"),
            row("PD-1872-PU", "PD-1872", name="Dinas Pekerjaan Umum", short_name="Dinas PU Kota Metro"),
            row("PD-1872-HUB", "PD-1872", name="Dinas Perhubungan", short_name="Dishub Kota Metro"),
            row("BUMN-001", kind=AgencyKind.STATE_ENTERPRISE, name="PT PLN (Persero)", short_name="PLN", region=None),
        ]
    )


def verified(report_id: UUID | None = None, **values: Any) -> ReportVerified:
    report_id = report_id or uuid4()
    base: dict[str, Any] = {
        "occurred_at": MONDAY,
        "report_id": report_id,
        "tracking_id": f"2{report_id.int % 10**9:09d}",
        "reporter_ref": uuid4(),
        "decided_by": uuid4(),
        "reporter_label": "Rahmi Kusnadi",
        "channel": Channel.WEB,
        "language": Language.INDONESIAN,
        "kind": Kind.COMPLAINT,
        "category": "jalan",
        "category_version": 1,
        "title": "Pohon tumbang di Jalan Pala",
        "body": f"Pohon tumbang menutup Jalan Pala sejak semalam. Hubungi {PHONE}.",
        "public_body": "Pohon tumbang menutup Jalan Pala sejak semalam. Hubungi ▇▇▇.",
        "event_date": MONDAY.date(),
        "place": Place(text="Jalan Pala, Iringmulyo", region="18.72.04"),
        "zone": Zone.WIB,
        "anonymous": False,
        "confidential": False,
        "agencies": ("PD-1872",),
        "lead": "PD-1872",
        "received_at": MONDAY - timedelta(days=3),
        "verified_at": MONDAY,
    }
    return ReportVerified(**{**base, **values})


def opened(*units: Unit, flags: Flags | None = None, now: datetime = MONDAY, **values: Any) -> Case:
    """A case in the hands of these units, the first in the lead."""
    units = units or (METRO,)
    codes = tuple(unit.code for unit in units)
    event = verified(**{"agencies": codes, "lead": codes[0], **values})
    return open_case(event, units, flags or Flags(), SCHEDULE, now=now)[0]


def draft(kind: EntryKind = EntryKind.PROGRESS, text: str = "Sudah dikerjakan pagi ini.") -> Draft:
    return Draft(uuid4(), kind, text)


def officer_of(station: AgencyCode = "PD-1872") -> Author:
    return Author(AuthorRole.AGENCY, uuid4(), station)


REPORTER = Author(AuthorRole.REPORTER)


def closure_due(report_id: UUID, thread_version: int, now: datetime = MONDAY) -> ClosureDue:
    return ClosureDue(
        occurred_at=now,
        report_id=report_id,
        deadline_id=uuid4(),
        clock=ClockName.CLOSURE,
        thread_version=thread_version,
    )


def missed(
    report_id: UUID, agency: AgencyCode | None = "PD-1872", clock: ClockName = ClockName.RESPONSE
) -> DeadlineMissed:
    return DeadlineMissed(
        occurred_at=MONDAY + timedelta(days=8),
        report_id=report_id,
        deadline_id=uuid4(),
        clock=clock,
        agency=agency,
        due_at=MONDAY + timedelta(days=7),
    )
