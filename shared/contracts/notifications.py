"""Topic `notifications`: what was sent to reporters and staff, without contact data. Written by notify."""

from enum import StrEnum
from uuid import UUID

from shared.contracts.event import Event


class MessageChannel(StrEnum):
    """Ways a message goes out."""

    SMS = "sms"
    EMAIL = "email"


class NotificationsEvent(Event):
    """Keyed by report."""

    topic = "notifications"
    report_id: UUID
    notification_id: UUID
    template: str
    channel: MessageChannel
    cause: UUID
    """The event (ce_id) that made the message due."""

    @property
    def key(self) -> str:
        """The report."""
        return str(self.report_id)


class NotificationSent(NotificationsEvent):
    """The gateway took it."""

    type = "notification-sent.v1"


class NotificationFailed(NotificationsEvent):
    """It was given up."""

    type = "notification-failed.v1"

    reason: str
    """A word, never the gateway's text."""
