"""Ways out: each takes one parcel and says what became of it. A parcel's words and address never appear in a representation."""

from dataclasses import dataclass, field
from typing import Protocol
from uuid import UUID

from services.notify.domain import Outcome
from services.notify.texts import Rendered


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message on its way."""

    message_id: UUID
    """Also the idempotency key: a channel that can tells a repetition by it."""
    recipient: str = field(repr=False)
    rendered: Rendered


class Route(Protocol):
    """One way of sending; holds no transaction open."""

    async def send(self, parcel: Parcel) -> Outcome:
        """Send, and say what is known of it. Never raises but on cancellation."""
        ...
