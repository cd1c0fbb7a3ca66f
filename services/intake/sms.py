"""How an SMS is read: `ANONIM KOTA METRO, Jalan Pala …` (rules.md §1).

Flags come first, then the words that name an agency or a region, then what happened. Whatever is not understood is still a report.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from shared import regions
from shared.contracts.vocabulary import AgencyCode, RegionCode

LONGEST_KEYWORD = 8
"""Words that are compared with the directory, at most."""
ELLIPSIS = "…"

_FLAGS = {"ANONIM": "anonymous", "RAHASIA": "confidential"}
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_SPELLINGS = {
    "KAB": "KABUPATEN",
    "PEMKAB": "KABUPATEN",
    "PEMKOT": "KOTA",
    "KODYA": "KOTA",
    "KOTAMADYA": "KOTA",
    "PROV": "PROVINSI",
    "PROP": "PROVINSI",
    "PROPINSI": "PROVINSI",
    "PEMPROV": "PROVINSI",
    "PEMDA": "",
    "PEMERINTAH": "",
    "KEMENTRIAN": "KEMENTERIAN",
}
_PHRASES = (
    ("DAERAH KHUSUS IBUKOTA JAKARTA", "DKI JAKARTA"),
    ("DAERAH KHUSUS IBU KOTA JAKARTA", "DKI JAKARTA"),
    ("DAERAH KHUSUS JAKARTA", "DKI JAKARTA"),
    ("DAERAH ISTIMEWA YOGYAKARTA", "DI YOGYAKARTA"),
    ("D I YOGYAKARTA", "DI YOGYAKARTA"),
    ("KOTA ADMINISTRASI", "KOTA"),
    ("KABUPATEN ADMINISTRASI", "KABUPATEN"),
)
_ALONE = {"DKI": "DKI JAKARTA", "DIY": "DI YOGYAKARTA"}


@dataclass(frozen=True)
class Opening:
    """The first words of a text that might name an agency, in the directory's spelling, and where they end in the text."""

    keyword: str
    end: int


@dataclass(frozen=True)
class Message:
    """An SMS with its flags taken off."""

    text: str
    anonymous: bool
    confidential: bool


@dataclass(frozen=True)
class Routed:
    """Where an SMS wants to go, and what remains to be read."""

    body: str
    subject: str
    """The text after the words that routed it, from which the title is made."""
    agency: AgencyCode | None = None
    region: RegionCode | None = None


def readable(text: str) -> str:
    """The text as it can be kept: one form of each letter, no control characters, no space at the ends."""
    lines = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(" " if _is_control(letter) else letter for letter in lines).strip()


def _is_control(letter: str) -> bool:
    return letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs")


def normalise(text: str) -> str:
    """A keyword in the one spelling that both the directory and messages are brought to: `Kab. Lampung Tengah` → `KABUPATEN LAMPUNG TENGAH`."""
    words = (_SPELLINGS.get(word, word) for word in _WORD.findall(text.upper()))
    joined = " ".join(word for word in words if word)
    bare = joined.removeprefix("PROVINSI ")
    for long, short in (*_PHRASES, *_ALONE.items()):
        if bare == long or (bare.startswith(f"{long} ") and long not in _ALONE):
            bare = short + bare[len(long) :]
    if bare.startswith(tuple(_ALONE.values())):
        return bare
    return f"PROVINSI {bare}" if joined.startswith("PROVINSI ") else bare


def take_flags(text: str) -> Message:
    """Take `ANONIM` and `RAHASIA` off the beginning, in any order and case."""
    raised: set[str] = set()
    rest = text.strip()
    while (word := _WORD.match(rest)) and word.group().upper() in _FLAGS:
        raised.add(_FLAGS[word.group().upper()])
        rest = rest[word.end() :].lstrip(" \n,.:;-–/")
    return Message(rest, "anonymous" in raised, "confidential" in raised)


def openings(text: str) -> tuple[Opening, ...]:
    """What the text may begin with, longest first: each of its first words with those before it."""
    return tuple(reversed(list(_openings(text))))


def _openings(text: str) -> Iterator[Opening]:
    for count, word in enumerate(_WORD.finditer(text)):
        if count >= LONGEST_KEYWORD:
            return
        if keyword := normalise(text[: word.end()]):
            yield Opening(keyword, word.end())


@cache
def region_names() -> Mapping[str, RegionCode]:
    """Regions by the names that an SMS may begin with; provinces need the word, as many cities are called the same."""
    found: dict[str, RegionCode] = {}
    for province in regions.provinces():
        name = normalise(province.name)
        found[f"PROVINSI {name}"] = province.code
        if name in _ALONE.values():
            found[name] = province.code
        found |= {normalise(below.name): below.code for below in regions.below(province.code)}
    found |= {name.removeprefix("KOTA "): code for name, code in found.items() if name.startswith("KOTA JAKARTA ")}
    return found


def route(text: str, directory: Mapping[str, tuple[AgencyCode, RegionCode | None]]) -> Routed:
    """Match the beginning of a text, longest first, with the directory (keyword → agency and its region), else with the names of regions.

    The words that matched leave the body only where a mark sets them off; otherwise they may be part of the sentence.
    """
    for opening in openings(text):
        agency, region = directory.get(opening.keyword, (None, None))
        region = region or region_names().get(opening.keyword)
        if agency is None and region is None:
            continue
        rest = text[opening.end :]
        subject = rest.lstrip(" \n,.:;-–/")
        set_off = rest.lstrip(" ")[:1] in (",", ".", ":", ";", "-", "–", "/", "\n") and bool(subject)
        return Routed(subject if set_off else text, subject or text, agency, region)
    return Routed(text, text)


def title_of(text: str, longest: int) -> str:
    """The first words of a text, in one line, within `longest` letters."""
    line = " ".join(text.split())
    if len(line) <= longest:
        return line
    cut = line[: longest - 1]
    words = cut.rsplit(" ", 1)[0] if " " in cut else cut
    return words.rstrip(" ,.;:-–") + ELLIPSIS
