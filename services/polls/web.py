"""The pages of polls: `/opini` for everybody, `/meja/opini` for officers."""

from datetime import datetime
from typing import Annotated
from uuid import UUID, uuid4

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncSession

from services.polls import actions, domain, store
from services.polls.actions import NewPoll, NoSuchPoll
from services.polls.domain import Limits, Phase
from services.polls.settings import Settings
from shared.security import Person, Role
from shared.web import N_, CurrentPerson, Db, Lang, Language, Now, Problem, SignInNeeded, forms, render, require
from shared.web.forms import Day, Filled, Line, Text

Officer = Annotated[Person, Depends(require(Role.OFFICER))]
UNKNOWN = (
    N_("Opini ini tidak ada"),
    N_("Mungkin alamatnya salah ketik. Lihat semua opini yang terbuka di halaman Opini."),
)
FOREIGN = (N_("Opini ini milik instansi lain"), N_("Anda hanya dapat mengelola opini instansi Anda sendiri."))


class VoteForm(forms.Form):
    """One choice."""

    option: int

    messages = {  # noqa: RUF012 - read only, as the base class declares it
        ("option", "missing"): N_("Pilih salah satu"),
        ("option", "int_parsing"): N_("Pilih salah satu dari daftar ini"),
    }


class PollForm(forms.Form):
    """A new poll."""

    poll_id: UUID
    question: Annotated[Line, Field(min_length=10, max_length=200)]
    options: Annotated[Text, Field(max_length=2_000)]
    opens_on: Day
    closes_on: Day

    messages = {  # noqa: RUF012 - as above
        ("question", "missing"): N_("Tulis pertanyaannya"),
        ("options", "missing"): N_("Tulis pilihannya, satu di setiap baris"),
        ("opens_on", "missing"): N_("Tulis tanggal dibuka"),
        ("closes_on", "missing"): N_("Tulis tanggal ditutup"),
    }


def router(settings: Settings) -> APIRouter:
    """The pages; `settings` hold the limits of new polls."""
    routes = APIRouter()

    @routes.get("/opini")
    async def polls(request: Request, db: Db, now: Now) -> Response:
        unclosed = await store.unclosed(db)
        return render(
            request,
            "polls.html",
            open=[found for found in unclosed if found.poll.phase(now) is Phase.OPEN],
            scheduled=[found for found in unclosed if found.poll.phase(now) is Phase.SCHEDULED],
            closed=await store.closed(db, settings.poll_closed_shown),
        )

    @routes.get("/opini/{poll_id}")
    async def poll(request: Request, db: Db, now: Now, person: CurrentPerson, poll_id: UUID) -> Response:
        return await _poll_page(request, db, poll_id, person, now, saved="tersimpan" in request.query_params)

    @routes.post("/opini/{poll_id}")
    async def vote(request: Request, db: Db, now: Now, lang: Lang, person: CurrentPerson, poll_id: UUID) -> Response:
        account_id = _voter(person)
        filled = await forms.read(request, VoteForm)
        status = 422
        if filled.form is not None:
            try:
                await actions.vote(db, poll_id, filled.form.option, account_id=account_id, now=now)
            except NoSuchPoll:
                raise Problem(404, *UNKNOWN) from None
            except domain.NotOpen:
                status = 409
                filled = filled.with_error("", lang.gettext(N_("Opini ini tidak sedang menerima suara")))
            except domain.NoSuchOption:
                filled = filled.with_error("option", lang.gettext(N_("Pilih salah satu dari daftar ini")))
            else:
                return RedirectResponse(f"/opini/{poll_id}?tersimpan", 303)
        return await _poll_page(request, db, poll_id, person, now, form=filled, status=status)

    @routes.get("/meja/opini")
    async def desk(request: Request, db: Db, now: Now, officer: Officer) -> Response:
        code = _agency(officer)
        return render(
            request,
            "desk_polls.html",
            agency=await store.agency_named(db, code),
            polls=[(found, found.poll.phase(now)) for found in await store.of_agency(db, code)],
            saved="tersimpan" in request.query_params,
        )

    @routes.get("/meja/opini/baru")
    async def new_poll(request: Request, db: Db, officer: Officer) -> Response:
        return await _form_page(request, db, officer, forms.blank(PollForm, poll_id=str(uuid4())), settings)

    @routes.post("/meja/opini/baru")
    async def create_poll(request: Request, db: Db, now: Now, lang: Lang, officer: Officer) -> Response:
        filled = await forms.read(request, PollForm)
        if filled.form is not None:
            try:
                await _create(db, filled.form, officer, settings.limits, now)
            except domain.NotYours:
                raise Problem(403, *FOREIGN) from None
            except (domain.NotConnected, domain.UnfitOptions, domain.UnfitDates) as error:
                filled = _refused(filled, error, settings.limits, lang)
            else:
                return RedirectResponse("/meja/opini?tersimpan", 303)
        return await _form_page(request, db, officer, filled, settings, status=422)

    @routes.get("/meja/opini/{poll_id}")
    async def own_poll(request: Request, db: Db, now: Now, officer: Officer, poll_id: UUID) -> Response:
        try:
            found = await actions.own(db, poll_id, _agency(officer))
        except NoSuchPoll:
            raise Problem(404, *UNKNOWN) from None
        except domain.NotYours:
            raise Problem(403, *FOREIGN) from None
        return render(request, "desk_poll.html", found=found, poll=found.poll, phase=found.poll.phase(now))

    return routes


