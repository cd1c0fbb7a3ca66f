"""Rules of identity: who signs in by what, how guessing is slowed down, what a one-use code is and when it is good."""

import re
import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from urllib.parse import urlsplit
from uuid import UUID

import phonenumbers

from shared.contracts.sealed import ContactDetails, Purpose
from shared.contracts.vocabulary import AgencyCode, AuthorRole, TrackingId
from shared.security.people import Person, Role

_EMAIL = re.compile(r"[^@\s\x00-\x1f]{1,64}@[^@\s\x00-\x1f.]+(\.[^@\s\x00-\x1f.]+)+")
_EMAIL_LONGEST = 254
COUNTRY = "ID"


class NotALogin(ValueError):
    """Neither an e-mail address nor a telephone number."""


class LoginTaken(Exception):
    """Another account signs in by it."""


class UnfitPost(ValueError):
    """Role, agency and unit do not go together."""


class NotRedeemable(Exception):
    """Unknown, wrong, used, expired or superseded: deliberately one answer."""


class LoginKind(StrEnum):
    """Ways to name an account when signing in."""

    EMAIL = "email"
    PHONE = "phone"


@dataclass(frozen=True, slots=True)
class Login:
    """What somebody signs in by, in its one normal form. Contact data: never logged."""

    kind: LoginKind
    value: str

    def __repr__(self) -> str:
        """Without the value, so that no traceback carries it."""
        return f"Login({self.kind.value})"

    @property
    def masked(self) -> str:
        """Enough for its owner to recognise it."""
        if self.kind is LoginKind.PHONE:
            return f"{self.value[:-4]}••••"
        name, _, host = self.value.partition("@")
        return f"{name[:1]}•••@{host}"


def parse_login(text: str) -> Login:
    """The e-mail address or telephone number that somebody typed; Indonesian numbers may leave out +62.

    Raises:
        NotALogin: it is neither.
    """
    typed = unicodedata.normalize("NFKC", text).strip()
    if "@" in typed:
        if len(typed) > _EMAIL_LONGEST or not _EMAIL.fullmatch(typed):
            raise NotALogin
        return Login(LoginKind.EMAIL, typed.casefold())
    try:
        number = phonenumbers.parse(typed, COUNTRY)
    except phonenumbers.NumberParseException:
        raise NotALogin from None
    if not phonenumbers.is_possible_number(number):
        raise NotALogin
    return Login(LoginKind.PHONE, phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))


def proved_logins(details: ContactDetails) -> tuple[Login, ...]:
    """What a reporter who redeemed an activation can sign in by: the address that it was sent to, or nothing if that cannot be read.

    Notify writes to the e-mail address where there is one, else to the number. The other was typed by somebody, and may be anybody's: with it
    one would take a stranger's number for an account of one's own, or learn who else has an account.
    """
    try:
        return (parse_login(details.email or details.phone or ""),)
    except NotALogin:
        return ()


@dataclass(frozen=True, slots=True)
class Account:
    """Somebody who can sign in."""

    account_id: UUID
    role: Role
    name: str
    logins: tuple[Login, ...]
    password_hash: str
    created_at: datetime
    agency: AgencyCode | None = None
    unit: AgencyCode | None = None
    disabled: bool = False

    def person(self, session_id: UUID) -> Person:
        """The account in a session."""
        return Person(session_id, self.role, self.name, self.account_id, self.agency, self.unit)


def check_post(role: Role, agency: AgencyCode | None, unit: AgencyCode | None) -> None:
    """Officers, and only they, work for an agency (rules.md §Words).

    Raises:
        UnfitPost: they do not go together.
    """
    if role is Role.OFFICER and agency is None:
        raise UnfitPost("an officer needs an agency")
    if role is not Role.OFFICER and (agency or unit):
        raise UnfitPost("only officers belong to an agency")


def safe_path(text: str | None) -> str | None:
    """A path on our own origin to go on to after signing in; None for everything else."""
    if not text or not text.startswith("/") or text.startswith("//") or len(text) > 1000:
        return None
    if "\\" in text or not text.isprintable():
        return None
    parts = urlsplit(text)
    if parts.scheme or parts.netloc or parts.path.split("/")[1] in ("masuk", "keluar"):
        return None
    return text


@dataclass(frozen=True, slots=True)
class Pace:
    """How failed attempts slow down those that follow."""

    free: int
    """Failures within `window` that cost nothing."""
    window: timedelta
    first: timedelta
    """Pause after the first failure that is not free; doubles with each further one."""
    longest: timedelta


@dataclass(frozen=True, slots=True)
class Failures:
    """Failed attempts within the window."""

    count: int = 0
    last: datetime | None = None


def pause(failures: Failures, pace: Pace, now: datetime) -> timedelta:
    """How long from `now` until the next attempt is taken: never more than `pace.longest`, zero when it may go on."""
    if failures.last is None or failures.count < pace.free or now - failures.last >= pace.window:
        return timedelta()
    doublings = min(failures.count - pace.free, 32)
    ends = failures.last + min(pace.first * (1 << doublings), pace.longest)
    return min(max(ends - now, timedelta()), pace.longest)


