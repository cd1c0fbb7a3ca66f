"""What intake is told by its environment."""

from enum import StrEnum
from typing import Annotated, Any, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import NoDecode

from shared.settings import Environment, ServiceSettings


class ChannelName(StrEnum):
    """Adapters that this process can serve."""

    WEB = "web"
    SMS = "sms"
    API = "api"


class Settings(ServiceSettings):
    """Intake's settings; the policy numbers among them can be changed without a release."""

    service: str = "intake"
    channels: Annotated[frozenset[ChannelName], NoDecode] = frozenset(ChannelName)
    """`LAPOR_CHANNELS=web,sms`; all where nothing is said."""
    sms_secret: SecretStr | None = None
    """What the SMS gateway shows (`Authorization: Basic` or `Bearer`); without one, only this machine may push."""
    body_min: int = Field(default=40, ge=1)
    """Letters a web report has at least."""
    body_max: int = Field(default=5_000, ge=1, le=10_000)
    """Letters a report has at most, on every channel."""
    title_max: int = Field(default=120, ge=1, le=200)
    sms_title: int = Field(default=80, ge=10, le=200)
    """Letters of an SMS that become its title, at most."""
    sms_window_minutes: int = Field(default=10, ge=0)
    """Same sender, recipient and text within this time is one report."""
    verification_days: int = Field(default=3, ge=1)
    """Working days until disposal, while sla's policy has not been heard."""
    response_days: int = Field(default=5, ge=1)
    """Working days until an agency answers, while sla's policy has not been heard."""
    closure_days: int = Field(default=10, ge=1)
    """Working days of silence until closure, while sla's policy has not been heard."""
    event_earliest_year: int = 1945
    """No event is older."""

    @field_validator("channels", mode="before")
    @classmethod
    def split(cls, value: Any) -> Any:
        """`web, sms` names two channels."""
        if not isinstance(value, str):
            return value
        return frozenset(name.strip() for name in value.split(",") if name.strip())

    @model_validator(mode="after")
    def refuse_an_open_gateway(self) -> Self:
        """Anybody who reaches the SMS endpoint could report in another's name."""
        if self.environment is Environment.PRODUCTION and ChannelName.SMS in self.channels and not self.sms_secret:
            raise ValueError("LAPOR_SMS_SECRET: needed in production where the SMS channel is on")
        return self
