"""Topic `categories`: what reports are about and what makes them complete. State, written by verification."""

from shared.contracts.event import State, Tombstone
from shared.contracts.vocabulary import AgencyCode, CategoryCode


class Category(State):
    """A category; `version` is the one that events name."""

    type = "category.v1"
    topic = "categories"

    code: CategoryCode
    name: str
    """Indonesian."""
    name_en: str
    parent: CategoryCode | None = None
    required: tuple[str, ...] = ()
    """What a complete report must say, of who, what, where, when, why, how (rules.md §3)."""
    default_agency: AgencyCode | None = None

    @property
    def key(self) -> str:
        """The code."""
        return self.code


class CategoryRemoved(Tombstone):
    """The category is no longer offered."""

    type = "category-removed.v1"
    topic = "categories"
