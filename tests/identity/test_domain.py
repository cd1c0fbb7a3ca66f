"""The rules of identity, without a database."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.identity import domain
from services.identity.domain import (
    ALPHABET,
    CODE_BITS,
    Credential,
    Decision,
    Failures,
    Login,
    LoginKind,
    NotALogin,
    NotRedeemable,
    Pace,
    ReportRef,
    StoredContact,
    UnfitPost,
)
from shared.contracts.sealed import ContactDetails, Purpose
from shared.contracts.vocabulary import AuthorRole
from shared.security import Role

NOW = datetime(2026, 11, 9, 3, 0, tzinfo=UTC)
REPORT = ReportRef(uuid4(), uuid4(), "2611000017")
codes = st.integers(0, 2**CODE_BITS - 1).map(domain.code_of)


@given(codes)
def test_a_code_reads_back_as_it_was_written(code: domain.Code) -> None:
    assert domain.read_code(code.text) == code
    assert len(code.secret) * 5 >= 64


@given(codes, st.randoms())
def test_a_code_is_read_however_it_is_typed(code: domain.Code, dice: st.randoms) -> None:  # type: ignore[valid-type]
    typed = code.text.replace("-", dice.choice(["-", " ", "", "\u2013"]))  # type: ignore[attr-defined]
    typed = typed.replace("1", dice.choice("1IiLl")).replace("0", dice.choice("0Oo"))  # type: ignore[attr-defined]
    assert domain.read_code(dice.choice([str.lower, str.upper])(typed)) == code  # type: ignore[attr-defined]


@given(st.integers(0, 2**CODE_BITS - 1), st.integers(0, 2**CODE_BITS - 1))
def test_different_numbers_are_different_codes(one: int, other: int) -> None:
    assert (domain.code_of(one) == domain.code_of(other)) == (one == other)


@given(st.text(max_size=120))
def test_reading_a_code_never_fails(text: str) -> None:
    code = domain.read_code(text)
    assert code is None or set(code.selector + code.secret) <= set(ALPHABET)


def test_a_code_never_shows_its_secret_by_accident() -> None:
    code = domain.code_of(2**CODE_BITS // 3)
    assert code.secret not in repr(code)
    assert code.secret not in f"{code}"


@pytest.mark.parametrize(
    "text", ["", "K7Q2-M9XW", "U7Q2-M9XW-TP4H-Z3ABC", "K7Q2-M9XW-TP4H-Z3ABCD", "日本語" * 6, "K" * 5000]
)
def test_what_cannot_be_a_code_is_none(text: str) -> None:
    assert domain.read_code(text) is None


@pytest.mark.parametrize(
    ("typed", "login"),
    [
        ("Dewi@Contoh.Example", Login(LoginKind.EMAIL, "dewi@contoh.example")),
        (" dewi@contoh.example ", Login(LoginKind.EMAIL, "dewi@contoh.example")),
        ("0812-3456-0001", Login(LoginKind.PHONE, "+6281234560001")),
        ("+62 812 3456 0001", Login(LoginKind.PHONE, "+6281234560001")),
        ("+61 491 570 006", Login(LoginKind.PHONE, "+61491570006")),
    ],
)
def test_a_login_has_one_form(typed: str, login: Login) -> None:
    assert domain.parse_login(typed) == login


@pytest.mark.parametrize(
    "typed", ["", "dewi", "@", "a@b", "a@b@c.d", "a b@c.example", "1708", "a" * 300 + "@b.example"]
)
def test_what_is_no_login_is_refused(typed: str) -> None:
    with pytest.raises(NotALogin):
        domain.parse_login(typed)


@given(st.text(max_size=300))
def test_a_login_is_read_or_refused_and_reads_the_same_again(text: str) -> None:
    try:
        login = domain.parse_login(text)
    except NotALogin:
        return
    assert domain.parse_login(login.value) == login
    assert login.value not in repr(login)


def test_a_masked_login_hides_what_identifies() -> None:
    assert domain.parse_login("dewi.anggraini@contoh.example").masked == "d•••@contoh.example"
    assert domain.parse_login("081234560001").masked == "+628123456••••"


@pytest.mark.parametrize(
    ("known", "proved"),
    [
        ({"email": "dewi@contoh.example", "phone": "+6281234560001"}, ["dewi@contoh.example"]),
        ({"phone": "+6281234560001"}, ["+6281234560001"]),
        ({"email": "bukan alamat", "phone": "+6281234560001"}, []),
        ({}, []),
    ],
)
def test_a_reporter_signs_in_by_the_address_that_codes_are_sent_to(known: dict[str, str], proved: list[str]) -> None:
    assert [login.value for login in domain.proved_logins(ContactDetails(name="Dewi", **known))] == proved


@given(st.text(max_size=60).map(lambda text: "/" + text))
def test_a_safe_path_stays_on_our_origin(path: str) -> None:
    from urllib.parse import urljoin, urlsplit

    safe = domain.safe_path(path)
    if safe is not None:
        assert urlsplit(urljoin("https://lapor.example/masuk", safe)).netloc == "lapor.example"


paces = st.builds(
    Pace,
    free=st.integers(1, 20),
    window=st.just(timedelta(minutes=15)),
    first=st.integers(1, 10).map(lambda n: timedelta(seconds=n)),
    longest=st.integers(10, 120).map(lambda n: timedelta(seconds=n)),
)
failures = st.builds(
    Failures,
    count=st.integers(0, 10_000),
    last=st.one_of(st.none(), st.integers(0, 7200).map(lambda n: NOW - timedelta(seconds=n))),
)


@given(failures, paces)
def test_nobody_is_put_off_for_longer_than_the_longest_pause(failed: Failures, pace: Pace) -> None:
    wait = domain.pause(failed, pace, NOW)
    assert timedelta() <= wait <= pace.longest
    assert domain.pause(failed, pace, NOW + pace.longest) == timedelta()


@given(failures, paces)
def test_more_failures_never_mean_a_shorter_pause(failed: Failures, pace: Pace) -> None:
    more = Failures(failed.count + 1, failed.last)
    assert domain.pause(more, pace, NOW) >= domain.pause(failed, pace, NOW)


@given(failures, paces)
def test_the_first_failures_are_free(failed: Failures, pace: Pace) -> None:
    if failed.count < pace.free:
        assert domain.pause(failed, pace, NOW) == timedelta()


def test_what_others_did_holds_up_only_those_who_cannot_be_told_apart_from_them() -> None:
    source, subject = timedelta(seconds=1), timedelta(seconds=30)
    assert domain.pause_of(source, subject, None, 3) == subject
    assert domain.pause_of(source, subject, Failures(2, NOW), 3) == source
    assert domain.pause_of(source, subject, Failures(3, NOW), 3) == subject
    assert domain.pause_of(subject, source, Failures(), 3) == subject


@pytest.mark.parametrize(
    ("role", "agency", "unit"),
    [(Role.OFFICER, None, None), (Role.ADMINISTRATOR, "PD-1872", None), (Role.REPORTER, None, "PD-1872-PU")],
)
def test_only_officers_belong_to_an_agency(role: Role, agency: str | None, unit: str | None) -> None:
    with pytest.raises(UnfitPost):
        domain.check_post(role, agency, unit)


def credential(**told: datetime) -> Credential:
    return Credential(
        credential_id=uuid4(),
        report=REPORT,
        purpose=Purpose.ACCESS,
        cause=uuid4(),
        selector="K7Q2",
        secret_hash="$argon2id$…",
        issued_at=NOW,
        expires_at=NOW + timedelta(days=7),
        **told,
    )


@given(st.integers(-100_000, 1_000_000))
def test_a_credential_is_good_until_it_expires(seconds: int) -> None:
    moment = NOW + timedelta(seconds=seconds)
    assert credential().is_good(moment) == (moment < NOW + timedelta(days=7))


def test_a_credential_is_used_once() -> None:
    used = domain.redeem(credential(), now=NOW)
    assert used.redeemed_at == NOW
    with pytest.raises(NotRedeemable):
        domain.redeem(used, now=NOW)
    with pytest.raises(NotRedeemable):
        domain.redeem(credential(superseded_at=NOW), now=NOW)
    with pytest.raises(NotRedeemable):
        domain.redeem(credential(), now=NOW + timedelta(days=7))


def contact(*, linked: bool = False, reachable: bool = True) -> StoredContact:
    return StoredContact(REPORT, uuid4() if linked else None, reachable, NOW)


@pytest.mark.parametrize(
    ("purpose", "known", "issued_before", "decision"),
    [
        (Purpose.ACTIVATION, None, False, Decision.WAIT),
        (Purpose.ACCESS, None, True, Decision.WAIT),
        (Purpose.ACTIVATION, contact(), False, Decision.MINT),
        (Purpose.ACTIVATION, contact(), True, Decision.NONE_NEEDED),
        (Purpose.ACCESS, contact(), True, Decision.MINT),
        (Purpose.ACTIVATION, contact(linked=True), False, Decision.NONE_NEEDED),
        (Purpose.ACCESS, contact(linked=True), False, Decision.NONE_NEEDED),
        (Purpose.ACCESS, contact(reachable=False), False, Decision.NONE_NEEDED),
    ],
)
def test_who_gets_a_code(
    purpose: Purpose, known: StoredContact | None, issued_before: bool, decision: Decision
) -> None:
    assert domain.decide(purpose, known, issued_before=issued_before) is decision


def test_what_asks_for_a_code() -> None:
    assert domain.purpose_of_disposition(lead=True, previous=None) is Purpose.ACTIVATION
    assert domain.purpose_of_disposition(lead=False, previous=None) is None
    assert domain.purpose_of_disposition(lead=True, previous=uuid4()) is None
    assert domain.purpose_of_entry(AuthorRole.AGENCY) is Purpose.ACCESS
    assert {domain.purpose_of_entry(author) for author in AuthorRole if author is not AuthorRole.AGENCY} == {None}
