"""How many segments a text takes as an SMS, and how to make it take one (3GPP TS 23.038)."""

import unicodedata
from dataclasses import dataclass

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENDED = frozenset("^{}\\[~]|€\f")
"""Take two septets each."""
SINGLE, PART = 160, 153
UCS2_SINGLE, UCS2_PART = 70, 67
_TYPOGRAPHY = str.maketrans(
    {
        "‘": "'",
        "’": "'",
        "“": '"',
        "”": '"',
        "–": "-",
        "—": "-",
        "‑": "-",
        "…": "...",
        "\u00a0": " ",
        "•": "-",
        "`": "'",
    }
)


@dataclass(frozen=True, slots=True)
class Size:
    """A text as the network counts it."""

    units: int
    """Septets of GSM-7, or UTF-16 units where the text needs UCS-2."""
    segments: int
    gsm7: bool


def measure(text: str) -> Size:
    """Count a text's units and segments."""
    if all(letter in BASIC or letter in EXTENDED for letter in text):
        units = [2 if letter in EXTENDED else 1 for letter in text]
        return Size(sum(units), _segments(units, SINGLE, PART), gsm7=True)
    units = [len(letter.encode("utf-16-be")) // 2 for letter in text]
    return Size(sum(units), _segments(units, UCS2_SINGLE, UCS2_PART), gsm7=False)


def to_gsm7(text: str) -> str:
    """The text in letters that every telephone has: accents go where they must, what has no likeness becomes a question mark."""
    return "".join(_letter(letter) for letter in text.translate(_TYPOGRAPHY))


def shorten(text: str, units: int) -> str:
    """At most so many units of a GSM-7 text, three dots where something is missing; nothing where not even these fit."""
    if measure(text).units <= units:
        return text
    kept = text
    while kept and measure(kept).units > units - 3:
        kept = kept[:-1]
    return f"{kept.rstrip()}..." if kept else ""


def _letter(letter: str) -> str:
    if letter in BASIC or letter in EXTENDED:
        return letter
    plain = unicodedata.normalize("NFKD", letter)
    plain = "".join(part for part in plain if not unicodedata.combining(part))
    if plain and all(part in BASIC or part in EXTENDED for part in plain):
        return plain
    return " " if letter.isspace() else "" if unicodedata.category(letter) in ("Cf", "Mn", "Me") else "?"


def _segments(units: list[int], single: int, part: int) -> int:
    """A character that takes two units is never split over two segments."""
    if sum(units) <= single:
        return 1
    segments, room = 1, part
    for size in units:
        if size > room:
            segments, room = segments + 1, part
        room -= size
    return segments
