"""Forms: what was sent → a model, or messages beside the fields with everything kept as it was typed.

class ReplyForm(forms.Form):
    text: Annotated[Text, Field(min_length=10, max_length=5000)]
    happened_on: Day | None = None
    messages = {("text", "missing"): N_("Tulis jawaban Anda")}

filled = await forms.read(request, ReplyForm)
if filled.form is None:
    return render(request, "reply.html", status_code=422, form=filled)
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Annotated, Any, ClassVar, Generic, TypeVar, get_args, get_origin

from fastapi import Request
from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from starlette.datastructures import FormData

from shared.web.fields import Day, DayInput, DayParts, Line, Text
from shared.web.language import N_, Language
from shared.web.rendering import language_of

__all__ = ["Day", "Filled", "Form", "Line", "Text", "blank", "read", "validate"]

# What is said where a model has no message of its own; values come from the error.
MESSAGES = {
    "missing": N_("Isi bagian ini"),
    "string_too_short": N_("Baru %(length)s huruf, paling sedikit %(min_length)s"),
    "string_too_long": N_("%(length)s huruf, paling banyak %(max_length)s"),
    "too_long": N_("Pilih paling banyak %(max_length)s"),
    "too_short": N_("Pilih paling sedikit %(min_length)s"),
    "enum": N_("Pilih salah satu"),
    "literal_error": N_("Pilih salah satu"),
    "int_parsing": N_("Tulis dengan angka"),
    "greater_than_equal": N_("Paling sedikit %(ge)s"),
    "less_than_equal": N_("Paling banyak %(le)s"),
}
INVALID = N_("Isian ini tidak dapat kami terima")


class Form(BaseModel):
    """Base of form models. Empty boxes count as missing; unknown fields are ignored.

    `messages` maps (field, error type) to a msgid; the types are pydantic's (`missing`, `string_too_short`, `enum`, …). Validators raise
    `ValueError(N_("…"))`; their text is a msgid, too.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    messages: ClassVar[Mapping[tuple[str, str], str]] = {}


F = TypeVar("F", bound=Form)


@dataclass(frozen=True)
class Filled(Generic[F]):
    """A form as it was filled in: `form` when it is valid, else `errors` by field (`""`: the form as a whole)."""

    form: F | None = None
    values: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    errors: Mapping[str, str] = field(default_factory=dict)
    days: frozenset[str] = frozenset()

    def value(self, name: str) -> str:
        """What was typed into one box."""
        values = self.values.get(name, ())
        return values[0] if values else ""

    def several(self, name: str) -> tuple[str, ...]:
        """What was ticked of many."""
        return self.values.get(name, ())

    def anchor(self, name: str) -> str:
        """The id of the box that an error leads to."""
        return f"{name}-day" if name in self.days else name

    def with_error(self, name: str, message: str) -> "Filled[F]":
        """The same, refused for a reason that the domain gave (`message` is shown as it is: translate it before)."""
        return replace(self, form=None, errors={**self.errors, name: message})


def blank(model: type[F], **values: str | tuple[str, ...]) -> Filled[F]:
    """A form to be filled in, with what is known already."""
    several = {name: (value,) if isinstance(value, str) else value for name, value in values.items()}
    return Filled(values=several, days=_day_fields(model))


async def read(request: Request, model: type[F], context: Any = None) -> Filled[F]:
    """Read and check what was sent; `context` reaches validators as `info.context`."""
    return validate(await request.form(), model, language_of(request), context)


def validate(sent: FormData, model: type[F], language: Language, context: Any = None) -> Filled[F]:
    """Check what was sent. Uploaded files reach the model as they are and are not kept as values."""
    days = _day_fields(model)
    raw: dict[str, Any] = {}
    kept: dict[str, tuple[str, ...]] = {}
    for name, info in model.model_fields.items():
        if name in days:
            boxes = {part: _text(sent.get(f"{name}-{part}")) for part in ("day", "month", "year")}
            kept |= {f"{name}-{part}": (text,) for part, text in boxes.items()}
            if any(text.strip() for text in boxes.values()):
                raw[name] = DayParts(**boxes)
            continue
        values = sent.getlist(name)
        kept[name] = tuple(value for value in values if isinstance(value, str))
        filled = [value for value in values if not isinstance(value, str) or value.strip()]
        if _takes_several(info):
            raw[name] = filled
        elif filled:
            raw[name] = filled[-1]
    try:
        form = model.model_validate(raw, context=context)
    except ValidationError as refused:
        errors = _errors(refused, model, language)
        return Filled(None, kept, errors, days)
    return Filled(form, kept, {}, days)


def _errors(refused: ValidationError, model: type[Form], language: Language) -> dict[str, str]:
    found: dict[str, str] = {}
    for error in refused.errors(include_url=False):
        name = str(error["loc"][0]) if error["loc"] else ""
        found.setdefault(name, _message(error, name, model, language))
    order = ["", *model.model_fields]
    return {name: found[name] for name in order if name in found}


def _message(error: ErrorDetails, name: str, model: type[Form], language: Language) -> str:
    context = dict(error.get("ctx", {}))
    said = str(context["error"]) if isinstance(context.get("error"), ValueError) else ""
    if error["type"] == "value_error":
        return language.gettext(model.messages.get((name, "value_error"), said))
    kind, value = error["type"], error["input"]
    if isinstance(value, str) and kind in ("too_short", "too_long"):
        kind = f"string_{kind}"
    values = {key: language.number(part) if isinstance(part, int) else part for key, part in context.items()}
    if isinstance(value, str):
        values["length"] = language.number(len(value))
    text = model.messages.get((name, kind), MESSAGES.get(kind, INVALID))
    return language.gettext(text, **values) if values else language.gettext(text)


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""


def _day_fields(model: type[Form]) -> frozenset[str]:
    return frozenset(name for name, info in model.model_fields.items() if _is_day(info))


def _is_day(info: FieldInfo) -> bool:
    annotations = (info.annotation, *get_args(info.annotation))
    marked = any(isinstance(extra, DayInput) for extra in info.metadata)
    return marked or any(
        isinstance(extra, DayInput) for a in annotations if get_origin(a) is Annotated for extra in get_args(a)[1:]
    )


def _takes_several(info: FieldInfo) -> bool:
    return get_origin(info.annotation) in (list, tuple, set, frozenset)
