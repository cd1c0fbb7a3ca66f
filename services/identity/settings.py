"""What identity is told by its environment beyond what every service is told."""

from datetime import timedelta
from pathlib import Path
from typing import Self

from pydantic import Field, model_validator

from shared.settings import Environment, ServiceSettings


class Settings(ServiceSettings):
    """Settings of identity. All times are wall time."""

    service: str = "identity"
    demo_accounts: Path | None = None
    """TOML with the accounts of the embedded stack; refused in production."""

    session_lifetime: timedelta = timedelta(hours=8)
    report_session_lifetime: timedelta = timedelta(hours=8)
    """Of a session that opens one report."""
    activation_lifetime: timedelta = timedelta(minutes=30)
    """From redeeming an activation to having chosen a password."""
    credential_lifetime: timedelta = timedelta(days=7)
    contact_wait: timedelta = timedelta(seconds=30)
    """How long a credential waits for contact data that may still be under way."""
    key_notice: timedelta = timedelta(minutes=1)
    """From publishing a new signing key to signing with it, so that every service knows it by then."""
    device_lifetime: timedelta = timedelta(days=180)
    """How long a browser that signed in is told apart from strangers who guess."""

    password_min_length: int = Field(default=10, ge=8)
    password_memory_kib: int = Field(default=19_456, ge=8)
    password_passes: int = Field(default=2, ge=1)
    code_memory_kib: int = Field(default=4_096, ge=8)
    """Codes are random and long, so that guessing them is hopeless at any cost per try; passwords are not."""
    code_passes: int = Field(default=1, ge=1)

    slow_window: timedelta = timedelta(minutes=15)
    """Failed attempts older than this are forgotten."""
    slow_first: timedelta = timedelta(seconds=2)
    slow_longest: timedelta = timedelta(seconds=60)
    """No attempt is ever put off for longer: nobody can lock somebody else out."""
    slow_free_by_subject: int = 5
    """Failures on one account or report before attempts are spaced."""
    slow_free_by_source: int = 20
    """Failures from one address before attempts are spaced; many people share one address."""
    slow_free_by_own: int = 3
    """Failures of a known device (accounts) or a newcomer (reports) before it is treated like everybody."""

    @model_validator(mode="after")
    def refuse_demo_accounts_in_production(self) -> Self:
        """Accounts with a published password are for a laptop."""
        if self.environment is Environment.PRODUCTION and self.demo_accounts is not None:
            raise ValueError("LAPOR_DEMO_ACCOUNTS: demo accounts are refused in production")
        return self
