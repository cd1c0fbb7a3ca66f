"""The JSON API: the same rules and the same words as the web form, for apps and programs."""

from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from starlette.datastructures import FormData

from services.intake import actions
from services.intake.access import find_report
from services.intake.domain import KeyReused, Report, UnknownAgency, UnknownCategory
from services.intake.forms import KEY_PATTERN, ReportForm, limits
from services.intake.keys import Keys
from services.intake.leaks import leak_mark, leaks_in
from services.intake.progress import Progress
from services.intake.settings import Settings
from services.intake.telling import LEAKS
from shared.contracts import vocabulary
from shared.contracts.vocabulary import AgencyCode, Channel, Kind, Status, TrackingId
from shared.web import N_, CurrentPerson, Db, Lang, Language, Now, Problem, forms

PROBLEM = "application/problem+json"
KEY_NEEDED = (
    N_("Idempotency-Key tidak ada"),
    N_("Sertakan kunci acak sepanjang 22 sampai 64 huruf, misalnya UUID, dan ulangi dengan kunci yang sama."),
)
CHANGED = (
    N_("Kunci ini sudah dipakai"),
    N_("Isinya berbeda dari kiriman pertama. Pakai kunci baru untuk laporan baru."),
)
LEAKING = N_("Laporan anonim ini memuat %(found)s. Hapus, atau kirim lagi dengan confirm_personal_data.")


