"""Who is asking: the signed-in person of a request, looked up once."""

from typing import Protocol

from fastapi import Request

from shared.security import Person


class Verifier(Protocol):
    """Turns a session token into a person, by published keys."""

    async def verify(self, token: str) -> Person | None:
        """The person, or None for a token that is forged, expired or revoked."""
        ...


async def recognise(request: Request) -> Person | None:
    """The person of the session cookie, or None; remembered for the rest of the request."""
    if not hasattr(request.state, "person"):
        request.state.person = await _verify(request, request.app.state.settings.session_cookie)
    person: Person | None = request.state.person
    return person


async def recognise_reporter(request: Request) -> Person | None:
    """Whoever opened one report by an access code or link, beside or without an account; its `report_id` names the report."""
    return await _verify(request, request.app.state.settings.report_cookie)


async def _verify(request: Request, cookie: str) -> Person | None:
    token = request.cookies.get(cookie)
    verifier: Verifier | None = request.app.state.verifier
    return await verifier.verify(token) if token and verifier is not None else None
