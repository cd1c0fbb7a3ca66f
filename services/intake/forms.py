"""What reporters fill in, and how it is checked: the same for the web form and the JSON API."""

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import Request
from pydantic import AfterValidator, Field, ValidationInfo
from pydantic_core import PydanticCustomError

from services.intake import phones
from services.intake.domain import Submission
from services.intake.settings import Settings
from shared import regions
from shared.contracts.sealed import ContactDetails
from shared.contracts.vocabulary import Channel, Kind, Language, Zone
from shared.security import Person
from shared.web import N_, Problem, forms
from shared.web.forms import Day, Line, Text
from shared.zones import in_zone

FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data")
PLACE_MAX, NAME_MAX, EMAIL_MAX = 300, 100, 254
"""The contract's limit of a place, ours of a name, RFC 5321's of an address."""
KEY_PATTERN = re.compile(r"^[A-Za-z0-9_-]{22,64}$")
"""Idempotency keys: at least as long as 128 random bits in base64, so that no stranger guesses one."""
_EMAIL = re.compile(r"^[^@\s\"<>(),:;\[\]\\]+@[^@\s\"<>(),:;\[\]\\.]+(\.[^@\s\"<>(),:;\[\]\\.]+)+$")


@dataclass(frozen=True)
class Limits:
    """What validators go by; given to forms as their context."""

    settings: Settings
    today: date
    """Where the day begins first, so that nobody's today is refused."""


def require_form(request: Request) -> None:
    """Refuse what is no form.

    Raises:
        Problem: 415
    """
    sent = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent not in FORM_TYPES:
        raise Problem(
            415, N_("Kiriman ini bukan formulir"), N_("Buka halaman laporan, isi formulirnya, lalu kirim dari sana.")
        )


def limits(settings: Settings, now: datetime) -> Limits:
    """What the form is checked against at this moment."""
    return Limits(settings, in_zone(now, Zone.WIT).date())


def _limits(info: ValidationInfo) -> Limits:
    limits = info.context
    if not isinstance(limits, Limits):
        raise TypeError("this form needs its limits as context")
    return limits


def _between(text: str, least: int, most: int) -> str:
    if len(text) < least:
        raise PydanticCustomError("string_too_short", "too short", {"min_length": least})
    if len(text) > most:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": most})
    return text


def _title(text: str, info: ValidationInfo) -> str:
    return _between(text, 1, _limits(info).settings.title_max)


def _body(text: str, info: ValidationInfo) -> str:
    settings = _limits(info).settings
    return _between(text, settings.body_min, settings.body_max)


def _supplement(text: str, info: ValidationInfo) -> str:
    return _between(text, 1, _limits(info).settings.body_max)


def _past(day: date, info: ValidationInfo) -> date:
    limits = _limits(info)
    if day > limits.today:
        raise ValueError(N_("Tanggal kejadian belum tiba"))
    if day.year < limits.settings.event_earliest_year:
        raise ValueError(N_("Periksa tahunnya: tanggal itu terlalu lama"))
    return day


def _region(code: str) -> str:
    if regions.name_of(code) is None:
        raise ValueError(N_("Wilayah itu tidak ada dalam daftar"))
    return code


def _email(address: str) -> str:
    if len(address) > EMAIL_MAX or not _EMAIL.match(address):
        raise ValueError(N_("Periksa alamat surelnya, misalnya nama@contoh.id"))
    return address


def _phone(number: str) -> str:
    e164 = phones.to_e164(number)
    if e164 is None:
        raise ValueError(N_("Periksa nomor teleponnya, misalnya 0812 3456 7890"))
    return e164


class ReportForm(forms.Form):
    """A report as it is sent."""

    kind: Kind
    title: Annotated[Line, AfterValidator(_title)]
    body: Annotated[Text, AfterValidator(_body)]
    event_date: Annotated[Day, AfterValidator(_past)] | None = None
    place: Annotated[Line, Field(max_length=PLACE_MAX)] | None = None
    region: Annotated[Line, AfterValidator(_region)] | None = None
    agency: Line | None = None
    category: Line | None = None
    anonymous: bool = False
    confidential: bool = False
    name: Annotated[Line, Field(max_length=NAME_MAX)] | None = None
    email: Annotated[Line, AfterValidator(_email)] | None = None
    phone: Annotated[Line, AfterValidator(_phone)] | None = None
    key: str | None = None
    """Made with the page: two presses of the button are one report."""
    leak: str | None = None
    """The mark of the personal data that an anonymous reporter wants to send all the same."""

    messages: ClassVar = {
        ("kind", "missing"): N_("Pilih yang ingin Anda sampaikan"),
        ("kind", "enum"): N_("Pilih yang ingin Anda sampaikan"),
        ("title", "missing"): N_("Tulis judul singkat"),
        ("title", "string_too_long"): N_("Judul %(length)s huruf, paling banyak %(max_length)s"),
        ("body", "missing"): N_("Ceritakan kejadiannya"),
        ("body", "string_too_short"): N_(
            "Ceritakan sedikit lebih banyak: isi baru %(length)s huruf, paling sedikit %(min_length)s"
        ),
        ("body", "string_too_long"): N_("Isi laporan %(length)s huruf, paling banyak %(max_length)s"),
    }

    def submission(self, channel: Channel, attempt: str, language: Language, person: Person | None) -> Submission:
        """The report as the domain takes it; a signed-in reporter's account goes into the contact."""
        account_id = person.account_id if person else None
        return Submission(
            channel=channel,
            attempt=attempt,
            kind=self.kind,
            title=self.title,
            body=self.body,
            language=language,
            event_date=self.event_date,
            place=self.place,
            region=self.region,
            agency_wish=self.agency,
            category_wish=self.category,
            anonymous=self.anonymous,
            confidential=self.confidential,
            contact=ContactDetails(
                name=self.name, email=self.email, phone=self.phone, account_id=account_id, language=language
            ),
        )


class SupplementForm(forms.Form):
    """What a reporter adds to a returned report."""

    text: Annotated[Text, AfterValidator(_supplement)]
    command: UUID

    messages: ClassVar = {("text", "missing"): N_("Tulis apa yang diminta")}


class FlagsForm(forms.Form):
    """More privacy; a box that is not ticked changes nothing."""

    anonymous: bool = False
    confidential: bool = False
