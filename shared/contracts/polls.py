"""Topic `polls`: open polls, and their counts once closed. State, written by polls."""

from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import State, Tombstone
from shared.contracts.vocabulary import AgencyCode, Part


class PollOption(Part):
    """One choice; `votes` only after the close."""

    option: int
    text: str
    votes: int | None = None


class Poll(State):
    """A public opinion poll of an agency (rules.md §9)."""

    type = "poll.v1"
    topic = "polls"

    poll_id: UUID
    agency: AgencyCode
    question: str
    options: tuple[PollOption, ...]
    opens_at: AwareDatetime
    closes_at: AwareDatetime
    closed: bool
    turnout: int | None = None

    @property
    def key(self) -> str:
        """The poll."""
        return str(self.poll_id)


class PollRemoved(Tombstone):
    """The poll was taken back."""

    type = "poll-removed.v1"
    topic = "polls"
