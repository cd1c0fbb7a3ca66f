"""What a case is, and what it is judged by: frozen values, no rules of change (those are in `domain`)."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import NamedTuple
from uuid import UUID

from shared.contracts.agencies import AgencyKind
from shared.contracts.event import Event
from shared.contracts.vocabulary import Attachment, Channel, Kind, Language, Place, Status, Zone

OPEN = frozenset({Status.RECEIVED, Status.NEEDS_COMPLETION, Status.PENDING})
TEXT_LIMIT = 10_000
"""Letters of a text that `ReportVerified` carries; a report completed at length is shortened by the administrator."""


class Question(StrEnum):
    """What a complete report says, as far as its category asks for it."""

    WHO = "who"
    WHAT = "what"
    WHERE = "where"
    WHEN = "when"
    WHY = "why"
    HOW = "how"


class Happened(StrEnum):
    """Kinds of entry in a case's history."""

    SUBMITTED = "submitted"
    SUPPLEMENTED = "supplemented"
    FLAGGED = "flagged"
    WITHDRAWN = "withdrawn"
    VERIFIED = "verified"
    RETURNED = "returned"
    REJECTED = "rejected"
    HELD = "held"
    RELEASED = "released"
    DISPOSED = "disposed"


@dataclass(frozen=True, slots=True)
class Flags:
    """The two privacy flags (rules.md §7)."""

    anonymous: bool = False
    confidential: bool = False

    def __or__(self, other: "Flags") -> "Flags":
        return Flags(self.anonymous or other.anonymous, self.confidential or other.confidential)


@dataclass(frozen=True, slots=True)
class Administrator:
    """Who decides."""

    account_id: UUID
    name: str


@dataclass(frozen=True, slots=True)
class Agency:
    """An entry of the directory, as published by dispatch."""

    code: str
    parent: str | None
    kind: AgencyKind
    name: str
    short_name: str
    region: str | None
    zone: Zone
    connected_since: date | None

    @property
    def connected(self) -> bool:
        """Whether it answers on the platform."""
        return self.connected_since is not None


@dataclass(frozen=True, slots=True)
class Category:
    """What a report is about and what a complete one says."""

    code: str
    version: int
    name: str
    name_en: str
    required: tuple[Question, ...]
    default_agency: str | None
    parent: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a case's history. `facts` hold codes and texts by name; nobody's contact data."""

    kind: Happened
    at: datetime
    facts: dict[str, str]
    by: Administrator | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """A report as the administrators work on it."""

    report_id: UUID
    tracking_id: str
    reporter_ref: UUID
    reporter_label: str | None
    """None for an anonymous reporter, also when the flag came late."""
    has_contact: bool
    kind: Kind
    channel: Channel
    language: Language
    title: str
    body: str
    """With everything the reporter added."""
    event_date: date | None
    place: Place
    agency_wish: str | None
    category_wish: str | None
    attachments: tuple[Attachment, ...]
    received_at: datetime
    due_at: datetime
    """Until when it is to be disposed: as told to the reporter, later as sla says."""
    flags: Flags
    status: Status = Status.RECEIVED
    version: int = 1
    """Rises with every change that an administrator must know of before deciding."""
    held_for: str | None = None
    held_by: UUID | None = None
    """Who held it: the release is put down to them."""
    excluded_agencies: tuple[str, ...] = ()

    @property
    def is_open(self) -> bool:
        """Whether there is something to decide."""
        return self.status in OPEN

    @property
    def is_withdrawn(self) -> bool:
        """Whether the reporter took it back."""
        return self.status is Status.WITHDRAWN

    @property
    def is_too_long(self) -> bool:
        """Whether the text must be shortened before an agency gets it."""
        return len(self.body) > TEXT_LIMIT


class Outcome(NamedTuple):
    """A case after a decision, what it tells the other services, and the line in its history."""

    case: Case
    events: tuple[Event, ...]
    entry: Entry


@dataclass(frozen=True, slots=True)
class Verification:
    """An administrator's word on a clear and complete report."""

    category: Category
    lead: Agency
    further: tuple[Agency, ...]
    kind: Kind
    title: str
    public_body: str
    flags: Flags = Flags()
    body: str | None = None
    """The text as the agency reads it, where the reporter's is too long."""
