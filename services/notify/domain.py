"""Messages: what is due to whom, when it may go, and what an attempt at sending makes of it. No addresses, no texts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID, uuid5

from shared.contracts.notifications import MessageChannel
from shared.contracts.sealed import ContactDetails
from shared.contracts.vocabulary import Channel, Language

NAMESPACE = UUID("0d8f3c1b-7f40-5b0f-8e55-3a1f7f0a2c11")


class Stage(StrEnum):
    """What a message is about; each has its templates."""

    RECEIVED = "received"
    RETURNED = "returned"
    REJECTED = "rejected"
    HELD = "held"
    DISPOSED = "disposed"
    ANSWERED = "answered"
    ASKED = "asked"
    CLOSING = "closing"
    CLOSED = "closed"

    @property
    def carries_code(self) -> bool:
        """Whether identity is asked for a code by the same event."""
        return self in (Stage.DISPOSED, Stage.ANSWERED, Stage.ASKED)


class State(StrEnum):
    """Where a message stands."""

    WAITING = "waiting"
    """For contact data or for its code."""
    READY = "ready"
    SENDING = "sending"
    SENT = "sent"
    FAILED = "failed"
    CANCELLED = "cancelled"


class Outcome(StrEnum):
    """What became of an attempt."""

    SENT = "sent"
    BUSY = "busy"
    """Refused for now, certainly not sent."""
    REFUSED = "refused"
    """Refused for good."""
    UNKNOWN = "unknown"
    """It may have been sent: the connection broke, or the process did."""


@dataclass(frozen=True, slots=True)
class Report:
    """What notify knows of a report; never its words."""

    report_id: UUID
    tracking_id: str
    reporter_ref: UUID
    language: Language
    channel: Channel
    has_contact: bool


@dataclass(frozen=True, slots=True)
class Privacy:
    """Raised flags of a report."""

    confidential: bool = False
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one reporter, about one event. Moments are wall time but `occurred_at`."""

    message_id: UUID
    cause: UUID
    """`ce_id` of the event."""
    report_id: UUID
    reporter_ref: UUID
    stage: Stage
    parameters: Mapping[str, str]
    state: State
    awaits_contact: bool
    awaits_credential: bool
    occurred_at: datetime
    created_at: datetime
    next_attempt_at: datetime
    attempts: int = 0
    resent: bool = False
    channel: MessageChannel | None = None
    template: str | None = None
    reason: str | None = None
    claimed_at: datetime | None = None
    finished_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Patience:
    """How often and how long sending is tried (settings)."""

    attempts: int
    first: timedelta
    longest: timedelta


def due(
    report: Report,
    stage: Stage,
    parameters: Mapping[str, str],
    *,
    cause: UUID,
    contact_known: bool,
    credential_known: bool,
    occurred_at: datetime,
    wall: datetime,
) -> Message:
    """A new message; it waits for what is not known yet."""
    waits = not contact_known, stage.carries_code and not credential_known
    return Message(
        uuid5(NAMESPACE, f"{cause}:{report.reporter_ref}"),
        cause,
        report.report_id,
        report.reporter_ref,
        stage,
        parameters,
        State.WAITING if any(waits) else State.READY,
        *waits,
        occurred_at=occurred_at,
        created_at=wall,
        next_attempt_at=wall,
    )


def is_wanted(report: Report, privacy: Privacy, *, erased: bool) -> bool:
    """Whether the reporter is to be written to at all."""
    return report.has_contact and not privacy.withdrawn and not erased


def channel_for(came_by: Channel, details: ContactDetails, offered: Sequence[MessageChannel]) -> MessageChannel | None:
    """Who came by SMS is answered by SMS, everybody else by e-mail; by the other where only that is known."""
    known = {MessageChannel.SMS: bool(details.phone), MessageChannel.EMAIL: bool(details.email)}
    preferred = [MessageChannel.SMS, MessageChannel.EMAIL]
    if came_by is not Channel.SMS:
        preferred.reverse()
    return next((channel for channel in preferred if known[channel] and channel in offered), None)


def attempted(message: Message, outcome: Outcome, patience: Patience, *, wall: datetime) -> Message:
    """The message after an attempt. After an ambiguous one it is sent once more, marked, and then given up."""
    match outcome:
        case Outcome.SENT:
            return replace(message, state=State.SENT, finished_at=wall)
        case Outcome.REFUSED:
            return give_up(message, "refused", wall=wall)
        case Outcome.BUSY if message.attempts < patience.attempts:
            return _again(message, patience, wall=wall)
        case Outcome.BUSY:
            return give_up(message, "unreachable", wall=wall)
        case Outcome.UNKNOWN if not message.resent:
            return replace(_again(message, patience, wall=wall), resent=True)
        case _:
            return give_up(message, "unknown", wall=wall)


def give_up(message: Message, reason: str, *, wall: datetime) -> Message:
    """It cannot be sent; `reason` is a word of ours."""
    return replace(message, state=State.FAILED, reason=reason, finished_at=wall)


def cancel(message: Message, reason: str, *, wall: datetime) -> Message:
    """It is not to be sent any more."""
    return replace(message, state=State.CANCELLED, reason=reason, finished_at=wall)


def _again(message: Message, patience: Patience, *, wall: datetime) -> Message:
    pause = min(patience.first * 2 ** max(0, message.attempts - 1), patience.longest)
    return replace(message, state=State.READY, next_attempt_at=wall + pause, claimed_at=None)
