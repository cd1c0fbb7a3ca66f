"""`/masuk` and `/keluar`."""

import re
from collections.abc import Mapping
from typing import Annotated, ClassVar

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field

from services.identity import domain
from services.identity.actions import sessions
from services.identity.actions.attempts import TooSoon
from services.identity.actions.keys import NoSigningKeyYet
from services.identity.actions.sessions import Wrong
from services.identity.equipment import Equipment
from services.identity.store import contacts
from services.identity.web.cookies import Cookies
from services.identity.web.passwords import TypedPassword
from services.identity.web.visits import visit_of
from shared.security import Person, Role
from shared.web import N_, CurrentPerson, Db, Lang, Problem, forms, render
from shared.web.forms import Line

DESK_OF = {
    Role.ADMINISTRATOR: "/meja/verifikasi",
    Role.OFFICER: "/meja/instansi",
    Role.OBSERVER: "/meja/pemantauan",
    Role.OPERATOR: "/meja/pesan",
    Role.REPORTER: "/akun",
}
"""Where people land after signing in when they were not on their way anywhere."""
MOST_CLOSED = 30
"""Conversations that signing out closes, the newest first: each takes a header."""
THREAD = re.compile(r"/percakapan/([1-9][0-9]{9})")
WRONG = N_("Akun dan kata sandi itu tidak cocok. Periksa ketikannya, lalu coba lagi.")
WAIT = N_("Terlalu banyak percobaan. Tunggu %(seconds)s detik, lalu coba lagi.")


class SignInForm(forms.Form):
    """Who, and the proof."""

    login: Annotated[Line, Field(max_length=254)]
    password: TypedPassword
    lanjut: str | None = None
    messages: ClassVar[Mapping[tuple[str, str], str]] = {
        ("login", "missing"): N_("Tulis alamat surel atau nomor telepon Anda"),
        ("password", "missing"): N_("Tulis kata sandi Anda"),
    }


def destination(person: Person, wanted: str | None) -> str:
    """Where to go after signing in; a reporter's thread is opened by way of their account."""
    path = domain.safe_path(wanted) or DESK_OF[person.role]
    thread = THREAD.fullmatch(path)
    return f"/akun/laporan/{thread[1]}" if thread and person.role is Role.REPORTER else path


def router(equipment: Equipment) -> APIRouter:
    """Signing in and out."""
    routes = APIRouter()
    cookies = Cookies(equipment)

    @routes.get("/masuk")
    async def sign_in_page(request: Request, person: CurrentPerson, lanjut: str | None = None) -> Response:
        onward = destination(person, lanjut) if person else ""
        form = forms.blank(SignInForm, lanjut=domain.safe_path(lanjut) or "")
        return render(request, "sign_in.html", form=form, onward=onward)

    @routes.post("/masuk")
    async def sign_in(request: Request, db: Db, lang: Lang, person: CurrentPerson) -> Response:
        filled = await forms.read(request, SignInForm)
        if filled.form is None:
            return render(request, "sign_in.html", status_code=422, form=filled, onward="")
        visit = visit_of(request, cookies)
        try:
            result = await sessions.sign_in(db, equipment, filled.form.login, filled.form.password, visit)
        except NoSigningKeyYet:
            raise Problem(503, headers={"Retry-After": "5"}) from None
        if isinstance(result, TooSoon):
            refused = filled.with_error("", lang.gettext(WAIT, seconds=lang.number(result.seconds)))
            headers = {"Retry-After": str(result.seconds)}
            return render(request, "sign_in.html", status_code=429, headers=headers, form=refused, onward="")
        if isinstance(result, Wrong):
            refused = filled.with_error("login", lang.gettext(WRONG))
            return render(request, "sign_in.html", status_code=401, form=refused, onward="")
        if person is not None:
            await sessions.sign_out(db, equipment, person)
        response = RedirectResponse(destination(result.person, filled.form.lanjut), 303)
        cookies.sign_in(response, result.token, result.expires_at, result.device)
        return response

    @routes.post("/keluar")
    async def sign_out(db: Db, person: CurrentPerson) -> Response:
        response = RedirectResponse("/", 303)
        cookies.sign_out(response)
        if person is not None:
            await sessions.sign_out(db, equipment, person)
            # conversations that were opened by way of the account: whoever uses this browser next must not find them open
            for contact in (await contacts.of_account(db, person.account_id) if person.account_id else [])[
                :MOST_CLOSED
            ]:
                cookies.close_report(response, contact.report.tracking_id)
        return response

    return routes
