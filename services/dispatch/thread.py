"""The thread page: the reporter, the agencies that hold the report, and administrators; to anybody else it does not exist (rules.md §5, §7)."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar

from fastapi import APIRouter, Depends, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import actions, store, views
from services.dispatch.cases import Author, Case, Draft
from services.dispatch.domain import KindNotAllowed, NotOpen
from services.dispatch.settings import Settings
from services.dispatch.views import EntryForm
from shared.contracts.vocabulary import AuthorRole, EntryKind
from shared.messaging import TooLarge
from shared.security import Person, Role
from shared.web import N_, CurrentPerson, Db, Lang, Language, Now, Problem, forms, render
from shared.web.people import Verifier


class ReplyForm(EntryForm):
    """A reporter's reply."""

    kind: EntryKind

    messages: ClassVar = EntryForm.messages | {("kind", "missing"): N_("Pilih jenis tanggapan")}


class StatementForm(EntryForm):
    """An administrator's statement."""

    messages: ClassVar = EntryForm.messages | {("text", "missing"): N_("Tulis isi pernyataan")}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who may see the thread, and as what."""

    role: AuthorRole
    person: Person

    @property
    def is_staff(self) -> bool:
        """Whether a look at a confidential report is recorded."""
        return self.role is not AuthorRole.REPORTER

    @property
    def author(self) -> Author:
        """As whom they write."""
        return Author(self.role, self.person.account_id if self.is_staff else None)


async def report_session(request: Request) -> Person | None:
    """Whoever opened this report by an access code or link, or None."""
    verifier: Verifier | None = request.app.state.verifier
    token = request.cookies.get(request.app.state.settings.report_cookie)
    return await verifier.verify(token) if token and verifier is not None else None


ReportSession = Annotated[Person | None, Depends(report_session)]


def visitor_of(case: Case, opened: Person | None, person: Person | None) -> Visitor | None:
    """As what somebody sees a report; None: not at all.

    `opened` is the session that opens one report, `person` the signed-in one.
    """
    if opened is not None and opened.report_id == case.report_id:
        return Visitor(AuthorRole.REPORTER, opened)
    if person is None or person.report_id is not None:
        return None
    if person.role is Role.ADMINISTRATOR:
        return Visitor(AuthorRole.ADMINISTRATOR, person)
    station = person.unit or person.agency
    if person.role is Role.OFFICER and station is not None and case.held_by(station) is not None:
        return Visitor(AuthorRole.AGENCY, person)
    return None


def router(settings: Settings) -> APIRouter:
    """The pages below `/percakapan`."""
    routes = APIRouter(prefix="/percakapan/{tracking_id}")

    @routes.get("")
    async def show_thread(
        request: Request,
        db: Db,
        now: Now,
        lang: Lang,
        tracking_id: str,
        opened: ReportSession,
        person: CurrentPerson,
        terkirim: bool = False,
    ) -> Response:
        seen = await store.glance(db, tracking_id)
        case, visitor = await _admitted(db, seen, opened, person)
        if case is None or visitor is None:
            return _elsewhere(request, tracking_id, seen)
        form = forms.blank(EntryForm, command_id=views.command_id())
        return await _page(request, db, lang, settings, case, visitor, form, now=now, sent=terkirim)

    @routes.post("/tanggapan")
    async def reply(
        request: Request, db: Db, now: Now, lang: Lang, tracking_id: str, opened: ReportSession
    ) -> Response:
        return await _write(request, db, lang, settings, tracking_id, opened, None, ReplyForm, now=now)

    @routes.post("/pernyataan")
    async def state(
        request: Request, db: Db, now: Now, lang: Lang, tracking_id: str, person: CurrentPerson
    ) -> Response:
        return await _write(request, db, lang, settings, tracking_id, None, person, StatementForm, now=now)

    return routes


async def _write(
    request: Request,
    db: AsyncSession,
    lang: Language,
    settings: Settings,
    tracking_id: str,
    opened: Person | None,
    person: Person | None,
    model: type[ReplyForm] | type[StatementForm],
    *,
    now: datetime,
) -> Response:
    seen = await store.glance(db, tracking_id)
    case, visitor = await _admitted(db, seen, opened, person)
    if case is None or visitor is None or visitor.role is AuthorRole.AGENCY:
        return _elsewhere(request, tracking_id, seen)
    filled = await forms.read(request, model, {"limit": settings.answer_limit})
    if filled.form is not None:
        kind = filled.form.kind if isinstance(filled.form, ReplyForm) else EntryKind.STATEMENT
        draft = Draft(filled.form.command_id, kind, filled.form.text)
        back = f"/percakapan/{tracking_id}"
        try:
            await actions.post(db, case.report_id, draft, visitor.author, settings, now=now)
        except KindNotAllowed:
            filled = filled.with_error("kind", lang.gettext("Pilih jenis tanggapan"))
        except NotOpen as closed:
            return views.refused(request, case, closed, draft, back, base="page.html")
        except TooLarge:
            raise Problem(409, *views.TOO_LONG) from None
        else:
            return RedirectResponse(f"{back}?terkirim=true", 303)
    return await _page(request, db, lang, settings, case, visitor, filled, now=now, status_code=422)


async def _page(
    request: Request,
    db: AsyncSession,
    lang: Language,
    settings: Settings,
    case: Case,
    visitor: Visitor,
    form: forms.Filled[Any],
    *,
    now: datetime,
    status_code: int = 200,
    sent: bool = False,
) -> Response:
    if visitor.is_staff:
        await actions.audit_look(db, case, visitor.person.account_id, now=now)
    view = await views.shown(db, case, settings, lang, now=now)
    page = views.context(view, form=form, sent=sent, visitor=visitor.role.value)
    return render(request, "thread.html", status_code=status_code, **page)


async def _admitted(
    db: AsyncSession, seen: store.Glance | None, opened: Person | None, person: Person | None
) -> tuple[Case | None, Visitor | None]:
    """The report, read only for those who may turn out to be allowed to: whoever is not, is answered after one query."""
    theirs = opened is not None and seen is not None and opened.report_id == seen.report_id
    staff = person is not None and person.role in (Role.ADMINISTRATOR, Role.OFFICER)
    case = await store.case(db, seen.report_id) if seen is not None and (theirs or staff) else None
    return case, visitor_of(case, opened, person) if case else None


def _elsewhere(request: Request, tracking_id: str, seen: store.Glance | None) -> Response:
    """For everybody else: the public page of a published report; otherwise the same answer whatever the reason."""
    if seen is not None and seen.published:
        return RedirectResponse(f"/laporan/{tracking_id}", 303)
    return render(request, "nothing-here.html", status_code=404)
