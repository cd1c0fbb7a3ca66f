"""The desk of the administrators: `/meja/verifikasi`."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import BaseModel, field_validator, model_validator
from sqlalchemy.ext.asyncio import AsyncSession

from services.verification import actions, decisions, domain, pages, store
from services.verification.actions import VerifyRequest
from services.verification.cases import Administrator, Case, Flags, Question
from services.verification.decisions import FORMS, HoldForm, ProtectForm, RejectForm, ReturnForm, VerifyForm, Versioned
from services.verification.pages import View
from services.verification.settings import Settings
from services.verification.store import Filters, Position
from shared import regions
from shared.contracts.vocabulary import Channel, Kind, TrackingId
from shared.security import Person, Role
from shared.web import N_, Db, Lang, Language, Now, Problem, forms, render, require
from shared.web.forms import Filled

DESK = "/meja/verifikasi"
CaseIn = Annotated[Person, Depends(require(Role.ADMINISTRATOR))]


def administrator(person: Annotated[Person, Depends(require(Role.ADMINISTRATOR))]) -> Administrator:
    """Who decides: a signed-in administrator with an account.

    Raises:
        Problem: 403, the session names no account.
    """
    if person.account_id is None:
        raise Problem(403)
    return Administrator(person.account_id, person.name)


Deciding = Annotated[Administrator, Depends(administrator)]


class QueueQuery(BaseModel):
    """The query of the list page, in the words of its address."""

    tampilan: View = View.QUEUE
    saluran: Channel | None = None
    jenis: Kind | None = None
    lindung: str | None = None
    """`anonim` or `rahasia`."""
    wilayah: str | None = None
    """Code of a province."""
    tempo: str | None = None
    """`terlambat`."""
    sesudah: str | None = None
    """The last case of the page before: ISO moment and report id, with a tilde between."""
    diputus: TrackingId | None = None
    """What was just decided."""

    @model_validator(mode="before")
    @classmethod
    def drop_empty(cls, sent: Any) -> Any:
        """An empty box filters nothing."""
        return {name: value for name, value in sent.items() if value != ""} if isinstance(sent, dict) else sent

    @field_validator("lindung")
    @classmethod
    def known_flag(cls, value: str | None) -> str | None:
        """One of the two."""
        return _one_of(value, {"anonim", "rahasia"})

    @field_validator("tempo")
    @classmethod
    def known_time(cls, value: str | None) -> str | None:
        """The only one."""
        return _one_of(value, {"terlambat"})

    @field_validator("wilayah")
    @classmethod
    def known_province(cls, value: str | None) -> str | None:
        """A province that exists."""
        return _one_of(value, {province.code for province in regions.provinces()})

    @field_validator("sesudah")
    @classmethod
    def readable_position(cls, value: str | None) -> str | None:
        """As we wrote it."""
        if value is not None:
            _position(value)
        return value

    def filters(self, now: datetime) -> Filters:
        """What part of the cases to show."""
        return Filters(
            statuses=pages.VIEWS[self.tampilan][1],
            channel=self.saluran,
            kind=self.jenis,
            anonymous=self.lindung == "anonim",
            confidential=self.lindung == "rahasia",
            province=self.wilayah,
            overdue_at=now if self.tempo else None,
        )

    @property
    def in_force(self) -> dict[str, str | None]:
        """The query without the page and the notice."""
        return {name: value for name, value in self.model_dump(exclude={"sesudah", "diputus"}).items() if value}


def router(settings: Settings) -> APIRouter:
    """The pages; `settings` say how long a page is and the promises made until sla is heard."""
    routes = APIRouter(prefix=DESK)

    @routes.get("")
    async def queue(
        request: Request, db: Db, now: Now, by: Deciding, query: Annotated[QueueQuery, Query()]
    ) -> Response:
        after = _position(query.sesudah) if query.sesudah else None
        shown = await pages.queue_page(db, query.filters(now), after, size=settings.queue_page_size, now=now)
        return render(
            request,
            "queue.html",
            page=shown,
            query=query,
            views=pages.VIEWS,
            words=pages,
            provinces=regions.provinces(),
            address=pages.address(**query.in_force),
        )

    @routes.get("/{report_id}")
    async def case(
        request: Request, db: Db, now: Now, by: Deciding, report_id: UUID, kategori: str | None = None
    ) -> Response:
        return await _case(request, db, settings, await _find(db, report_id), by=by, now=now, category=kategori)

    async def decide(
        request: Request,
        db: AsyncSession,
        lang: Language,
        now: datetime,
        by: Administrator,
        report_id: UUID,
        name: str,
        act: Callable[[Case, Any], Awaitable[None]],
    ) -> Response:
        """Read the form, act, and lead back to the queue; or show the case again with everything as it was typed."""
        found = await _find(db, report_id)
        filled: Filled[Versioned] = await forms.read(request, FORMS[name])
        status, lost = 422, False
        if filled.form is not None:
            try:
                await act(found, filled.form)
            except domain.AlreadyDecided:
                status, lost = 409, True
                found = await _find(db, report_id)
                filled = filled.with_error("", lang.gettext(LOST))
            except REFUSALS as error:
                filled = decisions.refused(filled, error, lang) or filled
            else:
                return RedirectResponse(f"{DESK}?diputus={found.tracking_id}", 303)
        return await _case(
            request, db, settings, found, by=by, now=now, status=status, opened=name, filled=filled, lost=lost
        )

    @routes.post("/{report_id}/verifikasi")
    async def verify(request: Request, db: Db, lang: Lang, now: Now, by: Deciding, report_id: UUID) -> Response:
        async def act(found: Case, form: VerifyForm) -> None:
            asked = VerifyRequest(
                category=form.category,
                lead=form.lead,
                further=form.further,
                kind=form.kind,
                title=form.title,
                public_body=form.public_body,
                flags=Flags(form.anonymous, form.confidential),
                body=form.agency_body if found.is_too_long else None,
            )
            await actions.verify(db, report_id, form.version, asked, by=by, now=now)

        return await decide(request, db, lang, now, by, report_id, "verifikasi", act)

    @routes.post("/{report_id}/kembalikan")
    async def give_back(request: Request, db: Db, lang: Lang, now: Now, by: Deciding, report_id: UUID) -> Response:
        async def act(found: Case, form: ReturnForm) -> None:
            language = request.app.state.pages.languages[found.language.value]
            missing = decisions.missing_text(form, pages.QUESTIONS, language)
            if not missing:
                raise decisions.NothingAsked
            days = settings.completion_days
            await actions.give_back(db, report_id, form.version, missing, completion_days=days, by=by, now=now)

        return await decide(request, db, lang, now, by, report_id, "kembalikan", act)

    @routes.post("/{report_id}/tolak")
    async def reject(request: Request, db: Db, lang: Lang, now: Now, by: Deciding, report_id: UUID) -> Response:
        async def act(found: Case, form: RejectForm) -> None:
            await actions.reject(db, report_id, form.version, form.reason, form.explanation, by=by, now=now)

        return await decide(request, db, lang, now, by, report_id, "tolak", act)

    @routes.post("/{report_id}/tahan")
    async def hold(request: Request, db: Db, lang: Lang, now: Now, by: Deciding, report_id: UUID) -> Response:
        async def act(found: Case, form: HoldForm) -> None:
            await actions.hold(db, report_id, form.version, form.agency, by=by, now=now)

        return await decide(request, db, lang, now, by, report_id, "tahan", act)

    @routes.post("/{report_id}/lindungi")
    async def protect(request: Request, db: Db, lang: Lang, now: Now, by: Deciding, report_id: UUID) -> Response:
        async def act(found: Case, form: ProtectForm) -> None:
            flags = Flags(form.add_anonymous, form.add_confidential)
            await actions.add_flags(db, report_id, form.version, flags, by=by, now=now)

        return await decide(request, db, lang, now, by, report_id, "lindungi", act)

    return routes


LOST = N_("Laporan ini berubah sejak Anda membukanya. Keputusan Anda belum tersimpan; tulisan Anda masih ada di bawah.")
REFUSALS = (
    domain.UnknownAgency,
    domain.UnknownCategory,
    domain.NotConnected,
    domain.Connected,
    domain.NotAnAgency,
    domain.Excluded,
    domain.TextTooLong,
    domain.NoPublicText,
    domain.NothingAdded,
    decisions.NothingAsked,
)


async def _case(
    request: Request,
    db: AsyncSession,
    settings: Settings,
    case: Case,
    *,
    by: Administrator,
    now: datetime,
    status: int = 200,
    category: str | None = None,
    opened: str = "verifikasi",
    filled: Filled[Versioned] | None = None,
    lost: bool = False,
) -> Response:
    """The case page; each look at a confidential case is recorded."""
    await actions.look(db, case, by=by, now=now)
    asked = filled.value("category") if filled is not None else category
    page = await pages.case_page(db, case, settings, category=asked or None, now=now)
    wished = page.wished_agency
    chosen = page.category.code if page.category else ""
    made = {
        name: decisions.blank(
            name,
            case,
            category=chosen,
            lead=wished.code if wished and wished.connected else "",
            wait_for=wished.code if wished and not wished.connected else "",
        )
        for name in FORMS
    }
    if filled is not None:
        made[opened] = filled
    return render(
        request,
        "case.html",
        status_code=status,
        page=page,
        case=case,
        made=made,
        opened=opened,
        filled=filled or forms.blank(Versioned),
        lost=lost,
        words=pages,
        questions=list(Question),
        further=range(decisions.FURTHER),
    )


async def _find(db: AsyncSession, report_id: UUID) -> Case:
    case = await store.find(db, report_id)
    if case is None:
        raise Problem(
            404, N_("Laporan ini tidak ada"), N_("Mungkin alamatnya salah, atau laporannya belum sampai ke meja ini.")
        )
    return case


def _position(text: str) -> Position:
    moment, _, report_id = text.partition("~")
    at = datetime.fromisoformat(moment)
    if at.tzinfo is None:
        raise ValueError("a position needs a time zone")
    return Position(at, UUID(report_id))


def _one_of(value: str | None, known: set[str]) -> str | None:
    if value is not None and value not in known:
        raise ValueError("unknown")
    return value
