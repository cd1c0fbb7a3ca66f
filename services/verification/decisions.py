"""The forms of the case page, and what is said when a decision is refused."""

from typing import Annotated

from pydantic import Field

from services.verification import domain
from services.verification.cases import TEXT_LIMIT, Case, Question
from shared.contracts.vocabulary import Kind, RejectionReason
from shared.web import N_, Language, forms
from shared.web.forms import Filled, Line, Text

FURTHER = 3
"""Agencies besides the lead that one form can name."""


class NothingAsked(Exception):
    """A return that says nothing of what is missing."""


class Versioned(forms.Form):
    """Every decision says which version of the case it was made on."""

    version: int


class VerifyForm(Versioned):
    """Clear and complete, for these agencies."""

    category: Line
    lead: Line
    further: Annotated[tuple[Line, ...], Field(max_length=FURTHER)] = ()
    kind: Kind
    title: Annotated[Line, Field(min_length=5, max_length=200)]
    public_body: Annotated[Text, Field(max_length=TEXT_LIMIT)] = ""
    agency_body: Annotated[Text, Field(max_length=TEXT_LIMIT)] | None = None
    anonymous: bool = False
    confidential: bool = False

    messages = {  # noqa: RUF012 - read only, as the base class declares it
        ("category", "missing"): N_("Pilih kategori"),
        ("lead", "missing"): N_("Pilih instansi yang harus menjawab"),
        ("title", "missing"): N_("Tulis judul laporan"),
    }


class ReturnForm(Versioned):
    """What the reporter is asked for: ticked questions, own words, or both."""

    lacking: tuple[Question, ...] = ()
    missing: Annotated[Text, Field(max_length=850)] | None = None

    messages = {("lacking", "enum"): N_("Pilih dari daftar ini")}  # noqa: RUF012 - as above


class RejectForm(Versioned):
    """Out of scope."""

    reason: RejectionReason
    explanation: Annotated[Text, Field(max_length=1_000)] | None = None

    messages = {("reason", "missing"): N_("Pilih salah satu alasan")}  # noqa: RUF012 - as above


class HoldForm(Versioned):
    """The right agency is not connected."""

    agency: Line

    messages = {("agency", "missing"): N_("Pilih instansi yang ditunggu")}  # noqa: RUF012 - as above


class ProtectForm(Versioned):
    """Flags to add."""

    add_anonymous: bool = False
    add_confidential: bool = False


FORMS: dict[str, type[Versioned]] = {
    "verifikasi": VerifyForm,
    "kembalikan": ReturnForm,
    "tolak": RejectForm,
    "tahan": HoldForm,
    "lindungi": ProtectForm,
}
"""By the last part of their address."""


def blank(name: str, case: Case, *, category: str, lead: str, wait_for: str) -> Filled[Versioned]:
    """A decision's form as it is first shown: what the reporter said, nothing decided."""
    known: dict[str, dict[str, str | tuple[str, ...]]] = {
        "verifikasi": {
            "category": category,
            "lead": lead,
            "kind": case.kind.value,
            "title": case.title,
            "public_body": case.body,
            "agency_body": case.body,
        },
        "tahan": {"agency": wait_for},
    }
    return forms.blank(FORMS[name], version=str(case.version), **known.get(name, {}))


def refused(filled: Filled[Versioned], error: Exception, lang: Language) -> Filled[Versioned] | None:
    """The form with what the domain refused, beside its field; None for an error that is no refusal of a field."""
    named = str(error.args[0]) if error.args else ""
    agency = "agency" if isinstance(filled.form, HoldForm) else _field_of(filled, named)
    said = {
        domain.UnknownAgency: (agency, N_("Instansi %(name)s tidak ada dalam direktori")),
        domain.UnknownCategory: ("category", N_("Kategori %(name)s tidak ada")),
        domain.NotConnected: (
            "lead",
            N_("%(name)s belum terhubung. Tahan laporan ini untuk instansi itu, atau pilih instansi lain."),
        ),
        domain.Connected: ("agency", N_("%(name)s sudah terhubung. Verifikasi laporan ini untuk instansi itu.")),
        domain.NotAnAgency: (
            agency,
            N_("%(name)s adalah satuan kerja. Pilih instansinya; instansi meneruskan sendiri ke dalam."),
        ),
        domain.Excluded: (agency, N_("Laporan ini tidak boleh sampai ke %(name)s: pelapor melaporkan pembalasan.")),
        domain.TextTooLong: ("agency_body", N_("Ringkas naskah ini: paling banyak %(name)s huruf")),
        domain.NoPublicText: ("public_body", N_("Tulis naskah untuk umum")),
        NothingAsked: ("lacking", N_("Centang yang kurang, atau tulis sendiri di bawah")),
        domain.NothingAdded: ("", N_("Pilih perlindungan yang belum ada pada laporan ini")),
    }.get(type(error))
    if said is None:
        return None
    shown = lang.number(TEXT_LIMIT) if isinstance(error, domain.TextTooLong) else named
    field, message = said
    return filled.with_error(
        field, lang.gettext(message, name=shown) if "%(name)s" in message else lang.gettext(message)
    )


def missing_text(form: ReturnForm, words: dict[Question, str], language: Language) -> str:
    """What the reporter is asked, in the reporter's language."""
    asked = ", ".join(language.gettext(words[question]) for question in form.lacking)
    listed = language.gettext("Yang perlu dilengkapi: %(asked)s.", asked=asked) if asked else ""
    return "\n".join(part for part in (listed, form.missing or "") if part)


def _field_of(filled: Filled[Versioned], code: str) -> str:
    form = filled.form
    return "further" if isinstance(form, VerifyForm) and code in form.further else "lead"
