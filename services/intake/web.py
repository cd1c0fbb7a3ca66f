"""`/saya`: a reporter's own view of a report, opened by its private link or, signed in, by its tracking ID."""

from collections.abc import Sequence
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import actions, progress, projections, store
from services.intake.access import find_report
from services.intake.domain import AlreadyDecided, Refused, Report
from services.intake.forms import FlagsForm, SupplementForm, limits, require_form
from services.intake.keys import Keys
from services.intake.settings import Settings
from services.intake.telling import CHANNELS, KINDS, REASONS, STATUSES, news, stage_facts
from shared import regions
from shared.web import N_, CurrentPerson, Db, Lang, Language, Now, Problem, forms, render
from shared.web.forms import Filled

LISTED = 50
PRIVATE = {"cache-control": "no-store", "x-robots-tag": "noindex"}
"""A private page stays in no cache and no index."""


def router(keys: Keys, settings: Settings) -> APIRouter:
    """`/saya` and what a reporter does there."""
    routes = APIRouter(prefix="/saya", include_in_schema=False)

    @routes.get("")
    async def mine(request: Request, db: Db, lang: Lang, person: CurrentPerson) -> Response:
        """The signed-in reporter's own list; for others, the ways to a report."""
        found: Sequence[Report] = ()
        if person and person.account_id:
            found = await store.of_owner(db, keys.owner_of_account(person.account_id), LISTED)
        told = await projections.milestones(db, [report.report_id for report in found])
        rows = [(report, progress.of(report, told[report.report_id])) for report in found]
        return render(request, "mine.html", headers=PRIVATE, rows=rows, statuses=STATUSES, kinds=KINDS)

    @routes.get("/{reference}")
    async def own(
        request: Request, db: Db, lang: Lang, person: CurrentPerson, reference: str, baru: bool = False
    ) -> Response:
        """The receipt of a new report, or how it fares."""
        report = await find_report(db, keys, person, reference)
        template = "receipt.html" if baru else "own.html"
        return await _page(request, db, lang, settings, report, reference, template)

    @routes.post("/{reference}/lengkapi")
    async def complete(
        request: Request, db: Db, lang: Lang, now: Now, person: CurrentPerson, reference: str
    ) -> Response:
        """Complete a returned report."""
        require_form(request)
        report = await find_report(db, keys, person, reference)
        filled = await forms.read(request, SupplementForm, limits(settings, now))
        if filled.form is None:
            return await _page(request, db, lang, settings, report, reference, "own.html", filled, 422)
        command_id, text = filled.form.command, filled.form.text
        try:
            await actions.add(db, report.report_id, command_id=command_id, text=text, now=now)
        except Refused:
            refused = filled.with_error("", lang.gettext("Laporan ini sudah tidak menunggu pelengkapan dari Anda"))
            return await _page(request, db, lang, settings, report, reference, "own.html", refused, 409)
        return RedirectResponse(f"/saya/{reference}", 303)

    @routes.post("/{reference}/privasi")
    async def raise_flags(request: Request, db: Db, now: Now, person: CurrentPerson, reference: str) -> Response:
        """Raise flags; nothing here lowers them."""
        require_form(request)
        report = await find_report(db, keys, person, reference)
        wish = (await forms.read(request, FlagsForm)).form or FlagsForm()
        await actions.raise_flags(
            db, report.report_id, anonymous=wish.anonymous, confidential=wish.confidential, now=now
        )
        return RedirectResponse(f"/saya/{reference}", 303)

    @routes.get("/{reference}/tarik")
    async def ask_withdrawal(request: Request, db: Db, person: CurrentPerson, reference: str) -> Response:
        """What taking it back means."""
        report = await find_report(db, keys, person, reference)
        standing = await actions.progress_of(db, report)
        return render(request, "withdraw.html", headers=PRIVATE, report=report, progress=standing, reference=reference)

    @routes.post("/{reference}/tarik")
    async def withdraw(request: Request, db: Db, now: Now, person: CurrentPerson, reference: str) -> Response:
        """Take it back."""
        require_form(request)
        report = await find_report(db, keys, person, reference)
        try:
            await actions.withdraw(db, report.report_id, now=now)
        except AlreadyDecided:
            raise Problem(
                409, N_("Laporan ini sudah selesai"), N_("Yang sudah selesai tidak dapat ditarik lagi.")
            ) from None
        return RedirectResponse(f"/saya/{reference}", 303)

    return routes


async def _page(
    request: Request,
    db: AsyncSession,
    lang: Language,
    settings: Settings,
    report: Report,
    reference: str,
    template: str,
    filled: Filled[SupplementForm] | None = None,
    status: int = 200,
) -> Response:
    told = (await projections.milestones(db, [report.report_id]))[report.report_id]
    standing = progress.of(report, told)
    codes = [m.agency for m in told if m.agency] + [code for code in (report.agency_wish,) if code]
    names = await projections.agency_names(db, codes)
    promises = await actions.promises(db, settings)
    form = filled or forms.blank(SupplementForm, command=str(uuid4()))
    return render(
        request,
        template,
        status_code=status,
        headers=PRIVATE,
        report=report,
        reference=reference,
        link=f"{settings.public_url.rstrip('/')}/saya/{reference}",
        progress=standing,
        facts=stage_facts(report, standing, promises, names, lang),
        news=news(report, told, names, lang),
        supplements=await store.supplements(db, report.report_id),
        region=regions.path_of(report.region) if report.region else None,
        wished=names.get(report.agency_wish or ""),
        status=STATUSES[standing.status],
        way=lang.gettext(CHANNELS[report.channel]),
        kind=lang.gettext(KINDS[report.kind]),
        reason=_reason(standing, lang),
        form=form,
        settings=settings,
    )


def _reason(standing: progress.Progress, lang: Language) -> str:
    """Why it was rejected and where to go instead; empty if it was not."""
    decision = standing.decision
    return lang.gettext(REASONS[decision.reason]) if decision and decision.reason else ""
