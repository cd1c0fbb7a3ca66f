import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notify.sms import BASIC, EXTENDED, Size, measure, shorten, to_gsm7

gsm7 = st.text(alphabet=sorted(BASIC | EXTENDED), max_size=500)


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("", Size(0, 1, gsm7=True)),
        ("a" * 160, Size(160, 1, gsm7=True)),
        ("a" * 161, Size(161, 2, gsm7=True)),
        ("a" * 306, Size(306, 2, gsm7=True)),
        ("a" * 307, Size(307, 3, gsm7=True)),
        ("€" * 80, Size(160, 1, gsm7=True)),
        ("a" * 159 + "€", Size(161, 2, gsm7=True)),
        ("a" * 152 + "€" + "a" * 152, Size(306, 3, gsm7=True)),  # the euro does not fit the first part's last septet
        ("é" * 160, Size(160, 1, gsm7=True)),
        ("ḁ" * 70, Size(70, 1, gsm7=False)),
        ("ḁ" * 71, Size(71, 2, gsm7=False)),
        ("🙂" * 35, Size(70, 1, gsm7=False)),
    ],
)
def test_the_network_counts_so(text: str, size: Size) -> None:
    assert measure(text) == size


@given(st.text(max_size=300))
def test_every_text_becomes_gsm7(text: str) -> None:
    assert measure(to_gsm7(text)).gsm7


@given(gsm7)
def test_gsm7_stays_as_it_is_but_for_typography(text: str) -> None:
    assert to_gsm7(text) == text


@given(gsm7, st.integers(0, 200))
def test_a_shortened_text_fits(text: str, units: int) -> None:
    short = shorten(text, units)
    assert measure(short).units <= units
    assert short == text or short == "" or short.endswith("...")


def test_words_stay_readable() -> None:
    assert to_gsm7("Jl. Pala – “Iringmulyo” … Café Šibenik\u200b") == 'Jl. Pala - "Iringmulyo" ... Café Sibenik'
