"""What a poll is and when it takes a vote, as pure rules (rules.md §9)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from uuid import UUID

from shared.contracts.polls import Poll as PollPublished
from shared.contracts.polls import PollOption
from shared.contracts.vocabulary import Zone
from shared.zones import TIMEZONES, in_zone


class NotOpen(Exception):
    """The poll takes no votes now."""


class NoSuchOption(Exception):
    """The poll has no such choice."""


class NotYours(Exception):
    """The poll is another agency's."""


class NotConnected(Exception):
    """Only a connected agency asks the public."""


class UnfitOptions(Exception):
    """Too few, too many or the same choice twice."""


class UnfitDates(Exception):
    """Closes before it opens, in the past, or too late."""


class Phase(StrEnum):
    """Where a poll stands."""

    SCHEDULED = "scheduled"
    OPEN = "open"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Limits:
    """What a new poll must keep to; policy, from settings."""

    min_options: int
    max_options: int
    max_days: int


@dataclass(frozen=True, slots=True)
class Agency:
    """Who asks, as published by dispatch."""

    code: str
    name: str
    zone: Zone
    connected_since: date | None


@dataclass(frozen=True, slots=True)
class Option:
    """One choice; `votes` is None until the poll has been counted."""

    number: int
    text: str
    votes: int | None = None


@dataclass(frozen=True, slots=True)
class Poll:
    """A question to the public. `key` hides the voters and is destroyed at the close."""

    poll_id: UUID
    agency: str
    zone: Zone
    question: str
    options: tuple[Option, ...]
    opens_at: datetime
    closes_at: datetime
    created_by: UUID
    key: bytes | None
    closed_at: datetime | None = None
    turnout: int | None = None

    def phase(self, now: datetime) -> Phase:
        """Closed from the second it is due, whether or not it has been counted."""
        if self.closed_at is not None or now >= self.closes_at:
            return Phase.CLOSED
        return Phase.OPEN if now >= self.opens_at else Phase.SCHEDULED

    @property
    def is_counted(self) -> bool:
        """Whether there are results to show."""
        return self.closed_at is not None


def create(
    poll_id: UUID,
    agency: Agency | None,
    *,
    question: str,
    options: Sequence[str],
    opens_on: date,
    closes_on: date,
    key: bytes,
    by: UUID,
    limits: Limits,
    now: datetime,
) -> Poll:
    """A poll from the start of one day, or now if that is today, to the end of another, in the agency's zone.

    Raises:
        NotConnected, UnfitOptions, UnfitDates: see there.
    """
    if agency is None or agency.connected_since is None:
        raise NotConnected
    texts = [text.strip() for text in options if text.strip()]
    alike = len({text.casefold() for text in texts}) < len(texts)
    if alike or not limits.min_options <= len(texts) <= limits.max_options:
        raise UnfitOptions
    today = in_zone(now, agency.zone).date()
    if not today <= opens_on <= closes_on or closes_on - opens_on > timedelta(days=limits.max_days):
        raise UnfitDates
    zone = TIMEZONES[agency.zone]
    return Poll(
        poll_id=poll_id,
        agency=agency.code,
        zone=agency.zone,
        question=question,
        options=tuple(Option(number, text) for number, text in enumerate(texts, 1)),
        opens_at=max(now, datetime.combine(opens_on, time.min, zone)),
        closes_at=datetime.combine(closes_on, time(23, 59, 59), zone),
        created_by=by,
        key=key,
    )


def check_vote(poll: Poll, option: int, *, now: datetime) -> bytes:
    """Whether the vote counts; returns the key that hides the voter.

    Raises:
        NotOpen, NoSuchOption: see there.
    """
    if poll.phase(now) is not Phase.OPEN or poll.key is None:
        raise NotOpen
    if option not in {known.number for known in poll.options}:
        raise NoSuchOption
    return poll.key


def close(poll: Poll, votes: Mapping[int, int], *, now: datetime) -> Poll:
    """Count it and destroy its key: from now on no ballot can be linked to a voter."""
    counted = tuple(replace(option, votes=votes.get(option.number, 0)) for option in poll.options)
    turnout = sum(option.votes or 0 for option in counted)
    return replace(poll, options=counted, turnout=turnout, key=None, closed_at=now)


def published(poll: Poll, version: int, *, now: datetime) -> PollPublished:
    """What everybody may know: counts only once it is closed."""
    return PollPublished(
        occurred_at=now,
        version=version,
        poll_id=poll.poll_id,
        agency=poll.agency,
        question=poll.question,
        options=tuple(PollOption(option=o.number, text=o.text, votes=o.votes) for o in poll.options),
        opens_at=poll.opens_at,
        closes_at=poll.closes_at,
        closed=poll.is_counted,
        turnout=poll.turnout,
    )
