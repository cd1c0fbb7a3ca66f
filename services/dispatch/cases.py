"""A report in the hands of agencies, as dispatch keeps it: what there is, without what becomes of it (`domain`)."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from shared.contracts.vocabulary import (
    AgencyCode,
    Attachment,
    AuthorRole,
    CategoryCode,
    Channel,
    EntryKind,
    Kind,
    Place,
    Status,
    TrackingId,
    Zone,
)
from shared.working_days import WorkingCalendar


@dataclass(frozen=True, slots=True)
class Unit:
    """An agency, or a unit below one, with its place in the tree."""

    code: AgencyCode
    path: tuple[AgencyCode, ...]
    """From the agency down to the unit itself."""

    @property
    def agency(self) -> AgencyCode:
        """The agency it belongs to; its own code at the top."""
        return self.path[0]

    def is_below(self, other: AgencyCode) -> bool:
        """Whether `other` is this unit or stands above it."""
        return other in self.path


@dataclass(frozen=True, slots=True)
class Flags:
    """What the reporter or an administrator decided about privacy. Only ever joined: a raised flag stays (rules.md §7)."""

    anonymous: bool = False
    confidential: bool = False
    withdrawn: bool = False

    def __or__(self, other: "Flags") -> "Flags":
        return Flags(
            self.anonymous or other.anonymous,
            self.confidential or other.confidential,
            self.withdrawn or other.withdrawn,
        )

    @property
    def forbid_publication(self) -> bool:
        """Whether the public may see nothing of the report, from now on for ever."""
        return self.confidential or self.withdrawn


@dataclass(frozen=True, slots=True)
class Schedule:
    """How long the clocks of dispatch run, in working days."""

    calendar: WorkingCalendar
    response_days: int
    closure_days: int

    def answer_by(self, since: datetime) -> datetime:
        """When an agency asked at `since` must have answered (rules.md §5)."""
        return self.calendar.add(since, self.response_days)

    def closes_at(self, since: datetime) -> datetime:
        """When silence since `since` closes the report (rules.md §6)."""
        return self.calendar.add(since, self.closure_days)


@dataclass(frozen=True, slots=True)
class Disposition:
    """A report in the hands of one agency, or inside it of one unit."""

    disposition_id: UUID
    agency: AgencyCode
    unit: AgencyCode | None
    lead: bool
    previous: UUID | None
    path: tuple[AgencyCode, ...]
    """From the agency down to whoever holds it."""
    disposed_at: datetime
    answer_by: datetime
    """Of the first answer; moves only when the working calendar does."""
    answered_at: datetime | None = None
    due_at: datetime | None = None
    """By when the agency must write next; None while nothing is asked of it."""
    missed_at: datetime | None = None
    """When its time for the first answer was found to be over."""


@dataclass(frozen=True, slots=True)
class Author:
    """Who writes."""

    role: AuthorRole
    account_id: UUID | None = None
    """Of staff; reporters stay nameless here."""
    station: AgencyCode | None = None
    """Where an officer works: a unit, or the agency as a whole."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be written."""

    command_id: UUID
    kind: EntryKind
    text: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One contribution to the thread."""

    entry_id: UUID
    command_id: UUID | None
    author: AuthorRole
    agency: AgencyCode | None
    unit: AgencyCode | None
    disposition_id: UUID | None
    kind: EntryKind
    text: str
    posted_at: datetime
    posted_by: UUID | None
    thread_version: int


@dataclass(frozen=True, slots=True)
class Case:
    """A report as dispatch keeps it."""

    report_id: UUID
    tracking_id: TrackingId
    reporter_ref: UUID
    reporter_label: str | None
    channel: Channel
    kind: Kind
    category: CategoryCode
    category_version: int
    title: str
    body: str
    public_body: str
    event_date: date | None
    place: Place
    zone: Zone
    flags: Flags
    lead: AgencyCode
    excluded: tuple[AgencyCode, ...]
    attachments: tuple[Attachment, ...]
    received_at: datetime
    verified_at: datetime
    disposed_at: datetime
    status: Status
    thread_version: int = 0
    published: bool = False
    """Whether the public sees it now."""
    first_follow_up_at: datetime | None = None
    silence_version: int | None = None
    """The thread version of the lead's follow-up since which nobody objected; None while no silence runs."""
    closes_at: datetime | None = None
    closed_at: datetime | None = None
    dispositions: tuple[Disposition, ...] = ()
    entries: tuple[Entry, ...] = ()

    @property
    def public(self) -> bool:
        """Whether the public may see it."""
        return bool(self.dispositions) and not self.flags.forbid_publication

    @property
    def shown_label(self) -> str | None:
        """What stands for the reporter; None for anonymous."""
        return None if self.flags.anonymous else self.reporter_label

    def held_by(self, station: AgencyCode) -> Disposition | None:
        """The disposition that people of this unit or agency answer: held there or below it, the lead's before others."""
        theirs = [d for d in self.dispositions if station in d.path]
        return min(theirs, key=lambda d: (not d.lead, d.disposed_at), default=None)
