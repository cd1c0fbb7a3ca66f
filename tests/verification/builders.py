"""Events and values as the tests of verification need them. All people and places are invented."""

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from services.verification.cases import Administrator, Agency, Case, Category, Flags, Question, Verification
from services.verification.domain import submitted
from shared.contracts.agencies import Agency as AgencyPublished
from shared.contracts.agencies import AgencyKind
from shared.contracts.reports import ReportSubmitted
from shared.contracts.vocabulary import Channel, Kind, Language, Place, Zone

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
"""A Wednesday, 10.00 in Jakarta."""
SARI = Administrator(UUID(int=1), "Sari Wulandari")

METRO = Agency(
    "PD-1872",
    None,
    AgencyKind.LOCAL_GOVERNMENT,
    "Pemerintah Kota Metro",
    "Kota Metro",
    "18.72",
    Zone.WIB,
    date(2026, 1, 5),
)
GORONTALO = Agency(
    "PD-7501",
    None,
    AgencyKind.LOCAL_GOVERNMENT,
    "Pemerintah Kabupaten Gorontalo",
    "Kab. Gorontalo",
    "75.01",
    Zone.WITA,
    None,
)
HEALTH = Agency(
    "KL-026", None, AgencyKind.MINISTRY, "Kementerian Kesehatan", "Kemenkes", None, Zone.WIB, date(2015, 1, 1)
)
WORKS = Agency(
    "PD-31-PU", "PD-31", AgencyKind.UNIT, "Dinas Pekerjaan Umum", "Dinas PU", "31", Zone.WIB, date(2015, 1, 1)
)
ROADS = Category("jalan", 1, "Jalan dan jembatan rusak", "Damaged roads", (Question.WHAT, Question.WHERE), None)


def report(report_id: UUID | None = None, **changes: Any) -> ReportSubmitted:
    """A report as intake publishes it."""
    values: dict[str, Any] = {
        "occurred_at": NOW,
        "report_id": report_id or uuid4(),
        "tracking_id": str(1_000_000_000 + uuid4().int % 9_000_000_000),
        "reporter_ref": uuid4(),
        "reporter_label": "Dewi A.",
        "has_contact": True,
        "kind": Kind.COMPLAINT,
        "channel": Channel.WEB,
        "language": Language.INDONESIAN,
        "anonymous": False,
        "confidential": False,
        "title": "Pohon tumbang di Jalan Pala",
        "body": "Di Jalan Pala Iringmulyo ada pohon tumbang menutup separuh jalan sejak Senin.",
        "event_date": date(2026, 11, 16),
        "place": Place(text="Jalan Pala, Iringmulyo", region="18.72"),
        "received_at": NOW,
        "verify_by": datetime(2026, 11, 23, 16, 59, 59, tzinfo=UTC),
    }
    return ReportSubmitted(**(values | changes))


def case(**changes: Any) -> Case:
    """A case in the queue."""
    return submitted(report(**changes), flags=Flags(), withdrawn=False, due_at=None).case


def decision(**changes: Any) -> Verification:
    """Clear and complete, for Kota Metro."""
    values: dict[str, Any] = {
        "category": ROADS,
        "lead": METRO,
        "further": (),
        "kind": Kind.COMPLAINT,
        "title": "Pohon tumbang di Jalan Pala",
        "public_body": "Pohon tumbang menutup separuh jalan.",
    }
    return Verification(**(values | changes))


def published(agency: Agency, version: int = 1, **changes: Any) -> AgencyPublished:
    """An agency as dispatch publishes it."""
    values: dict[str, Any] = {
        "occurred_at": NOW,
        "version": version,
        "code": agency.code,
        "parent": agency.parent,
        "kind": agency.kind,
        "name": agency.name,
        "short_name": agency.short_name,
        "region": agency.region,
        "zone": agency.zone,
        "connected_since": agency.connected_since,
    }
    return AgencyPublished(**(values | changes))
