"""E-mail by SMTP: plain text with a simple HTML alternative."""

from collections.abc import Awaitable
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr

import aiosmtplib
from aiosmtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException

from services.notify.channels import Parcel
from services.notify.domain import Outcome
from services.notify.settings import Settings
from shared.clock import Clock
from shared.settings import Environment

MESSAGE_HEADER = "X-LAPOR-Message"
PERMANENT = 500
"""SMTP replies from here on are final (RFC 5321 §4.2.1)."""


class Email:
    """Sends through one SMTP server; TLS is required in production."""

    def __init__(self, settings: Settings, clock: Clock) -> None:
        if settings.smtp is None:
            raise ValueError("no SMTP server is configured")
        host, _, port = settings.smtp.rpartition(":")
        self._host, self._port = host, int(port)
        self._settings = settings
        self._clock = clock
        self._domain = parseaddr(settings.mail_from)[1].rpartition("@")[2]

    async def send(self, parcel: Parcel) -> Outcome:
        """Send one message. Before its content was handed over it is certainly not sent; from then on only an answer tells."""
        settings = self._settings
        if not _is_address(parcel.recipient):
            return Outcome.REFUSED
        server = aiosmtplib.SMTP(
            hostname=self._host,
            port=self._port,
            timeout=settings.send_timeout.total_seconds(),
            start_tls=True if settings.environment is Environment.PRODUCTION else None,
            username=settings.smtp_username,
            password=settings.smtp_password.get_secret_value() if settings.smtp_password else None,
        )
        refused = await _refused(server.connect())
        if refused is not None:
            return Outcome.BUSY if refused is Outcome.UNKNOWN else refused
        try:
            return (
                await _refused(server.send_message(self._letter(parcel), recipients=[parcel.recipient])) or Outcome.SENT
            )
        finally:
            server.close()

    def _letter(self, parcel: Parcel) -> EmailMessage:
        letter = EmailMessage()
        letter["From"] = self._settings.mail_from
        letter["To"] = parcel.recipient
        letter["Subject"] = parcel.rendered.subject or "LAPOR!"
        letter["Date"] = format_datetime(self._clock.now())
        letter["Message-ID"] = f"<{parcel.message_id}@{self._domain}>"
        letter[MESSAGE_HEADER] = str(parcel.message_id)
        letter["Auto-Submitted"] = "auto-generated"
        letter.set_content(parcel.rendered.text)
        if parcel.rendered.html:
            letter.add_alternative(parcel.rendered.html, subtype="html")
        return letter


def _is_address(text: str) -> bool:
    """Whether a letter can be addressed to it (RFC 5322 §3.4.1)."""
    try:
        parsed = Address(addr_spec=text)
    except (ValueError, IndexError, MessageError):
        return False
    return bool(parsed.username and parsed.domain)


async def _refused(step: Awaitable[object]) -> Outcome | None:
    """What a failed step means; None when it went well."""
    try:
        await step
    except SMTPRecipientsRefused as error:
        codes = [refusal.code for refusal in error.recipients]
        return Outcome.REFUSED if all(code >= PERMANENT for code in codes) else Outcome.BUSY
    except SMTPResponseException as error:
        return Outcome.REFUSED if error.code >= PERMANENT else Outcome.BUSY
    except (SMTPException, OSError, TimeoutError):
        return Outcome.UNKNOWN
    return None
