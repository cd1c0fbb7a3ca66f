"""Who may open which report: whoever has its private link, and its signed-in owner."""

from fastapi import Request
from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import store
from services.intake.domain import Report
from services.intake.keys import Keys
from services.intake.tracking import read_tracking_id
from shared.security import Person
from shared.web import Problem

ADDRESSES = ("http.target", "http.url", "url.path", "url.full", "url.query")
"""Span attributes that would carry a private link into the trace store."""


async def keep_out_of_traces(request: Request) -> None:
    """A route's dependency: the span of the request names the route, not the private link that was opened."""
    span = trace.get_current_span()
    route = request.scope.get("route")
    template = str(getattr(route, "path", ""))
    known = getattr(span, "attributes", None) or {}
    for name in ADDRESSES:
        if name in known:
            span.set_attribute(name, template)


async def find_report(db: AsyncSession, keys: Keys, person: Person | None, reference: str) -> Report:
    """The report that a private token opens, or a tracking ID on its signed-in owner's list.

    Raises:
        Problem: 404, the same for what does not exist and for what is somebody else's.
    """
    report = await store.by_token(db, keys.token_hash(reference))
    tracking_id = read_tracking_id(reference)
    if report is None and tracking_id and person and person.account_id:
        report = await store.by_owner(db, keys.owner_of_account(person.account_id), tracking_id)
    if report is None:
        raise Problem(404)
    return report