class ReportRequest(BaseModel):
    """A report as a program sends it. Lengths and codes are checked as on the web form."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True, strict=True)

    kind: str = Field(examples=[kind.value for kind in Kind])
    title: str
    body: str
    event_date: str | None = Field(default=None, examples=["2026-11-02"])
    place: str | None = None
    region: str | None = Field(default=None, description="Kemendagri code", examples=["18.72"])
    agency: str | None = Field(default=None, examples=["PD-1872"])
    category: str | None = None
    anonymous: bool = False
    confidential: bool = False
    name: str | None = None
    email: str | None = None
    phone: str | None = None
    confirm_personal_data: bool = Field(
        default=False, description="Send an anonymous report although its text points to its author"
    )


class Accepted(BaseModel):
    """The receipt."""

    tracking_id: TrackingId
    link: str
    """Private: whoever has it sees and changes the report."""
    received_at: AwareDatetime
    verify_by: AwareDatetime


class Disposal(BaseModel):
    """An agency that has the report."""

    agency: AgencyCode
    disposed_at: AwareDatetime
    answer_by: AwareDatetime | None


class Standing(BaseModel):
    """Where a report stands, for its reporter."""

    tracking_id: TrackingId
    kind: Kind
    title: str
    status: Status
    stage: int = Field(ge=1, le=5)
    anonymous: bool
    confidential: bool
    received_at: AwareDatetime
    verify_by: AwareDatetime | None
    missing: str | None
    dispositions: list[Disposal]
    closes_at: AwareDatetime | None
    closed_at: AwareDatetime | None


def router(keys: Keys, settings: Settings) -> APIRouter:
    """`/api/v1/reports`."""
    routes = APIRouter(prefix="/api/v1/reports", tags=["reports"])

    @routes.post(
        "",
        status_code=201,
        response_model=Accepted,
        openapi_extra={
            "requestBody": {
                "required": True,
                "content": {"application/json": {"schema": ReportRequest.model_json_schema()}},
            },
            "parameters": [{"in": "header", "name": "Idempotency-Key", "required": True, "schema": {"type": "string"}}],
        },
    )
    async def send(request: Request, db: Db, lang: Lang, now: Now, person: CurrentPerson) -> Response:
        """Take in a report. The same key with the same content gives the same receipt."""
        if request.headers.get("content-type", "").partition(";")[0].strip().lower() != "application/json":
            raise Problem(415, N_("Kirim laporan sebagai application/json"))
        key = request.headers.get("idempotency-key", "")
        if not KEY_PATTERN.match(key):
            raise Problem(400, *KEY_NEEDED)
        try:
            sent = ReportRequest.model_validate_json(await request.body())
        except ValidationError as refused:
            return _unreadable(refused, lang)
        filled = forms.validate(_as_form(sent), ReportForm, lang, limits(settings, now))
        if filled.form is None:
            return _refused(422, lang.gettext("Ada isian yang tidak dapat kami terima"), dict(filled.errors))
        written = f"{filled.form.title}\n{filled.form.body}"
        if filled.form.anonymous and not sent.confirm_personal_data and leak_mark(keys.hash_key, written):
            found = ", ".join(lang.gettext(LEAKS[leak]) for leak in leaks_in(written))
            return _refused(422, lang.gettext(LEAKING, found=found), {"confirm_personal_data": found})
        submission = filled.form.submission(Channel.APP, key, vocabulary.Language(lang.code), person)
        try:
            receipt = await actions.submit(db, submission, keys=keys, settings=settings, now=now)
        except UnknownAgency:
            return _field(lang, "agency", lang.gettext("Instansi itu tidak ada dalam daftar"))
        except UnknownCategory:
            return _field(lang, "category", lang.gettext("Topik itu tidak ada dalam daftar"))
        except KeyReused:
            raise Problem(422, *CHANGED) from None
        link = f"{settings.public_url.rstrip('/')}/saya/{receipt.token}"
        report = receipt.report
        accepted = Accepted(
            tracking_id=report.tracking_id, link=link, received_at=report.received_at, verify_by=report.verify_by
        )
        location = {"location": f"/api/v1/reports/{receipt.token}"}
        return JSONResponse(accepted.model_dump(mode="json"), 200 if receipt.repeated else 201, location)

    @routes.get("/{reference}", response_model=Standing)
    async def look(db: Db, person: CurrentPerson, reference: str) -> Response:
        """Where the report stands that the private token opens."""
        report = await find_report(db, keys, person, reference)
        progress = await actions.progress_of(db, report)
        shown = _standing(report, progress)
        return JSONResponse(shown.model_dump(mode="json"), headers={"cache-control": "no-store"})

    return routes


def _as_form(sent: ReportRequest) -> FormData:
    """The request as the web form would send it, so that one set of rules and messages serves both."""
    year, month, day = [*(sent.event_date or "").split("-", 2), "", ""][:3]
    boxes = {"event_date-year": year, "event_date-month": month, "event_date-day": day}
    values: dict[str, Any] = sent.model_dump(exclude={"event_date", "confirm_personal_data"}, exclude_none=True)
    return FormData({name: str(value) for name, value in values.items()} | boxes)


def _standing(report: Report, progress: Progress) -> Standing:
    disposals = [
        Disposal(agency=m.agency, disposed_at=m.occurred_at, answer_by=m.due_at)
        for m in progress.disposed
        if m.agency is not None
    ]
    return Standing(
        tracking_id=report.tracking_id,
        kind=report.kind,
        title=report.title,
        status=progress.status,
        stage=progress.stage,
        anonymous=report.anonymous,
        confidential=report.confidential,
        received_at=report.received_at,
        verify_by=progress.verify_by,
        missing=progress.asked.words if progress.asked else None,
        dispositions=disposals,
        closes_at=progress.closes_at,
        closed_at=progress.closed.occurred_at if progress.closed else None,
    )


def _unreadable(refused: ValidationError, lang: Language) -> Response:
    errors = refused.errors(include_url=False, include_input=False, include_context=False)
    if any(error["type"] == "json_invalid" for error in errors):
        raise Problem(400, N_("Kiriman ini bukan JSON yang dapat kami baca")) from refused
    fields = {".".join(map(str, error["loc"])): _said(error["type"], lang) for error in errors}
    return _refused(422, lang.gettext("Ada isian yang tidak dapat kami terima"), fields)


def _said(fault: str, lang: Language) -> str:
    if fault == "missing":
        return lang.gettext("Isi bagian ini")
    if fault == "extra_forbidden":
        return lang.gettext("Isian ini tidak kami kenal")
    return lang.gettext("Isian ini tidak dapat kami terima")


def _field(lang: Language, name: str, said: str) -> Response:
    return _refused(422, lang.gettext("Ada isian yang tidak dapat kami terima"), {name: said})


def _refused(status: int, title: str, errors: dict[str, str]) -> Response:
    body = {"type": "about:blank", "status": status, "title": title, "errors": errors}
    return JSONResponse(body, status, media_type=PROBLEM)
