"""Every topic: who writes it, who reads it, how long it is kept. The only list; topics, subscriptions and tests follow it."""

from dataclasses import dataclass
from enum import StrEnum

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
from shared.contracts.event import Event

SERVICES = audit.SERVICES
PAGES = tuple(service for service in SERVICES if service != "identity")
"""Services that verify sessions with identity's published keys."""


class Kept(StrEnum):
    """What becomes of old records."""

    DAYS = "days"
    COMPACTED = "compacted"


@dataclass(frozen=True, slots=True)
class Topic:
    """A topic and its contract."""

    name: str
    producer: str
    consumers: tuple[str, ...]
    events: tuple[type[Event], ...]
    key: str
    """What the record key names."""
    kept: Kept = Kept.DAYS
    days: int = 30
    """Retention of records where `kept` is DAYS."""
    urgent: bool = False
    """Read by a consumer of its own that waits behind nothing: privacy and revocations."""
    sealed: bool = False
    """Bodies are readable by one consumer only."""
    partitions: int = 24
    """In production; the embedded stack and tests use fewer."""

    @property
    def compacted(self) -> bool:
        """Whether it holds the newest record of each key for ever."""
        return self.kept is Kept.COMPACTED


def _facts(name: str, producer: str, consumers: tuple[str, ...], *events: type[Event], urgent: bool = False) -> Topic:
    return Topic(name, producer, consumers, events, key="report", urgent=urgent)


def _state(
    name: str,
    producer: str,
    consumers: tuple[str, ...],
    *events: type[Event],
    key: str,
    urgent: bool = False,
    sealed: bool = False,
    partitions: int = 4,
) -> Topic:
    return Topic(
        name, producer, consumers, events, key, Kept.COMPACTED, urgent=urgent, sealed=sealed, partitions=partitions
    )


_ALL = (
    _facts("reports", "intake", ("verification", "sla", "notify"), reports.ReportSubmitted, reports.ReportSupplemented),
    _facts(
        "reporter-privacy",
        "intake",
        ("verification", "dispatch", "notify", "sla"),
        reporter_privacy.FlagsSet,
        reporter_privacy.ReportWithdrawn,
        urgent=True,
    ),
    _facts(
        "privacy-decisions",
        "verification",
        ("intake", "dispatch", "notify", "sla"),
        privacy_decisions.FlagsDecided,
        urgent=True,
    ),
    _facts(
        "verifications",
        "verification",
        ("dispatch", "intake", "sla", "notify"),
        verifications.ReportVerified,
        verifications.ReportReturned,
        verifications.ReportRejected,
        verifications.ReportHeld,
        verifications.ReportReleased,
    ),
    _facts(
        "dispositions",
        "dispatch",
        ("intake", "verification", "sla", "notify", "identity"),
        dispositions.ReportDisposed,
    ),
    _facts(
        "follow-ups",
        "dispatch",
        ("intake", "sla", "notify", "identity"),
        follow_ups.EntryPosted,
        follow_ups.ReportClosed,
    ),
    _facts(
        "deadlines",
        "sla",
        ("intake", "verification", "dispatch", "notify"),
        deadlines.DeadlineSet,
        deadlines.DeadlinePaused,
        deadlines.DeadlineMet,
        deadlines.DeadlineMissed,
        deadlines.ReminderDue,
        deadlines.ClosureDue,
    ),
    _facts(
        "notifications",
        "notify",
        ("intake",),
        notifications.NotificationSent,
        notifications.NotificationFailed,
    ),
    Topic("accounts", "identity", ("intake",), (accounts.ContactStored,), key="reporter reference or account"),
    _state(
        "agencies",
        "dispatch",
        ("intake", "verification", "sla", "notify", "polls", "portal"),
        agencies.Agency,
        agencies.AgencyRemoved,
        key="agency code",
    ),
    _state(
        "categories",
        "verification",
        ("intake", "dispatch", "portal"),
        categories.Category,
        categories.CategoryRemoved,
        key="category code",
    ),
    _state(
        "working-calendar",
        "sla",
        ("intake", "verification", "dispatch", "portal"),
        working_calendar.CalendarYear,
        key="year",
        partitions=1,
    ),
    _state(
        "clock-policies",
        "sla",
        ("intake", "verification", "dispatch", "portal"),
        clock_policies.ClockPolicy,
        key="clock",
        partitions=1,
    ),
    _state(
        "publications",
        "dispatch",
        ("portal",),
        publications.Publication,
        publications.PublicationWithdrawn,
        key="report",
        partitions=24,
    ),
    _state("polls", "polls", ("portal",), polls.Poll, polls.PollRemoved, key="poll"),
    _state(
        "signing-keys",
        "identity",
        PAGES,
        keys.SigningKey,
        keys.SigningKeyRetired,
        key="key id",
        urgent=True,
        partitions=1,
    ),
    _state("revocations", "identity", PAGES, keys.SessionRevoked, key="session", urgent=True),
    _state("identity.sealing-keys", "identity", ("intake",), keys.IdentitySealingKey, key="key id", partitions=1),
    _state("notify.sealing-keys", "notify", ("identity",), keys.NotifySealingKey, key="key id", partitions=1),
    Topic(
        "intake.contacts",
        "intake",
        ("identity",),
        (sealed.ContactReceived,),
        key="reporter reference",
        days=7,
        sealed=True,
    ),
    _state(
        "contacts",
        "identity",
        ("notify",),
        sealed.Contact,
        sealed.ContactErased,
        key="reporter reference",
        sealed=True,
        partitions=24,
    ),
    Topic("credentials", "identity", ("notify",), (sealed.CredentialIssued,), key="report", days=1, sealed=True),
    *(
        Topic(
            f"{service}.audit", service, ("identity",), (audit.audit_of(service),), key="report or actor", partitions=4
        )
        for service in SERVICES
    ),
    *(Topic(f"{service}.dead-letters", service, (), (), key="as received", partitions=1) for service in SERVICES),
)

TOPICS: dict[str, Topic] = {topic.name: topic for topic in _ALL}
EVENTS: dict[str, type[Event]] = {event.type: event for topic in _ALL for event in topic.events}
"""Event types by name."""


def consumed_by(service: str, *, urgent: bool | None = None) -> list[Topic]:
    """The topics a service reads; with `urgent`, only those of that consumer."""
    return [t for t in _ALL if service in t.consumers and (urgent is None or t.urgent is urgent)]


def produced_by(service: str) -> list[Topic]:
    """The topics a service writes."""
    return [t for t in _ALL if t.producer == service]
