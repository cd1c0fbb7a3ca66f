"""Middleware around every request: refuses what no view should see, sets headers and the language cookie."""

from urllib.parse import urlsplit

from fastapi import Request
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.web.addresses import split_address
from shared.web.errors import Problem, problem_response
from shared.web.headers import apply_headers
from shared.web.language import CODES, N_
from shared.web.people import recognise
from shared.web.rendering import LANGUAGE_COOKIE

SAFE_METHODS = {"GET", "HEAD", "OPTIONS"}
CROSS_ORIGIN = (
    N_("Kiriman ini datang dari situs lain"),
    N_("Demi keamanan kami tidak menerimanya. Buka halamannya di sini, lalu kirim lagi."),
)
YEAR = 365 * 24 * 3600


class Edge:
    """Outermost middleware of a service with pages."""

    def __init__(self, app: ASGIApp, *, public_url: str) -> None:
        self.app, self.public_host = app, urlsplit(public_url).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, answer, add headers."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        # FastAPI answers GET only; what HEAD is asked for is the same without its body
        head_only = scope["method"] == "HEAD"
        if head_only:
            scope["method"] = "GET"
        request = Request(scope, receive)
        asked = request.query_params.get("lang")

        too_large = False

        async def send_with_headers(message: Message) -> None:
            nonlocal too_large
            if message["type"] == "http.response.start":
                # The body limit answers in plain text: a page or problem+json takes its place.
                too_large = message["status"] == 413 and b"text/plain" in dict(message["headers"]).get(
                    b"content-type", b""
                )
            if too_large:
                return
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                apply_headers(scope, headers)
                if asked in CODES:
                    secure = "; Secure" if request.app.state.settings.secure_cookies else ""
                    headers.append(
                        "set-cookie",
                        f"{LANGUAGE_COOKIE}={asked}; Path=/; Max-Age={YEAR}; HttpOnly; SameSite=Lax{secure}",
                    )
            if head_only and message["type"] == "http.response.body":
                message = {**message, "body": b""}
            await send(message)

        problem = self._refusal(scope)
        if problem is None:
            await self.app(scope, receive, send_with_headers)
            problem = Problem(413) if too_large else None
        if problem is not None:
            too_large = False
            await recognise(request)
            await problem_response(request, problem)(scope, receive, send_with_headers)

    def _refusal(self, scope: Scope) -> Problem | None:
        if "\0" in scope["path"] or b"%00" in scope["query_string"]:
            return Problem(400)
        if scope["method"] not in SAFE_METHODS and self._is_cross_origin(Headers(scope=scope)):
            return Problem(403, *CROSS_ORIGIN)
        return None

    def _is_cross_origin(self, headers: Headers) -> bool:
        """Browsers tell where a form came from; programs (SMS gateway, partners) send neither header and carry no cookies."""
        site = headers.get("sec-fetch-site")
        if site is not None:
            return site not in ("same-origin", "none")
        origin = headers.get("origin")
        return origin is not None and split_address(origin).netloc not in (self.public_host, headers.get("host"))
