"""The desk of agencies: what waits for an answer, and the answer (rules.md §5)."""

from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import actions, inbox, register, store, views
from services.dispatch.cases import Author, Case, Disposition, Draft
from services.dispatch.domain import KindNotAllowed, NotOpen, standing
from services.dispatch.inbox import View
from services.dispatch.settings import Settings
from services.dispatch.views import EntryForm
from shared.contracts.vocabulary import AgencyCode, AuthorRole, EntryKind
from shared.messaging import TooLarge
from shared.security import Person, Role
from shared.web import N_, Db, Lang, Now, Problem, forms, render, require

Officer = Annotated[Person, Depends(require(Role.OFFICER))]

VIEWS = {
    View.TO_DO: N_("Perlu dijawab"),
    View.ANSWERED: N_("Menunggu tindak lanjut"),
    View.FOLLOWED_UP: N_("Sudah ditindaklanjuti"),
    View.CLOSED: N_("Selesai"),
    View.ALL: N_("Semua"),
}


class AnswerForm(EntryForm):
    """An officer's answer."""

    kind: EntryKind

    messages: ClassVar = EntryForm.messages | {
        ("kind", "missing"): N_("Pilih jenis jawaban"),
        ("text", "missing"): N_("Tulis isi jawaban"),
    }


def station_of(person: Person) -> AgencyCode:
    """Where an officer works.

    Raises:
        Problem: 403, the session names no agency.
    """
    station = person.unit or person.agency
    if station is None:
        raise Problem(403)
    return station


def router(settings: Settings) -> APIRouter:
    """The pages below `/meja/instansi`."""
    routes = APIRouter(prefix="/meja/instansi")

    @routes.get("")
    async def list_reports(
        request: Request,
        db: Db,
        now: Now,
        person: Officer,
        view: Annotated[View, Query(alias="tampilan")] = View.TO_DO,
        page: Annotated[int, Query(alias="halaman", ge=1, le=100_000)] = 1,
    ) -> Response:
        station = station_of(person)
        calendar = (await store.schedule(db, settings)).calendar
        near = calendar.add(now, settings.soon_days)
        counts = await inbox.counts(db, station, now=now, near=near)
        found = await inbox.lines(db, station, view, page=page, length=settings.page_length)
        lines = [
            (line, standing(line.due_at, calendar, settings.soon_days, now=now) if line.due_at else None)
            for line in found
        ]
        return render(
            request,
            "inbox.html",
            lines=lines,
            counts=counts,
            views=VIEWS,
            view=view,
            page=page,
            last=max(1, -(-counts.views[view] // settings.page_length)),
            names=await register.names(db, {line.holder for line in found} | {station}),
            station=station,
            status=views.STATUS,
        )

    @routes.get("/{report_id}")
    async def show_report(
        request: Request, db: Db, now: Now, lang: Lang, person: Officer, report_id: UUID, terkirim: bool = False
    ) -> Response:
        case, held = await _theirs(db, report_id, person)
        await actions.audit_look(db, case, person.account_id, now=now)
        view = await views.shown(db, case, settings, lang, now=now)
        form = forms.blank(AnswerForm, command_id=views.command_id())
        return render(request, "answer.html", **views.context(view, form=form, held=held, now=now, sent=terkirim))

    @routes.post("/{report_id}/jawab")
    async def answer(request: Request, db: Db, now: Now, lang: Lang, person: Officer, report_id: UUID) -> Response:
        case, held = await _theirs(db, report_id, person)
        filled = await forms.read(request, AnswerForm, {"limit": settings.answer_limit})
        if filled.form is not None:
            draft = Draft(filled.form.command_id, filled.form.kind, filled.form.text)
            author = Author(AuthorRole.AGENCY, person.account_id, station_of(person))
            try:
                await actions.post(db, report_id, draft, author, settings, now=now)
            except KindNotAllowed:
                filled = filled.with_error("kind", lang.gettext("Pilih jenis jawaban"))
            except NotOpen as refused:
                return views.refused(request, case, refused, draft, f"/meja/instansi/{report_id}", base="desk.html")
            except TooLarge:
                raise Problem(409, *views.TOO_LONG) from None
            else:
                return RedirectResponse(f"/meja/instansi/{report_id}?terkirim=true", 303)
        await actions.audit_look(db, case, person.account_id, now=now)
        view = await views.shown(db, case, settings, lang, now=now)
        page = views.context(view, form=filled, held=held, now=now, sent=False)
        return render(request, "answer.html", status_code=422, **page)

    return routes


async def _theirs(db: AsyncSession, report_id: UUID, person: Person) -> tuple[Case, Disposition]:
    """A report in the hands of the officer's unit; any other looks as if it did not exist.

    Raises:
        Problem: 404.
    """
    case = await store.case(db, report_id)
    held = case.held_by(station_of(person)) if case else None
    if case is None or held is None:
        raise Problem(404)
    return case, held
