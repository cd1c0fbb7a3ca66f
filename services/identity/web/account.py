"""`/akun`: who one is here, until when, and one's own reports."""

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from services.identity.actions import sessions
from services.identity.actions.keys import NoSigningKeyYet
from services.identity.equipment import Equipment
from services.identity.store import accounts, contacts
from services.identity.web.cookies import Cookies
from shared.contracts.vocabulary import TrackingId
from shared.security import Person
from shared.web import N_, Db, Problem, SignedIn, render

ROLE_NAMES = {
    "reporter": N_("Pelapor"),
    "administrator": N_("Administrator LAPOR!"),
    "officer": N_("Pejabat penghubung"),
    "observer": N_("Pengamat"),
    "operator": N_("Operator"),
}


async def account_holder(person: SignedIn) -> Person:
    """Whoever is signed in to an account.

    Raises:
        Problem: 403, the session opens one report only.
    """
    if person.account_id is None:
        raise Problem(403)
    return person


AccountHolder = Annotated[Person, Depends(account_holder)]


def router(equipment: Equipment) -> APIRouter:
    """One's own account."""
    routes = APIRouter(prefix="/akun")
    cookies = Cookies(equipment)

    @routes.get("")
    async def account_page(request: Request, db: Db, person: AccountHolder) -> Response:
        account = await accounts.get(db, equipment.vault, person.account_id) if person.account_id else None
        if account is None:
            raise Problem(403)
        ends_at = await accounts.session_end(db, person.session_id)
        return render(request, "account.html", account=account, role_name=ROLE_NAMES[account.role], ends_at=ends_at)

    @routes.get("/laporan")
    async def reports_page(request: Request, db: Db, person: AccountHolder) -> Response:
        reports = await contacts.of_account(db, person.account_id) if person.account_id else []
        return render(request, "reports.html", reports=reports)

    @routes.get("/laporan/{tracking_id}")
    async def open_report(db: Db, person: AccountHolder, tracking_id: TrackingId) -> Response:
        """One's own thread, by whatever page links here; signing in first leads back here."""
        mine = await contacts.of_account(db, person.account_id) if person.account_id else []
        report = next((found.report for found in mine if found.report.tracking_id == tracking_id), None)
        if report is None:
            raise Problem(404)
        try:
            token, expires_at = await sessions.open_report(db, equipment, report)
        except NoSigningKeyYet:
            raise Problem(503, headers={"Retry-After": "5"}) from None
        response = RedirectResponse(f"/percakapan/{tracking_id}", 303)
        cookies.open_report(response, tracking_id, token, expires_at)
        return response

    return routes
