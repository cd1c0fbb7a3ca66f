"""Does a text give its anonymous author away? (rules.md §3: a warning before sending, never a refusal)"""

from enum import StrEnum

from lokal.samaran import PiiMatch, detect_pii

from shared.sealing import keyed_hash


class Leak(StrEnum):
    """Kinds of personal data that point to one person."""

    PHONE = "PHONE"
    EMAIL = "EMAIL"
    NIK = "NIK"
    PLATE = "PLATE"
    NAME = "NAME"


_SIGNATURE = ("nama saya", "salam", "hormat saya", "tertanda", "hormat kami")


def _matches(text: str) -> list[PiiMatch]:
    found = detect_pii(text, types=[kind.value for kind in Leak])
    return [match for match in found if match.type != Leak.NAME or _is_own(text, match)]


def _is_own(text: str, match: PiiMatch) -> bool:
    """Names of officials belong into a report; a name after "nama saya" or "hormat saya" is the author's."""
    before = text[: match.start].rstrip(" ,.:;\n\t").lower()
    return before.endswith(_SIGNATURE)


def leaks_in(text: str) -> tuple[Leak, ...]:
    """Which kinds the text holds, in the order of `Leak`."""
    found = {match.type for match in _matches(text)}
    return tuple(kind for kind in Leak if kind.value in found)


def leak_mark(key: bytes, text: str) -> str:
    """Names exactly what was found, so that a consent to it does not cover what is written later. Empty when nothing was found."""
    values = sorted({match.value for match in _matches(text)})
    return keyed_hash(key, "leaks|" + "|".join(values)).hex()[:24] if values else ""
