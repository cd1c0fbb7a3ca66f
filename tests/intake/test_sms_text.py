"""How an SMS is read."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import sms
from services.intake.sms import normalise, openings, readable, route, take_flags, title_of

DIRECTORY = {
    normalise(keyword): where
    for keyword, where in {
        "KOTA METRO": ("PD-1872", "18.72"),
        "METRO": ("PD-1872", "18.72"),
        "KAB. LAMPUNG TENGAH": ("PD-1802", "18.02"),
        "LAMPUNG": ("PD-18", "18"),
        "DKI JAKARTA": ("PD-31", "31"),
        "DKI JAKARTA DINAS PERHUBUNGAN": ("PD-31-HUB", "31"),
        "KEMENTERIAN KESEHATAN": ("KL-029", None),
        "PLN": ("BU-011", None),
    }.items()
}
marks = st.text(" ,.;:-/\n", max_size=3).map(lambda mark: f" {mark}")


@pytest.mark.parametrize(
    ("text", "agency", "region"),
    [
        ("KOTA METRO, Jalan Pala Iringmulyo terdapat pohon tumbang", "PD-1872", "18.72"),
        ("kota metro Jalan Pala", "PD-1872", "18.72"),
        ("Kota  Metro. jalan", "PD-1872", "18.72"),
        ("Pemkot Metro jalan rusak", "PD-1872", "18.72"),
        ("metro: jalan rusak", "PD-1872", "18.72"),
        ("Kab Lampung Tengah jalan", "PD-1802", "18.02"),
        ("KABUPATEN LAMPUNG TENGAH jalan", "PD-1802", "18.02"),
        ("LAMPUNG jalan", "PD-18", "18"),
        ("DKI macet", "PD-31", "31"),
        ("Prov. DKI Jakarta macet", "PD-31", "31"),
        ("Daerah Khusus Ibukota Jakarta macet", "PD-31", "31"),
        ("DKI Jakarta Dinas Perhubungan halte rusak", "PD-31-HUB", "31"),
        ("Kementerian Kesehatan obat habis", "KL-029", None),
        ("PLN, listrik padam", "BU-011", None),
        ("KAB. SLEMAN jalan rusak", None, "34.04"),
        ("Kota Bandung macet", None, "32.73"),
        ("Prov Jawa Barat jalan", None, "32"),
        ("Jakarta Selatan banjir", None, "31.74"),
        ("Jalan Pala ada pohon tumbang", None, None),
        ("Metropolitan macet", None, None),
        ("", None, None),
    ],
)
def test_the_first_words_name_an_agency_or_a_region(text: str, agency: str | None, region: str | None) -> None:
    routed = route(text, DIRECTORY)
    assert (routed.agency, routed.region) == (agency, region)


def test_words_that_a_mark_sets_off_leave_the_body() -> None:
    routed = route("KOTA METRO, Jalan Pala", DIRECTORY)
    assert (routed.body, routed.subject) == ("Jalan Pala", "Jalan Pala")


def test_words_that_belong_to_the_sentence_stay() -> None:
    routed = route("Kota Metro banjir", DIRECTORY)
    assert (routed.body, routed.subject) == ("Kota Metro banjir", "banjir")


def test_a_keyword_alone_is_still_a_text() -> None:
    routed = route("KOTA METRO", DIRECTORY)
    assert (routed.body, routed.subject) == ("KOTA METRO", "KOTA METRO")


@given(st.sampled_from(sorted(DIRECTORY)), marks, st.text("bcdefg ", min_size=1), st.booleans())
def test_every_keyword_is_found_in_any_case_and_longest_first(keyword: str, mark: str, rest: str, low: bool) -> None:
    text = (keyword.lower() if low else keyword) + mark + "zz " + rest
    assert route(text, DIRECTORY).agency == DIRECTORY[keyword][0]


@given(st.text(max_size=300))
def test_no_text_is_ever_lost_or_refused(text: str) -> None:
    clean = readable(text)
    message = take_flags(clean)
    routed = route(message.text, DIRECTORY)
    assert clean.endswith(message.text)
    assert message.text.endswith(routed.body)
    assert all(len(opening.keyword) > 0 for opening in openings(message.text))
    assert len(title_of(routed.subject, 80)) <= 80
    assert "\x00" not in clean


@pytest.mark.parametrize(
    ("text", "rest", "anonymous", "confidential"),
    [
        ("ANONIM KOTA METRO x", "KOTA METRO x", True, False),
        ("rahasia: x", "x", False, True),
        ("Rahasia, anonim. KOTA METRO", "KOTA METRO", True, True),
        ("ANONIMITAS itu penting", "ANONIMITAS itu penting", False, False),
        ("jalan ANONIM", "jalan ANONIM", False, False),
        ("ANONIM", "", True, False),
    ],
)
def test_flags_are_the_first_words(text: str, rest: str, anonymous: bool, confidential: bool) -> None:
    message = take_flags(text)
    assert (message.text, message.anonymous, message.confidential) == (rest, anonymous, confidential)


def test_a_title_ends_at_a_word() -> None:
    assert title_of("Jalan Pala Iringmulyo\nterdapat pohon tumbang", 30) == "Jalan Pala Iringmulyo…"
    assert title_of("x" * 100, 80) == "x" * 79 + "…"


@given(st.text(max_size=60))
def test_normalising_twice_changes_nothing(text: str) -> None:
    assert normalise(normalise(text)) == normalise(text)


def test_every_regency_is_found_by_its_name() -> None:
    names = sms.region_names()
    assert names["KOTA METRO"] == "18.72"
    assert len(set(names.values())) == 552
