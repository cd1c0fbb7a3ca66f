"""The two languages of the screens: catalogues, dates in words, numbers.

A msgid is the Indonesian text itself; `locale/en.po` of shared/web and of each service holds the English. Catalogues are read once at
start, straight from the .po files.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path

from babel import Locale
from babel.dates import format_date, format_time
from babel.messages.catalog import Catalog, Message
from babel.messages.pofile import read_po
from babel.numbers import format_decimal

from shared.contracts.vocabulary import Zone
from shared.zones import in_zone

CODES = ("id", "en")
CONTEXT = "\x04"
"""Between a context and its text, as in .mo files."""
SHARED_CATALOGUE = Path(__file__).parent / "locale" / "en.po"
_LOCALES = {"id": Locale("id"), "en": Locale("en", "GB")}


def N_(text: str) -> str:  # noqa: N802 - gettext's customary name for "translate this later"
    """Mark a text for the catalogue without translating it yet."""
    return text


def NP_(text: str) -> str:  # noqa: N802 - as above
    """Mark a text that English says in two ways, for one and for many; `ngettext(text, text, n)` translates it."""
    return text


@dataclass(frozen=True)
class Language:
    """One language, with the texts of one service and of the shared pages."""

    code: str
    texts: Mapping[str, str | tuple[str, ...]] = field(default_factory=dict, repr=False)

    @property
    def other(self) -> str:
        """The code of the other language."""
        return "en" if self.code == "id" else "id"

    def gettext(self, text: str, **values: object) -> str:
        """Translate an Indonesian text; `%(name)s` in it is filled from `values`."""
        found = self.texts.get(text, text)
        translated = found if isinstance(found, str) else found[0]
        return translated % values if values else translated

    def ngettext(self, singular: str, plural: str, n: int, **values: object) -> str:
        """Translate a text that depends on a count. Indonesian has one form; `%(num)s` is the count."""
        return self.choose(singular, plural, n) % {"num": n, **values}

    def pgettext(self, context: str, text: str) -> str:
        """Translate a text that English says in several ways, for example `Laporan` as a stage."""
        found = self.texts.get(f"{context}{CONTEXT}{text}", text)
        return found if isinstance(found, str) else found[0]

    def choose(self, singular: str, plural: str, n: int) -> str:
        """The form that `n` asks for, its placeholders untouched."""
        found = self.texts.get(singular)
        if found is None:
            return plural if n != 1 else singular
        if isinstance(found, str):
            return found
        return found[0 if n == 1 else -1]

    def day(self, moment: date | datetime, zone: Zone = Zone.WIB, *, year: bool = False) -> str:
        """A day in words: `Selasa 10 November`, or with its year."""
        return format_date(_local_day(moment, zone), "EEEE d MMMM y" if year else "EEEE d MMMM", _LOCALES[self.code])

    def short_day(self, moment: date | datetime, zone: Zone = Zone.WIB, *, year: bool = False) -> str:
        """A day in few letters: `Sel 10 Nov`, or with its year."""
        return format_date(_local_day(moment, zone), "EEE d MMM y" if year else "EEE d MMM", _LOCALES[self.code])

    def month(self, day: date) -> str:
        """A month in few letters: `Nov`."""
        return format_date(day, "LLL", _LOCALES[self.code])

    def month_year(self, day: date) -> str:
        """A month in words: `November 2026`."""
        return format_date(day, "LLLL y", _LOCALES[self.code])

    def time(self, moment: datetime, zone: Zone = Zone.WIB) -> str:
        """The time of day with its zone: `08.14 WIB`."""
        pattern = "HH.mm" if self.code == "id" else "HH:mm"
        local = in_zone(moment, zone)
        return f"{format_time(local.time(), pattern, locale=_LOCALES[self.code])} {zone.value}"

    def daytime(self, moment: datetime, zone: Zone = Zone.WIB) -> str:
        """A moment: `Sen 2 Nov 2026, 08.14 WIB`."""
        return f"{self.short_day(moment, zone, year=True)}, {self.time(moment, zone)}"

    def number(self, value: float) -> str:
        """A number with the separators of the language: `1.284`, `3,2`."""
        return format_decimal(value, locale=_LOCALES[self.code])


def languages(catalogues: Iterable[Path] = ()) -> dict[str, Language]:
    """Both languages; `catalogues` are English .po files besides the shared one. A missing file adds nothing."""
    texts: dict[str, str | tuple[str, ...]] = {}
    for path in (SHARED_CATALOGUE, *catalogues):
        if path.exists():
            texts |= _texts(read_catalogue(path))
    return {"id": Language("id"), "en": Language("en", texts)}


def read_catalogue(path: Path) -> Catalog:
    """Read a .po file.

    Raises:
        PoFileError: the file is not well formed.
    """
    with path.open("rb") as file:
        return read_po(file, locale="en", abort_invalid=True)


def message_key(text: str | tuple[str, ...] | list[str], context: str | None) -> str:
    """How a text is looked up: the singular msgid, with its context before it when it has one."""
    single = text if isinstance(text, str) else text[0]
    return f"{context}{CONTEXT}{single}" if context else single


def forms_of(message: Message) -> tuple[str, tuple[str, ...]]:
    """The msgid (the singular one) and the translated forms of a catalogue entry; no forms when one is missing."""
    key = message_key(message.id, message.context)
    string = message.string or ""
    strings = (string,) if isinstance(string, str) else tuple(string)
    return key, strings if all(strings) and not message.fuzzy else ()


def _texts(catalogue: Catalog) -> dict[str, str | tuple[str, ...]]:
    found = (forms_of(message) for message in catalogue)
    return {key: strings[0] if len(strings) == 1 else strings for key, strings in found if key and strings}


def _local_day(moment: date | datetime, zone: Zone) -> date:
    return in_zone(moment, zone).date() if isinstance(moment, datetime) else moment
