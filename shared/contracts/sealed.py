"""Sealed topics: contact data and secrets, readable by one service only.

`intake.contacts` (intake → identity), `contacts` and `credentials` (identity → notify). What is inside a seal is a model of this module too, so
that both ends agree; it never travels in clear.
"""

from enum import StrEnum
from uuid import UUID

from pydantic import AwareDatetime

from shared.contracts.event import Event, State, Tombstone
from shared.contracts.vocabulary import Language, Part, TrackingId


class ContactDetails(Part):
    """Inside the seal of `ContactReceived` and `Contact`. Never logged."""

    name: str | None = None
    email: str | None = None
    phone: str | None = None
    """E.164."""
    account_id: UUID | None = None
    """Of a signed-in reporter; only towards identity."""
    language: Language = Language.INDONESIAN


class ContactReceived(Event):
    """How to reach the reporter of a report, sealed to identity."""

    type = "contact-received.v1"
    topic = "intake.contacts"

    reporter_ref: UUID
    report_id: UUID
    tracking_id: TrackingId
    key_id: str
    sealed: str
    """Base64 of a SealedBox over ContactDetails as JSON."""

    @property
    def key(self) -> str:
        """The reporter reference."""
        return str(self.reporter_ref)


class Contact(State):
    """How to reach the reporter of a report, sealed to notify."""

    type = "contact.v1"
    topic = "contacts"

    reporter_ref: UUID
    key_id: str
    sealed: str
    """Base64 of a SealedBox over ContactDetails as JSON, without account."""

    @property
    def key(self) -> str:
        """The reporter reference."""
        return str(self.reporter_ref)


class ContactErased(Tombstone):
    """Notify forgets the contact."""

    type = "contact-erased.v1"
    topic = "contacts"


class Purpose(StrEnum):
    """What a secret opens."""

    ACTIVATION = "activation"
    ACCESS = "access"


class Secret(Part):
    """Inside the seal of `CredentialIssued`. Never logged, never stored by notify once rendered."""

    code: str


class CredentialIssued(Event):
    """A secret for one message, or the word that none is needed. Never sent twice: superseded instead."""

    type = "credential-issued.v1"
    topic = "credentials"

    report_id: UUID
    reporter_ref: UUID
    cause: UUID
    """The event (ce_id) whose message carries it."""
    purpose: Purpose
    key_id: str | None
    sealed: str | None
    """Base64 of a SealedBox over Secret as JSON; None: none is needed."""
    expires_at: AwareDatetime | None
    """Wall time."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)
