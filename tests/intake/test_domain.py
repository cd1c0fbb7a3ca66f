"""The rules of receiving, without a database."""

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.intake import domain, phones
from services.intake.domain import AlreadyDecided, AlreadyWithdrawn, NothingAsked, Report, Submission
from services.intake.leaks import Leak, leak_mark, leaks_in
from services.intake.tracking import LENGTH, new_tracking_id, read_tracking_id
from shared.contracts.sealed import ContactDetails
from shared.contracts.vocabulary import Channel, Kind, Language
from shared.web import tracking

NOW = datetime(2026, 11, 2, 1, 14, tzinfo=UTC)
tracking_ids = st.integers(0, 9 * 10**8 - 1).map(lambda number: new_tracking_id(lambda _: number))


def report(**changes: object) -> Report:
    made = Report(
        report_id=UUID(int=1),
        tracking_id="2611048272",
        reporter_ref=UUID(int=2),
        reporter_label="Ratna",
        has_contact=True,
        channel=Channel.WEB,
        language=Language.INDONESIAN,
        kind=Kind.COMPLAINT,
        title="Lubang",
        body="Lubang di jalan",
        event_date=None,
        place=None,
        region=None,
        agency_wish=None,
        category_wish=None,
        anonymous=False,
        confidential=False,
        received_at=NOW,
        verify_by=NOW,
    )
    return replace(made, **changes)  # type: ignore[arg-type]  # fields by name


@given(tracking_ids)
def test_a_tracking_id_has_ten_digits_the_first_not_zero(made: str) -> None:
    assert len(made) == LENGTH
    assert made.isdigit()
    assert made[0] != "0"


@given(tracking_ids, st.integers(0, LENGTH - 1), st.integers(1, 9))
def test_one_wrong_digit_is_caught(made: str, place: int, off: int) -> None:
    wrong = made[:place] + str((int(made[place]) + off) % 10) + made[place + 1 :]
    assert read_tracking_id(wrong) is None


@given(tracking_ids, st.integers(0, LENGTH - 2))
def test_two_swapped_neighbours_are_caught(made: str, place: int) -> None:
    swapped = made[:place] + made[place + 1] + made[place] + made[place + 2 :]
    assert swapped == made or read_tracking_id(swapped) is None


@given(tracking_ids, st.sampled_from(["{}", " {} ", "{}\u00a0"]))
def test_it_is_read_with_hyphens_and_spaces(made: str, around: str) -> None:
    assert read_tracking_id(around.format(tracking(made))) == made
    assert read_tracking_id(around.format(" ".join(made))) == made


@pytest.mark.parametrize(
    "typed", ["", "123", "abcdefghij", "２６１１０４８２７２", "0611048272", "26110482720", "2611/0482/72"]
)
def test_what_is_no_tracking_id_is_none(typed: str) -> None:
    assert read_tracking_id(typed) is None


def test_tracking_ids_are_not_sequential() -> None:
    made = [int(new_tracking_id()) for _ in range(50)]
    assert len(set(made)) == 50
    assert made != sorted(made)


@pytest.mark.parametrize("typed", ["0812-3456-7890", "6281234567890", "+62 812 3456 7890", "812 3456 7890"])
def test_a_number_has_one_spelling(typed: str) -> None:
    assert phones.to_e164(typed) == "+6281234567890"


@pytest.mark.parametrize("typed", ["1708", "TELKOMSEL", "", "0812", "+"])
def test_who_cannot_be_called_has_no_number(typed: str) -> None:
    assert phones.to_e164(typed) is None


def test_a_number_shows_without_its_last_four_digits() -> None:
    assert phones.label_of("+6281234567890") == "+628123456xxxx"


@given(st.booleans(), st.booleans(), st.booleans(), st.booleans())
def test_flags_only_ever_rise(was_anonymous: bool, was_confidential: bool, anonymous: bool, confidential: bool) -> None:
    before = report(anonymous=was_anonymous, confidential=was_confidential)
    after, events = domain.raise_flags(before, anonymous=anonymous, confidential=confidential, now=NOW)

    assert after.anonymous == (was_anonymous or anonymous)
    assert after.confidential == (was_confidential or confidential)
    assert not (after.anonymous and after.reporter_label)
    assert bool(events) == (after != before)


@given(st.booleans(), st.sampled_from(Channel), st.none() | st.just("Ratna"), st.none() | st.just("+628123456xxxx"))
def test_an_anonymous_submission_has_no_label(
    anonymous: bool, channel: Channel, name: str | None, shown: str | None
) -> None:
    sent = Submission(channel, "k", Kind.COMPLAINT, "t", "b", anonymous=anonymous, contact=ContactDetails(name=name))
    label = domain.label_of(sent, shown)

    assert not (anonymous and label)
    if not anonymous:
        assert label == (shown if channel is Channel.SMS else name)


def test_a_supplement_is_taken_only_when_asked() -> None:
    command = uuid4()
    (event,) = domain.supplement(report(), asked=True, command_id=command, text="RT 04", now=NOW)
    assert event.command_id == command
    with pytest.raises(NothingAsked):
        domain.supplement(report(), asked=False, command_id=command, text="RT 04", now=NOW)
    with pytest.raises(AlreadyWithdrawn):
        domain.supplement(report(withdrawn_at=NOW), asked=True, command_id=command, text="RT 04", now=NOW)


def test_a_report_is_withdrawn_once_and_not_after_its_end() -> None:
    taken_back, events = domain.withdraw(report(), over=False, now=NOW)
    assert taken_back.withdrawn_at == NOW
    assert len(events) == 1
    assert domain.withdraw(taken_back, over=False, now=NOW) == (taken_back, ())
    with pytest.raises(AlreadyDecided):
        domain.withdraw(report(), over=True, now=NOW)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Hubungi 0812-3456-7890", (Leak.PHONE,)),
        ("e-mail ratna@contoh.id", (Leak.EMAIL,)),
        ("NIK 3201011508950001", (Leak.NIK,)),
        ("Mobil saya BE 1234 AB", (Leak.PLATE,)),
        ("Nama saya Ratna Dewi", (Leak.NAME,)),
        ("Hormat saya,\nRatna Dewi", (Leak.NAME,)),
        ("Petugas Bapak Ahmad Yani di Jalan Ahmad Yani meminta Rp 50.000", ()),
        ("Jalan rusak di RT 04/RW 07 sejak 3 Oktober 2026", ()),
    ],
)
def test_a_leak_is_what_points_to_the_author(text: str, found: tuple[Leak, ...]) -> None:
    assert leaks_in(text) == found
    assert bool(leak_mark(b"k" * 32, text)) == bool(found)


def test_a_consent_names_exactly_what_was_found() -> None:
    key = b"k" * 32
    assert leak_mark(key, "hubungi 0812-3456-7890") != leak_mark(key, "hubungi 0812-3456-7891")
    assert leak_mark(key, "a 0812-3456-7890 b") == leak_mark(key, "hubungi 0812-3456-7890")
