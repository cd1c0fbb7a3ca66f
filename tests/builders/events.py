"""One builder per event type. `build(ReportSubmitted, anonymous=True)` is a valid event with that difference."""

from datetime import UTC, date, datetime
from typing import Any, TypeVar
from uuid import UUID

from shared.contracts import (
    accounts,
    agencies,
    audit,
    categories,
    clock_policies,
    deadlines,
    dispositions,
    follow_ups,
    keys,
    notifications,
    polls,
    privacy_decisions,
    publications,
    reporter_privacy,
    reports,
    sealed,
    verifications,
    working_calendar,
)
from shared.contracts.event import Event, Tombstone

E = TypeVar("E", bound=Event)

REPORT = UUID("0192f8a0-0000-7000-8000-000000000001")
REPORTER = UUID("0192f8a0-0000-4000-8000-000000000002")
DISPOSITION = UUID("0192f8a0-0000-7000-8000-000000000003")
ENTRY = UUID("0192f8a0-0000-7000-8000-000000000004")
ADMINISTRATOR = UUID("0192f8a0-0000-4000-8000-000000000005")
DEADLINE = UUID("0192f8a0-0000-5000-8000-000000000006")
CAUSE = UUID("0192f8a0-0000-7000-8000-000000000007")
NOTIFICATION = UUID("0192f8a0-0000-7000-8000-000000000008")
POLL = UUID("0192f8a0-0000-7000-8000-000000000009")
SESSION = UUID("0192f8a0-0000-4000-8000-00000000000a")
COMMAND = UUID("0192f8a0-0000-4000-8000-00000000000b")
TRACKING = "2611048273"
METRO = "PD-1872"


def at(day: int, hour: int = 3, minute: int = 0, month: int = 11) -> datetime:
    """A moment of November 2026, UTC; Monday 2 November is a working day, 3 UTC is 10 WIB."""
    return datetime(2026, month, day, hour, minute, tzinfo=UTC)


_REPORT = {"report_id": REPORT}
_CASE = _REPORT | {"tracking_id": TRACKING, "reporter_ref": REPORTER}
_DECIDED = _CASE | {"decided_by": ADMINISTRATOR, "occurred_at": at(3)}
_THREAD = _CASE | {"occurred_at": at(4)}
_PLACE = {"text": "Jalan Pala, Iringmulyo", "region": "18.72", "point": {"latitude": -5.1178, "longitude": 105.3072}}
_CLOCK = _REPORT | {"deadline_id": DEADLINE, "clock": "verification", "occurred_at": at(2)}
_SENT = _REPORT | {
    "notification_id": NOTIFICATION,
    "template": "received",
    "channel": "sms",
    "cause": CAUSE,
    "occurred_at": at(2),
}
_TEXT = "Pohon tumbang menutup separuh Jalan Pala sejak semalam, mohon segera ditangani."

