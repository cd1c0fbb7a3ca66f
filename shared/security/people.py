"""People as the services know them: a role, and what it is held for. Never contact data."""

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from shared.contracts.vocabulary import AgencyCode


class Role(StrEnum):
    """What somebody may do (rules.md §Words)."""

    REPORTER = "reporter"
    ADMINISTRATOR = "administrator"
    OFFICER = "officer"
    OBSERVER = "observer"
    OPERATOR = "operator"

    @property
    def is_staff(self) -> bool:
        """Whether it is held in office."""
        return self is not Role.REPORTER


@dataclass(frozen=True, slots=True)
class Person:
    """Whoever holds a valid session."""

    session_id: UUID
    role: Role
    name: str
    account_id: UUID | None = None
    """None in a session that only opens one report."""
    agency: AgencyCode | None = None
    unit: AgencyCode | None = None
    report_id: UUID | None = None
    """The one report that a session opened by an access code or link is good for. Such a session names no account, so that one person's
    reports cannot be joined (rules.md §7)."""
