"""Passwords as form fields."""

import unicodedata
from typing import Annotated

from pydantic import BeforeValidator, Field

LONGEST = 256


def _normal(value: object) -> object:
    """The same password however the keyboard composed its letters."""
    return unicodedata.normalize("NFKC", value) if isinstance(value, str) else value


TypedPassword = Annotated[str, BeforeValidator(_normal), Field(max_length=LONGEST)]
"""A password as typed; spaces count."""
