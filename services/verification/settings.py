"""Settings of verification."""

from pathlib import Path

from pydantic import Field

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Environment of verification, prefix `LAPOR_`."""

    service: str = "verification"
    queue_page_size: int = Field(default=50, ge=1, le=500)
    """Cases on one page of the queue."""
    completion_days: int = Field(default=10, ge=1)
    """Working days that a reporter has to complete a report, until `clock-policies` says otherwise (rules.md §3)."""
    response_days: int = Field(default=5, ge=1)
    """Working days that an agency has to answer, until `clock-policies` says otherwise (rules.md §5)."""
    categories: Path = Path(__file__).parent / "categories.toml"
    """The categories to offer; what changed in it is published as new versions at start."""
