"""Types for the fields of form models: text as people type it, days in three boxes."""

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any

from pydantic import BeforeValidator

from shared.web.language import N_

UNREADABLE = N_("Ada huruf yang tidak dapat kami baca. Ketik ulang bagian itu.")
DAY_INCOMPLETE = N_("Tanggal harus memuat hari, bulan, dan tahun")
DAY_NOT_NUMBERS = N_("Tulis tanggal dengan angka, misalnya 9 11 2026")
DAY_NOT_THERE = N_("Tanggal itu tidak ada di kalender")

MARKS = 30
"""Accents on one letter: the limit of Unicode's stream-safe text (UAX #15). Composing a longer heap takes quadratic time."""
_SPACES = re.compile(r"[ \t\u00a0]+")
_MONTHS = (
    ("januari", "january", "jan"),
    ("februari", "february", "feb"),
    ("maret", "march", "mar"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agu", "agt", "aug"),
    ("september", "sep", "sept"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)
_MONTH_NUMBERS = {name: number for number, names in enumerate(_MONTHS, 1) for name in names}


def clean_text(value: Any) -> Any:
    r"""Text of several lines in one form: NFC, `\n` line ends, no space at the ends.

    Raises:
        ValueError: it holds NUL, another control character, bytes that are no UTF-8 (they arrive as U+FFFD or surrogates), or a heap of accents.
    """
    if not isinstance(value, str):
        return value
    if is_heaped(value):
        raise ValueError(UNREADABLE)
    text = unicodedata.normalize("NFC", value.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ")).strip()
    if any(_is_unreadable(letter) for letter in text):
        raise ValueError(UNREADABLE)
    return text


def is_heaped(text: str) -> bool:
    """Whether more accents stand on one letter than any writing has; such text is not to be normalised."""
    marks = 0
    for letter in "" if text.isascii() else text:
        marks = marks + 1 if unicodedata.combining(letter) else 0
        if marks > MARKS:
            return True
    return False


def clean_line(value: Any) -> Any:
    """As `clean_text`, in one line with single spaces."""
    text = clean_text(value)
    return _SPACES.sub(" ", text.replace("\n", " ")).strip() if isinstance(text, str) else text


def _is_unreadable(letter: str) -> bool:
    return letter == "\ufffd" or (letter != "\n" and unicodedata.category(letter) in ("Cc", "Cs", "Cn"))


@dataclass(frozen=True)
class DayParts:
    """A day as it was typed into three boxes."""

    day: str
    month: str
    year: str

    def parse(self) -> date:
        """The day.

        Raises:
            ValueError: with a msgid that says what is wrong.
        """
        day, month, year = (part.strip() for part in (self.day, self.month, self.year))
        if not (day and month and year):
            raise ValueError(DAY_INCOMPLETE)
        number = _MONTH_NUMBERS.get(month.lower().rstrip("."), month)
        if not all(_is_number(part) for part in (day, str(number), year)):
            raise ValueError(DAY_NOT_NUMBERS)
        try:
            return date(int(year), int(number), int(day))
        except ValueError:
            raise ValueError(DAY_NOT_THERE) from None


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= 4


def _parse_day(value: Any) -> Any:
    return value.parse() if isinstance(value, DayParts) else value


@dataclass(frozen=True)
class DayInput:
    """Marks a field that comes as `<name>-day`, `<name>-month` and `<name>-year`."""


Line = Annotated[str, BeforeValidator(clean_line)]
"""One line of text."""
Text = Annotated[str, BeforeValidator(clean_text)]
"""Several lines of text."""
Day = Annotated[date, BeforeValidator(_parse_day), DayInput()]
"""A day typed as day, month and year."""
