"""What dispatch is told by its environment."""

from pathlib import Path

from shared.settings import ServiceSettings


class Settings(ServiceSettings):
    """Settings of dispatch."""

    service: str = "dispatch"
    directory: Path = Path(__file__).parent / "directory.csv"
    """The directory that is brought in at start; an installation names its own."""
    answer_limit: int = 5_000
    """Letters of one entry of a thread."""
    response_days: int = 5
    """Working days an agency has to answer, until `clock-policies` says otherwise (rules.md §5)."""
    closure_days: int = 10
    """Working days of silence that close a report, until `clock-policies` says otherwise (rules.md §6)."""
    soon_days: int = 1
    """Working days before a limit from which the desk says that it is near."""
    page_length: int = 50
    """Reports on one page of the inbox."""