def pause_of(source: timedelta, subject: timedelta, own: Failures | None, own_free: int) -> timedelta:
    """The pause of one attempt.

    What others did to an account or a report (`subject`) holds up everybody but those who can be told apart from them and have not failed
    often themselves (`own`).
    """
    spared = own is not None and own.count < own_free
    return source if spared else max(source, subject)


ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's: no I, L, O, U."""
SELECTOR_LENGTH = 4
SECRET_LENGTH = 13
CODE_BITS = 5 * (SELECTOR_LENGTH + SECRET_LENGTH)
_GROUPS = (4, 4, 4, 5)
_READ = str.maketrans("ILO", "110", " -\u2010\u2011\u2013\t\n\r")


@dataclass(frozen=True, slots=True)
class Code:
    """A one-use code: a selector to find it by, and 65 secret bits of which only a hash is kept."""

    selector: str
    secret: str

    def __repr__(self) -> str:
        """Without the secret."""
        return f"Code({self.selector}…)"

    @property
    def text(self) -> str:
        """As people get it: `K7Q2-M9XW-TP4H-Z3ABC`."""
        letters, groups = self.selector + self.secret, []
        for length in _GROUPS:
            groups.append(letters[:length])
            letters = letters[length:]
        return "-".join(groups)


def code_of(number: int) -> Code:
    """The code of a random number of `CODE_BITS` bits."""
    letters = "".join(ALPHABET[number >> shift & 31] for shift in range(CODE_BITS - 5, -1, -5))
    return Code(letters[:SELECTOR_LENGTH], letters[SELECTOR_LENGTH:])


def read_code(text: str) -> Code | None:
    """The code that somebody typed: any case, with or without hyphens, I and L for 1, O for 0; None if it cannot be one."""
    if len(text) > 100:
        return None
    letters = text.upper().translate(_READ)
    if len(letters) != SELECTOR_LENGTH + SECRET_LENGTH or any(letter not in ALPHABET for letter in letters):
        return None
    return Code(letters[:SELECTOR_LENGTH], letters[SELECTOR_LENGTH:])


def read_tracking_id(text: str) -> TrackingId | None:
    """The ten digits that somebody typed, with or without hyphens and spaces."""
    digits = re.sub(r"[\s-]", "", text)
    return digits if re.fullmatch(r"[1-9][0-9]{9}", digits) else None


@dataclass(frozen=True, slots=True)
class ReportRef:
    """A report as credentials and contacts name it."""

    report_id: UUID
    reporter_ref: UUID
    tracking_id: TrackingId


@dataclass(frozen=True, slots=True)
class StoredContact:
    """What is known of a report's reporter without opening the vault."""

    report: ReportRef
    account_id: UUID | None
    reachable: bool
    """Whether there is an e-mail address or a telephone number."""
    stored_at: datetime


@dataclass(frozen=True, slots=True)
class Credential:
    """A one-use code that was issued; its secret is known to nobody here."""

    credential_id: UUID
    report: ReportRef
    purpose: Purpose
    cause: UUID
    selector: str
    secret_hash: str
    issued_at: datetime
    expires_at: datetime
    redeemed_at: datetime | None = None
    superseded_at: datetime | None = None

    def is_good(self, now: datetime) -> bool:
        """Whether it can be redeemed at `now` (wall time)."""
        return self.redeemed_at is None and self.superseded_at is None and now < self.expires_at


def redeem(credential: Credential, *, now: datetime) -> Credential:
    """Use it up.

    Raises:
        NotRedeemable: used, expired or superseded.
    """
    if not credential.is_good(now):
        raise NotRedeemable
    return replace(credential, redeemed_at=now)


class Decision(StrEnum):
    """What becomes of a need for a credential."""

    MINT = "mint"
    NONE_NEEDED = "none-needed"
    WAIT = "wait"


def purpose_of_disposition(*, lead: bool, previous: UUID | None) -> Purpose | None:
    """A report's first lead disposition opens the door to an account (rules.md §1); no other asks for a code."""
    return Purpose.ACTIVATION if lead and previous is None else None


def purpose_of_entry(author: AuthorRole) -> Purpose | None:
    """An agency's answer brings an access code (rules.md §1)."""
    return Purpose.ACCESS if author is AuthorRole.AGENCY else None


def decide(purpose: Purpose, contact: StoredContact | None, *, issued_before: bool) -> Decision:
    """Whether a reporter needs a code: not with an account, not where it could not be sent, one activation a report.

    Contact data travels on another topic and may come later than its report's first disposition: then the need waits, bounded.
    """
    if contact is None:
        return Decision.WAIT
    if contact.account_id is not None or not contact.reachable:
        return Decision.NONE_NEEDED
    if purpose is Purpose.ACTIVATION and issued_before:
        return Decision.NONE_NEEDED
    return Decision.MINT
