"""What notify is told by its environment."""

from datetime import timedelta
from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import Field, PositiveInt, SecretStr, model_validator

from shared.settings import Environment, ServiceSettings


class SmsRoute(StrEnum):
    """Where SMS go."""

    SINK = "sink"
    """A table of this service, shown on its desk page; never in production."""
    OFF = "off"
    """Nowhere: reporters are written to by e-mail only."""


class Settings(ServiceSettings):
    """Settings of notify. All spans are wall time."""

    service: str = "notify"
    smtp: str | None = None
    """`host:port`; None: no e-mail is sent."""
    smtp_username: str | None = None
    smtp_password: SecretStr | None = None
    mail_from: str = "LAPOR! <tanpa-balas@lapor.invalid>"
    mail_sink: Path | None = None
    """Folder into which the local mailbox puts what it is given; embedded and test only."""
    sms_route: SmsRoute = SmsRoute.SINK
    sms_number: str = "1708"

    credential_wait: timedelta = timedelta(minutes=2)
    """How long a message waits for its code before it goes without."""
    contact_wait: timedelta = timedelta(days=7)
    """How long a message waits for contact data before it is given up."""
    send_timeout: timedelta = timedelta(seconds=10)
    abandoned_after: timedelta = timedelta(seconds=60)
    """A message claimed for longer than this was claimed by a process that died."""
    attempts: PositiveInt = 8
    retry_first: timedelta = timedelta(seconds=5)
    retry_longest: timedelta = timedelta(minutes=15)
    batch: PositiveInt = 20
    poll: timedelta = timedelta(seconds=0.5)
    credential_kept: timedelta = Field(default=timedelta(days=1))
    """After this a sealed code that no message asked for is forgotten."""

    @model_validator(mode="after")
    def refuse_sinks_in_production(self) -> Self:
        """In production nothing may end in a sink instead of at a reporter."""
        if self.environment is not Environment.PRODUCTION:
            return self
        faults = []
        if self.sms_route is SmsRoute.SINK:
            faults.append("LAPOR_SMS_ROUTE: the sink is refused in production")
        if self.mail_sink is not None:
            faults.append("LAPOR_MAIL_SINK: refused in production")
        if self.smtp is None:
            faults.append("LAPOR_SMTP: needed in production")
        if self.mail_from.rstrip("> ").endswith(".invalid"):
            faults.append("LAPOR_MAIL_FROM: needed in production")
        if faults:
            raise ValueError("; ".join(faults))
        return self
