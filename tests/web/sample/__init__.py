"""A service with one public form and one desk, for the tests of shared/web."""

from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, ClassVar

import psycopg
from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field, field_validator
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from shared.security import Person, Role
from shared.web import N_, CurrentPerson, Db, Lang, Now, OneReport, Problem, forms, render, require
from shared.web.forms import Day, Line, Text

TEMPLATES = Path(__file__).parent / "templates"
Administrator = Annotated[Person, Depends(require(Role.ADMINISTRATOR))]


class Kind(StrEnum):
    COMPLAINT = "complaint"
    ASPIRATION = "aspiration"


class SampleForm(forms.Form):
    kind: Kind
    title: Annotated[Line, Field(max_length=60)]
    body: Annotated[Text, Field(min_length=40, max_length=500)]
    happened_on: Day | None = None
    until: Day
    topics: tuple[str, ...] = ()
    anonymous: bool = False
    region: Line | None = None

    messages: ClassVar = {("title", "missing"): N_("Tulis judul singkat"), ("kind", "missing"): N_("Pilih jenisnya")}

    @field_validator("happened_on")
    @classmethod
    def not_in_the_future(cls, value: date | None) -> date | None:
        if value is not None and value > date(2026, 11, 22):
            raise ValueError(N_("Tanggal kejadian belum tiba"))
        return value


def router() -> APIRouter:
    routes = APIRouter()

    @routes.get("/contoh")
    async def form(request: Request) -> Response:
        return render(request, "sample.html", form=forms.blank(SampleForm, kind="complaint"), sent=None)

    @routes.post("/contoh")
    async def send(request: Request, lang: Lang) -> Response:
        filled = await forms.read(request, SampleForm)
        if filled.form is None:
            return render(request, "sample.html", status_code=422, form=filled, sent=None)
        if filled.form.title == "Terlarang":
            refused = filled.with_error("title", lang.gettext("Judul itu tidak boleh"))
            return render(request, "sample.html", status_code=409, form=refused, sent=None)
        return render(request, "sample.html", form=filled, sent=filled.form)

    @routes.get("/meja/contoh")
    async def desk(request: Request, now: Now, person: Administrator) -> Response:
        return render(request, "sample_desk.html", now=now)

    @routes.get("/siapa")
    async def who(person: CurrentPerson, one: OneReport) -> list[str | None]:
        return [person.name if person else None, one.name if one else None]

    @routes.get("/simpan")
    async def save(db: Db) -> Response:
        await db.execute(text("select 1"))
        return RedirectResponse("/contoh", 303)

    @routes.post("/simpan")
    async def save_form(request: Request, db: Db) -> Response:
        await db.execute(text("select 1"))
        await request.form()
        return RedirectResponse("/contoh", 303)

    @routes.get("/gagal")
    async def fail(db: Db) -> Response:
        raise Problem(409, N_("Kasus ini baru saja diputuskan %(name)s"), name="Yudi <P>")

    @routes.get("/rusak")
    async def crash() -> Response:
        raise RuntimeError("phone 081234567890")

    @routes.get("/padam")
    async def outage() -> None:
        raise OperationalError("select 1", {}, psycopg.OperationalError("server closed the connection"))

    @routes.get("/hitung/{count}")
    async def count(count: int) -> dict[str, int]:
        return {"count": count}

    @routes.post("/api/hitung")
    async def count_body(body: dict[str, int]) -> dict[str, int]:
        return body

    return routes