async def _poll_page(
    request: Request,
    db: AsyncSession,
    poll_id: UUID,
    person: Person | None,
    now: datetime,
    *,
    form: Filled[VoteForm] | None = None,
    status: int = 200,
    saved: bool = False,
) -> Response:
    found = await store.find(db, poll_id)
    if found is None:
        raise Problem(404, *UNKNOWN)
    voter = person.account_id if person is not None and person.role is Role.REPORTER else None
    chosen = await actions.choice(db, found.poll, voter) if voter else None
    return render(
        request,
        "poll.html",
        status_code=status,
        found=found,
        poll=found.poll,
        phase=found.poll.phase(now),
        may_vote=voter is not None,
        chosen=chosen,
        saved=saved and chosen is not None,
        form=form or forms.blank(VoteForm, option=str(chosen or "")),
    )


async def _form_page(
    request: Request, db: AsyncSession, officer: Person, form: Filled[PollForm], settings: Settings, status: int = 200
) -> Response:
    agency = await store.agency_named(db, _agency(officer))
    return render(request, "new_poll.html", status_code=status, form=form, agency=agency, limits=settings.limits)


async def _create(db: AsyncSession, form: PollForm, officer: Person, limits: Limits, now: datetime) -> None:
    asked = NewPoll(form.poll_id, form.question, form.options.splitlines(), form.opens_on, form.closes_on)
    if officer.account_id is None:
        raise Problem(403)
    await actions.create(db, asked, agency=_agency(officer), by=officer.account_id, limits=limits, now=now)


def _refused(filled: Filled[PollForm], error: Exception, limits: Limits, lang: Language) -> Filled[PollForm]:
    if isinstance(error, domain.NotConnected):
        said = N_("Instansi Anda belum terhubung, jadi belum dapat bertanya kepada publik")
        return filled.with_error("", lang.gettext(said))
    if isinstance(error, domain.UnfitOptions):
        said = N_("Tulis %(fewest)s sampai %(most)s pilihan yang berbeda, satu di setiap baris")
        return filled.with_error("options", lang.gettext(said, fewest=limits.min_options, most=limits.max_options))
    said = N_("Tutup pada atau sesudah hari dibuka, bukan di masa lalu, dan paling lama %(days)s hari")
    return filled.with_error("closes_on", lang.gettext(said, days=limits.max_days))


def _voter(person: Person | None) -> UUID:
    """The account that votes.

    Raises:
        SignInNeeded: nobody is signed in.
        Problem: 403, a member of staff, or a session that opens one report only.
    """
    if person is None:
        raise SignInNeeded
    if person.role is not Role.REPORTER or person.account_id is None:
        raise Problem(403, N_("Hanya warga yang memilih"), N_("Masuk dengan akun pelapor Anda sendiri untuk memilih."))
    return person.account_id


def _agency(officer: Person) -> str:
    if officer.agency is None:
        raise Problem(403)
    return officer.agency
