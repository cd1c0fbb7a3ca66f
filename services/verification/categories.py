"""The list of categories as the project ships it: `categories.toml`, edited by people, published by `actions.offer_categories`."""

import tomllib
from pathlib import Path
from typing import Self

from pydantic import BaseModel, ConfigDict, model_validator

from services.verification.cases import Category, Question
from shared.contracts.vocabulary import AgencyCode, CategoryCode


class Offered(BaseModel):
    """One category of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: CategoryCode
    name: str
    name_en: str
    required: tuple[Question, ...]
    """What a complete report of this category says (rules.md §3)."""
    default_agency: AgencyCode | None = None
    """Whose authority it is where it does not hang on the place; None for what local governments do."""
    parent: CategoryCode | None = None

    def as_category(self, version: int) -> Category:
        """This entry as that version of the category."""
        return Category(version=version, **self.model_dump())


class CategoryList(BaseModel):
    """The whole file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    edition: int
    """Counts up with each edit, for people; what is published goes by content."""
    category: tuple[Offered, ...]

    @model_validator(mode="after")
    def refuse_confusion(self) -> Self:
        """No code twice, no parent that is not there."""
        codes = [entry.code for entry in self.category]
        if len(set(codes)) != len(codes):
            raise ValueError("a category code is used twice")
        if unknown := {entry.parent for entry in self.category if entry.parent} - set(codes):
            raise ValueError(f"unknown parent categories: {', '.join(sorted(unknown))}")
        return self


def read(path: Path) -> tuple[Offered, ...]:
    """The categories in a file.

    Raises:
        OSError, tomllib.TOMLDecodeError, pydantic.ValidationError: it is not there, or not such a list.
    """
    return CategoryList.model_validate(tomllib.loads(path.read_text())).category
