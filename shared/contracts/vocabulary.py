"""Words that several topics share. `docs/glossary.md` maps them to Indonesian."""

from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

TrackingId = Annotated[str, StringConstraints(pattern=r"^[1-9]\d{9}$")]
"""Ten digits, the last a check digit (rules.md §Words)."""
AgencyCode = Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,6}(-[A-Z0-9]{1,8}){1,4}$")]
"""Code of an agency or of a unit below it, for example `PD-1872` or `PD-31-PU-71`."""
RegionCode = Annotated[str, StringConstraints(pattern=r"^\d{2}(\.\d{2}(\.\d{2}(\.\d{4})?)?)?$")]
"""Kemendagri code: province `18`, regency or city `18.72`, district `18.72.01`, village `18.72.01.1001`."""
CategoryCode = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{1,40}$")]


class Kind(StrEnum):
    """The three kinds of report (rules.md §2)."""

    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"
    INFORMATION_REQUEST = "information-request"


class Channel(StrEnum):
    """The way a report came in (rules.md §1)."""

    WEB = "web"
    SMS = "sms"
    APP = "app"
    PARTNER = "partner"
    DESK = "desk"


class Language(StrEnum):
    """Language a reporter is written to."""

    INDONESIAN = "id"
    ENGLISH = "en"


class Zone(StrEnum):
    """Indonesia's three time zones; deadlines are always reckoned in WIB."""

    WIB = "WIB"
    WITA = "WITA"
    WIT = "WIT"


class Status(StrEnum):
    """Where a report stands: the five stages and the side states (rules.md §2)."""

    RECEIVED = "received"
    VERIFIED = "verified"
    DISPOSED = "disposed"
    IN_FOLLOW_UP = "in-follow-up"
    CLOSED = "closed"
    NEEDS_COMPLETION = "needs-completion"
    PENDING = "pending"
    REJECTED = "rejected"
    ARCHIVED = "archived"
    DUPLICATE = "duplicate"
    WITHDRAWN = "withdrawn"


class RejectionReason(StrEnum):
    """Out of scope, each with a word on where to go instead (rules.md §3)."""

    ELECTION_BODY = "election-body"
    CRIMINAL_CASE = "criminal-case"
    PRIVATE_COMPANY = "private-company"
    IN_JUDICIAL_PROCESS = "in-judicial-process"
    ONLY_SOCIAL_MEDIA = "only-social-media"
    NOT_GOVERNMENT_PERFORMANCE = "not-government-performance"


class AuthorRole(StrEnum):
    """Who wrote an entry of a thread."""

    REPORTER = "reporter"
    AGENCY = "agency"
    ADMINISTRATOR = "administrator"
    SYSTEM = "system"


class EntryKind(StrEnum):
    """What an entry of a thread is; only progress and resolution are follow-ups that start the silence (rules.md §5)."""

    INITIAL = "initial"
    QUESTION = "question"
    PROGRESS = "progress"
    RESOLUTION = "resolution"
    REPLY = "reply"
    STATEMENT = "statement"
    THANKS = "thanks"

    @property
    def is_follow_up(self) -> bool:
        """Whether ten working days of silence after it close the report."""
        return self in (EntryKind.PROGRESS, EntryKind.RESOLUTION)

    @property
    def meets_response_clock(self) -> bool:
        """Whether it counts as the agency's answer within five working days."""
        return self in (EntryKind.INITIAL, EntryKind.QUESTION, EntryKind.PROGRESS, EntryKind.RESOLUTION)


class ClockName(StrEnum):
    """The working-day clocks (rules.md §3, §5, §6)."""

    VERIFICATION = "verification"
    RESPONSE = "response"
    CLOSURE = "closure"
    CLOSURE_WARNING = "closure-warning"
    COMPLETION = "completion"


class Part(BaseModel):
    """A part of an event's body."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)


class Point(Part):
    """WGS 84, degrees."""

    latitude: float = Field(ge=-90, le=90)
    longitude: float = Field(ge=-180, le=180)


class Place(Part):
    """Where it happened; any part may be missing."""

    text: str | None = Field(default=None, max_length=300)
    region: RegionCode | None = None
    point: Point | None = None


class Attachment(Part):
    """A file of a report, by reference; the service that took it in serves it."""

    attachment_id: str
    media_type: str
    size: int
    """Bytes."""
