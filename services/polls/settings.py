"""Settings of polls."""

from pydantic import Field

from services.polls.domain import Limits
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of polls, prefix `LAPOR_`."""

    service: str = "polls"
    poll_close_interval: float = Field(default=15.0, gt=0)
    """Seconds, wall time, between looks for polls whose time is over."""
    poll_min_options: int = Field(default=2, ge=2)
    poll_max_options: int = Field(default=10, ge=2)
    poll_max_days: int = Field(default=90, ge=1)
    """The longest time a poll may stay open."""
    poll_closed_shown: int = Field(default=20, ge=1)
    """Closed polls on the public list, the newest first."""

    @property
    def limits(self) -> Limits:
        """What a new poll must keep to."""
        return Limits(self.poll_min_options, self.poll_max_options, self.poll_max_days)
