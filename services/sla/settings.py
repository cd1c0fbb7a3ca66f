"""What sla is told by its environment."""

from collections.abc import Mapping

from pydantic import Field, PositiveInt

from shared.contracts.vocabulary import ClockName
from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Policy numbers are data: a changed one is published as a new version when the service starts."""

    service: str = "sla"
    calendar_first_year: int = 2024
    calendar_last_year: int = 2028
    """Years that are seeded; later ones come with their decrees."""
    clock_policies: Mapping[ClockName, PositiveInt] = Field(
        default={
            ClockName.VERIFICATION: 3,
            ClockName.RESPONSE: 5,
            ClockName.CLOSURE: 10,
            ClockName.CLOSURE_WARNING: 8,
            ClockName.COMPLETION: 10,
        }
    )
    """Working days of each clock (rules.md §3, §5, §6); the warning runs beside the closure, from the same follow-up."""
    tick_seconds: float = Field(default=1.0, gt=0)
    """Wall time between looks for what is due; none while there is more."""
    tick_batch: PositiveInt = 500
    soon_working_days: PositiveInt = 1
    """What the desk calls due soon."""
