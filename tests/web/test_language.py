"""Two languages, three time zones, dates in words."""

from datetime import UTC, date, datetime
from pathlib import Path

import httpx
import pytest

import shared.web
from shared.contracts.vocabulary import Zone
from shared.web import tracking, untranslated
from shared.web.language import Language, languages
from tests.web import sample

INDONESIAN, ENGLISH = languages().values()
MOMENT = datetime(2026, 11, 2, 1, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "indonesian", "english"),
    [
        (Zone.WIB, "Sen 2 Nov 2026, 08.14 WIB", "Mon 2 Nov 2026, 08:14 WIB"),
        (Zone.WITA, "Sen 2 Nov 2026, 09.14 WITA", "Mon 2 Nov 2026, 09:14 WITA"),
        (Zone.WIT, "Sen 2 Nov 2026, 10.14 WIT", "Mon 2 Nov 2026, 10:14 WIT"),
    ],
)
def test_moments_are_said_in_the_zone_of_the_place(zone: Zone, indonesian: str, english: str) -> None:
    assert (INDONESIAN.daytime(MOMENT, zone), ENGLISH.daytime(MOMENT, zone)) == (indonesian, english)


def test_days_are_said_in_words() -> None:
    assert INDONESIAN.day(date(2026, 11, 10)) == "Selasa 10 November"
    assert INDONESIAN.day(date(2026, 11, 10), year=True) == "Selasa 10 November 2026"
    assert ENGLISH.day(date(2026, 11, 10)) == "Tuesday 10 November"
    assert INDONESIAN.short_day(date(2026, 8, 7)) == "Jum 7 Agu"


def test_the_day_of_a_moment_is_the_day_there() -> None:
    late = datetime(2026, 11, 9, 17, 30, tzinfo=UTC)
    assert [INDONESIAN.short_day(late, zone) for zone in (Zone.WIB, Zone.WIT)] == ["Sel 10 Nov", "Sel 10 Nov"]
    later = datetime(2026, 11, 9, 15, 30, tzinfo=UTC)
    assert [INDONESIAN.short_day(later, zone) for zone in (Zone.WIB, Zone.WIT)] == ["Sen 9 Nov", "Sel 10 Nov"]


def test_numbers_take_the_separators_of_the_language() -> None:
    assert [INDONESIAN.number(1284), INDONESIAN.number(3.2)] == ["1.284", "3,2"]
    assert [ENGLISH.number(1284), ENGLISH.number(3.2)] == ["1,284", "3.2"]


def test_a_tracking_id_is_grouped_for_reading() -> None:
    assert tracking("2611048273") == "2611-0482-73"


def test_plurals_and_contexts() -> None:
    one, many = "Ada satu hal yang perlu diperbaiki", "Ada %(num)s hal yang perlu diperbaiki"
    assert ENGLISH.ngettext(one, many, 1) == "There is one thing to put right"
    assert ENGLISH.ngettext(one, many, 3) == "There are 3 things to put right"
    assert INDONESIAN.ngettext(one, many, 3) == "Ada 3 hal yang perlu diperbaiki"
    assert (ENGLISH.gettext("Laporan"), ENGLISH.pgettext("tahap", "Laporan")) == ("Reports", "Report")


def test_a_text_without_english_stays_indonesian() -> None:
    assert Language("en").gettext("Kata %(n)s", n=3) == "Kata 3"


async def test_the_switch_changes_the_language_and_is_remembered(client: httpx.AsyncClient) -> None:
    page = (await client.get("/contoh?a=1&b=%26")).text
    assert '<html lang="id"' in page
    assert 'href="/contoh?a=1&amp;b=%26&amp;lang=en"' in page
    switched = await client.get("/contoh?a=1&lang=en")
    assert '<html lang="en"' in switched.text
    cookie = switched.headers["set-cookie"]
    assert cookie == "lang=en; Path=/; Max-Age=31536000; HttpOnly; SameSite=Lax"
    assert "Skip to main content" in (await client.get("/contoh")).text
    assert "Langsung ke isi" in (await client.get("/contoh?lang=id")).text


async def test_the_switch_on_a_refused_form_leads_to_the_page_it_stood_on(client: httpx.AsyncClient) -> None:
    same = await client.post("/contoh", headers={"referer": "http://lapor.test/meja/contoh?x=1"})
    assert 'href="/meja/contoh?lang=en"' in same.text
    other = await client.post("/contoh", headers={"referer": "http://elsewhere.test/jebakan"})
    assert 'href="/contoh?lang=en"' in other.text


async def test_an_unknown_language_is_ignored(client: httpx.AsyncClient) -> None:
    answer = await client.get("/contoh?lang=xx", headers={"cookie": "lang=yy"})
    assert '<html lang="id"' in answer.text
    assert "set-cookie" not in answer.headers


@pytest.mark.parametrize("folder", [Path(shared.web.__file__).parent, Path(sample.__file__).parent])
def test_every_text_has_its_english(folder: Path) -> None:
    assert untranslated(folder) == set()


def test_a_text_without_english_is_found(tmp_path: Path) -> None:
    (tmp_path / "web.py").write_text('lang.gettext("Kata baru")\nN_("Kata lain")\n_("Masuk")\n')
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "x.html").write_text("{{ _('Dari templat %(n)s', n=1) }}{% trans %}Blok{% endtrans %}")
    assert untranslated(tmp_path) == {"Kata baru", "Kata lain", "Dari templat %(n)s", "Blok"}
