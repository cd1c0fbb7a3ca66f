"""`/kode` and the short link `/k/<code>`: redeeming a one-use code."""

from collections.abc import Mapping
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BeforeValidator, Field

from services.identity import domain
from services.identity.actions import credentials, keys, sessions
from services.identity.actions.attempts import TooSoon
from services.identity.actions.credentials import Redeemed
from services.identity.actions.keys import NoSigningKeyYet
from services.identity.actions.sessions import Wrong
from services.identity.equipment import Equipment
from services.identity.web.cookies import ACTIVATION_PATH, Cookies
from services.identity.web.sign_in import WAIT
from services.identity.web.visits import visit_of
from shared.contracts.sealed import Purpose
from shared.contracts.vocabulary import TrackingId
from shared.web import N_, Db, Lang, Problem, forms, render
from shared.web.forms import Line

NOT_GOOD = N_("Kode itu tidak dapat dipakai: mungkin salah ketik, sudah dipakai, atau sudah lewat waktunya.")
NO_TRACKING_ID = N_("Tracking ID terdiri dari sepuluh angka, misalnya 2611-0482-73")
QUIET = {"Referrer-Policy": "no-referrer", "X-Robots-Tag": "noindex, nofollow"}
"""Headers of pages whose address holds a secret."""


def _tracking_id(value: object) -> object:
    read = domain.read_tracking_id(value) if isinstance(value, str) else None
    if read is None:
        raise ValueError(NO_TRACKING_ID)
    return read


class CodeForm(forms.Form):
    """A report and its code."""

    tracking_id: Annotated[TrackingId, BeforeValidator(_tracking_id)]
    code: Annotated[Line, Field(max_length=100)]
    messages: ClassVar[Mapping[tuple[str, str], str]] = {
        ("tracking_id", "missing"): N_("Tulis Tracking ID laporan Anda"),
        ("code", "missing"): N_("Tulis kode unik dari pesan kami"),
    }


def router(equipment: Equipment) -> APIRouter:
    """Redeeming codes."""
    routes = APIRouter()
    cookies = Cookies(equipment)

    async def opened(db: Db, redeemed: Redeemed) -> Response:
        """On to the thread, or first to choosing a password; the report is open either way."""
        credential = redeemed.credential
        tracking_id = credential.report.tracking_id
        token, expires_at = await sessions.open_report(db, equipment, credential.report)
        activates = credential.purpose is Purpose.ACTIVATION
        response = RedirectResponse(ACTIVATION_PATH if activates else f"/percakapan/{tracking_id}", 303)
        cookies.open_report(response, tracking_id, token, expires_at)
        if activates:
            pair = await keys.signing_pair(db, equipment)
            ends_at = equipment.wall.now() + equipment.settings.activation_lifetime
            cookies.start_activation(response, pair.activation(credential.credential_id, ends_at), ends_at)
        return response

    async def redeem(request: Request, db: Db, code: str, tracking_id: TrackingId | None) -> Response | Wrong | TooSoon:
        try:
            await keys.signing_pair(db, equipment)
            result = await credentials.redeem(db, equipment, code, tracking_id, visit_of(request, cookies))
            return await opened(db, result) if isinstance(result, Redeemed) else result
        except NoSigningKeyYet:
            raise Problem(503, headers={"Retry-After": "5"}) from None

    @routes.get("/kode")
    async def code_page(request: Request, nomor: str = "") -> Response:
        known = domain.read_tracking_id(nomor) or ""
        return render(request, "code.html", form=forms.blank(CodeForm, tracking_id=known))

    @routes.post("/kode")
    async def redeem_code(request: Request, db: Db, lang: Lang) -> Response:
        filled = await forms.read(request, CodeForm)
        if filled.form is None:
            return render(request, "code.html", status_code=422, form=filled)
        result = await redeem(request, db, filled.form.code, filled.form.tracking_id)
        if isinstance(result, TooSoon):
            refused = filled.with_error("", lang.gettext(WAIT, seconds=lang.number(result.seconds)))
            headers = {"Retry-After": str(result.seconds)}
            return render(request, "code.html", status_code=429, headers=headers, form=refused)
        if isinstance(result, Wrong):
            refused = filled.with_error("code", lang.gettext(NOT_GOOD))
            return render(request, "code.html", status_code=422, form=refused)
        return result

    @routes.get("/k/{code}")
    async def short_link_page(request: Request, code: str) -> Response:
        # Nothing is looked up: previews of links in messages must neither use a code up nor learn whether it is good.
        return render(request, "short_link.html", headers=QUIET, code=code, error="", wait=0)

    @routes.post("/k/{code}")
    async def follow_short_link(request: Request, db: Db, lang: Lang, code: str) -> Response:
        result = await redeem(request, db, code, None)
        if isinstance(result, TooSoon):
            error = lang.gettext(WAIT, seconds=lang.number(result.seconds))
            headers = QUIET | {"Retry-After": str(result.seconds)}
            return render(request, "short_link.html", status_code=429, headers=headers, code=code, error=error, wait=1)
        if isinstance(result, Wrong):
            error = lang.gettext(NOT_GOOD)
            return render(request, "short_link.html", status_code=422, headers=QUIET, code=code, error=error, wait=0)
        return result

    return routes
