"""Topic `accounts`: what other services must know of people, pseudonymous. Written by identity."""

from uuid import UUID

from shared.contracts.event import Event


class ContactStored(Event):
    """Identity has a reporter's contact data in its vault: intake may forget the sealed form."""

    type = "contact-stored.v1"
    topic = "accounts"

    reporter_ref: UUID
    report_id: UUID

    @property
    def key(self) -> str:
        """The reporter reference."""
        return str(self.reporter_ref)
