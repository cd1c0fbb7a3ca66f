"""Passwords as form fields."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, Field

LONGEST = 256


def _normal(value: object) -> object:
    """The same password however the keyboard composed its letters; one that is too long stays so, unread."""
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) and len(value) <= LONGEST else value


TypedPassword = Annotated[str, BeforeValidator(_normal), Field(max_length=LONGEST)]
"""A password as typed; spaces count."""