_FIELDS: dict[type[Event], dict[str, Any]] = {
    reports.ReportSubmitted: _CASE
    | {
        "occurred_at": at(2),
        "reporter_label": "+62812555xxxx",
        "has_contact": True,
        "kind": "complaint",
        "channel": "sms",
        "language": "id",
        "anonymous": False,
        "confidential": False,
        "title": "Pohon tumbang di Jalan Pala",
        "body": _TEXT,
        "event_date": date(2026, 11, 1),
        "place": _PLACE,
        "agency_wish": METRO,
        "category_wish": None,
        "received_at": at(2),
        "verify_by": at(5, 16, 59),
    },
    reports.ReportSupplemented: _REPORT
    | {"occurred_at": at(4), "command_id": COMMAND, "text": "Tepatnya di depan pasar."},
    reporter_privacy.FlagsSet: _REPORT | {"occurred_at": at(5), "anonymous": True, "confidential": False},
    reporter_privacy.ReportWithdrawn: _REPORT | {"occurred_at": at(5)},
    privacy_decisions.FlagsDecided: _REPORT
    | {"occurred_at": at(5), "anonymous": False, "confidential": True, "decided_by": ADMINISTRATOR},
    verifications.ReportVerified: _DECIDED
    | {
        "reporter_label": "+62812555xxxx",
        "channel": "sms",
        "language": "id",
        "kind": "complaint",
        "category": "lingkungan-hidup",
        "category_version": 1,
        "title": "Pohon tumbang di Jalan Pala",
        "body": _TEXT,
        "public_body": _TEXT,
        "event_date": date(2026, 11, 1),
        "place": _PLACE,
        "zone": "WIB",
        "anonymous": False,
        "confidential": False,
        "agencies": (METRO,),
        "lead": METRO,
        "received_at": at(2),
        "verified_at": at(3),
    },
    verifications.ReportReturned: _DECIDED | {"missing": "Di mana tepatnya?", "complete_by": at(17, 16, 59)},
    verifications.ReportRejected: _DECIDED | {"reason": "private-company", "explanation": None},
    verifications.ReportHeld: _DECIDED | {"agency": "PD-1871"},
    verifications.ReportReleased: _DECIDED | {"agency": "PD-1871"},
    dispositions.ReportDisposed: _CASE
    | {
        "occurred_at": at(3),
        "disposition_id": DISPOSITION,
        "agency": METRO,
        "lead": True,
        "disposed_at": at(3),
        "answer_by": at(10, 16, 59),
    },
    follow_ups.EntryPosted: _THREAD
    | {
        "thread_version": 2,
        "entry_id": ENTRY,
        "command_id": COMMAND,
        "author": "agency",
        "agency": METRO,
        "disposition_id": DISPOSITION,
        "kind": "progress",
    },
    follow_ups.ReportClosed: _THREAD | {"thread_version": 3, "occurred_at": at(18)},
    deadlines.DeadlineSet: _CLOCK | {"due_at": at(5, 16, 59), "calendar_version": 1},
    deadlines.DeadlinePaused: _CLOCK,
    deadlines.DeadlineMet: _CLOCK | {"met_at": at(3), "late": False},
    deadlines.DeadlineMissed: _CLOCK | {"due_at": at(5, 16, 59), "occurred_at": at(5, 17)},
    deadlines.ReminderDue: _CLOCK | {"clock": "closure-warning", "due_at": at(18, 16, 59), "occurred_at": at(16)},
    deadlines.ClosureDue: _CLOCK | {"clock": "closure", "thread_version": 2, "occurred_at": at(18, 17)},
    notifications.NotificationSent: _SENT,
    notifications.NotificationFailed: _SENT | {"reason": "no-route"},
    accounts.ContactStored: {"occurred_at": at(2), "reporter_ref": REPORTER, "report_id": REPORT},
    agencies.Agency: {
        "occurred_at": at(1),
        "version": 1,
        "code": METRO,
        "parent": None,
        "kind": "local-government",
        "name": "Pemerintah Kota Metro",
        "short_name": "Kota Metro",
        "region": "18.72",
        "zone": "WIB",
        "keywords": ("KOTA METRO", "METRO"),
        "connected_since": date(2015, 1, 1),
    },
    categories.Category: {
        "occurred_at": at(1),
        "version": 1,
        "code": "lingkungan-hidup",
        "name": "Lingkungan hidup",
        "name_en": "Environment",
        "required": ("what", "where"),
        "default_agency": "KL-020",
    },
    working_calendar.CalendarYear: {
        "occurred_at": at(1),
        "version": 1,
        "year": 2026,
        "days_off": ({"day": date(2026, 12, 25), "name": "Hari Raya Natal", "joint_leave": False},),
    },
    clock_policies.ClockPolicy: {"occurred_at": at(1), "version": 1, "clock": "verification", "working_days": 3},
    publications.Publication: _REPORT
    | {
        "occurred_at": at(4),
        "version": 2,
        "tracking_id": TRACKING,
        "kind": "complaint",
        "category": "lingkungan-hidup",
        "channel": "sms",
        "status": "in-follow-up",
        "title": "Pohon tumbang di Jalan Pala",
        "body": _TEXT,
        "event_date": date(2026, 11, 1),
        "place": _PLACE,
        "zone": "WIB",
        "anonymous": False,
        "reporter_label": "+62812555xxxx",
        "lead": METRO,
        "received_at": at(2),
        "verified_at": at(3),
        "disposed_at": at(3),
        "first_follow_up_at": at(4),
        "closes_at": at(18, 16, 59),
        "dispositions": (
            {
                "disposition_id": DISPOSITION,
                "agency": METRO,
                "lead": True,
                "disposed_at": at(3),
                "answer_by": at(10, 16, 59),
                "answered_at": at(4),
            },
        ),
        "entries": (
            {
                "entry_id": ENTRY,
                "author": "agency",
                "agency": METRO,
                "kind": "progress",
                "text": "Pohon sudah dipotong dan jalan dibersihkan.",
                "posted_at": at(4),
            },
        ),
    },
    polls.Poll: {
        "occurred_at": at(9),
        "version": 2,
        "poll_id": POLL,
        "agency": METRO,
        "question": "Hari apa sebaiknya pasar malam diadakan?",
        "options": ({"option": 1, "text": "Sabtu", "votes": 12}, {"option": 2, "text": "Minggu", "votes": 30}),
        "opens_at": at(2),
        "closes_at": at(9),
        "closed": True,
        "turnout": 42,
    },
    keys.SigningKey: {
        "occurred_at": at(1),
        "version": 1,
        "key_id": "k1",
        "jwk": '{"kty":"OKP","crv":"Ed25519","x":"AA"}',
    },
    keys.SessionRevoked: {"occurred_at": at(2), "version": 1, "session_id": SESSION, "expires_at": at(3)},
    keys.IdentitySealingKey: {"occurred_at": at(1), "version": 1, "key_id": "k1", "public_key": "AA=="},
    keys.NotifySealingKey: {"occurred_at": at(1), "version": 1, "key_id": "k1", "public_key": "AA=="},
    sealed.ContactReceived: {
        "occurred_at": at(2),
        "reporter_ref": REPORTER,
        "report_id": REPORT,
        "tracking_id": TRACKING,
        "key_id": "k1",
        "sealed": "AA==",
    },
    sealed.Contact: {"occurred_at": at(2), "version": 1, "reporter_ref": REPORTER, "key_id": "k1", "sealed": "AA=="},
    sealed.CredentialIssued: {
        "occurred_at": at(3),
        "report_id": REPORT,
        "reporter_ref": REPORTER,
        "cause": CAUSE,
        "purpose": "activation",
        "key_id": "k1",
        "sealed": "AA==",
        "expires_at": at(10),
    },
}
_RECORD_KEYS: dict[str, str] = {
    "agencies": METRO,
    "categories": "lingkungan-hidup",
    "publications": str(REPORT),
    "polls": str(POLL),
    "signing-keys": "k1",
    "contacts": str(REPORTER),
}


def build(kind: type[E], /, **differences: Any) -> E:
    """A valid event of this type with these fields changed."""
    if issubclass(kind, audit.AuditRecorded):
        fields: dict[str, Any] = {
            "occurred_at": at(3),
            "actor": str(ADMINISTRATOR),
            "action": "report-viewed",
            "report_id": REPORT,
        }
    elif issubclass(kind, Tombstone):
        fields = {"occurred_at": at(6), "version": 9, "record_key": _RECORD_KEYS[kind.topic]}
    else:
        fields = _FIELDS[kind]
    return kind.model_validate(fields | differences)
