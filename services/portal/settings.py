"""What portal is told by its environment."""

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of portal."""

    service: str = "portal"
    page_length: int = 20
    """Reports on one page of the list."""
    most_found: int = 10_000
    """Results that are counted and can be paged through; beyond, one narrows the search."""
    recent_days: int = 7
    """Days that the home page's figures look back."""
    months: int = 12
    """Months in the statistics' chart."""
    verification_days: int = 3
    """Working days until disposition, until `clock-policies` says otherwise (rules.md §3)."""
    response_days: int = 5
    """Working days until an answer, until `clock-policies` says otherwise (rules.md §5)."""
    closure_days: int = 10
    """Working days of silence that close a report, until `clock-policies` says otherwise (rules.md §6)."""
