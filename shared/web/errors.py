"""Errors as people and programs see them: one `Problem`, shown as a page or as problem+json (RFC 9457)."""

import logging
from collections.abc import Mapping
from urllib.parse import quote

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from shared.messaging.failures import is_outage
from shared.web.headers import apply_headers
from shared.web.language import N_, Language
from shared.web.people import recognise
from shared.web.rendering import language_of, page_path, render

logger = logging.getLogger(__name__)
RETRY_AFTER = 5
"""Seconds; a database that restarts is back in a few."""

# A status's heading and what to do about it; shown in the person's language.
TEXTS = {
    400: (N_("Permintaan ini tidak dapat kami baca"), N_("Kembali ke halaman sebelumnya, lalu coba sekali lagi.")),
    401: (N_("Anda perlu masuk"), N_("Masuk dahulu, lalu ulangi.")),
    403: (N_("Anda tidak berwenang membuka halaman ini"), N_("Bila seharusnya boleh, masuk dengan akun yang berhak.")),
    404: (
        N_("Halaman ini tidak ada"),
        N_("Mungkin alamatnya salah ketik, atau halamannya sudah dipindahkan."),
    ),
    405: (N_("Halaman ini tidak dapat dibuka dengan cara itu"), N_("Mulai lagi dari beranda.")),
    409: (N_("Keadaannya sudah berubah"), N_("Muat ulang halaman untuk melihat keadaan terbaru.")),
    413: (N_("Kiriman Anda terlalu besar"), N_("Kurangi isi atau lampirannya, lalu kirim lagi.")),
    422: (N_("Ada isian yang tidak dapat kami terima"), N_("Kembali, perbaiki isiannya, lalu kirim lagi.")),
    429: (N_("Tunggu sebentar, lalu coba lagi"), N_("Terlalu banyak permintaan dari jaringan ini.")),
    500: (
        N_("Ada yang salah di pihak kami"),
        N_("Yang sudah Anda kirim dan mendapat nomor tetap tersimpan. Coba lagi beberapa menit lagi."),
    ),
    503: (N_("Layanan ini sedang tidak tersedia"), N_("Coba lagi beberapa menit lagi.")),
}


class Problem(Exception):
    """Something that a person or a program must be told.

    `title` and `advice` are msgids (marked with `N_`) with their `values`; left out, the status's own texts are shown.
    """

    def __init__(
        self,
        status: int,
        title: str | None = None,
        advice: str | None = None,
        *,
        headers: Mapping[str, str] | None = None,
        **values: object,
    ) -> None:
        super().__init__(f"{status} {title or ''}".strip())
        self.status, self.title, self.advice, self.headers, self.values = status, title, advice, headers, values


class SignInNeeded(Problem):
    """Nobody is signed in: pages lead to sign-in and back again, programs get 401."""

    def __init__(self) -> None:
        super().__init__(401)


def wants_json(request: Request) -> bool:
    """Whether the caller is a program."""
    accept = request.headers.get("accept", "")
    return request.url.path.startswith("/api/") or ("json" in accept and "text/html" not in accept)


def problem_response(request: Request, problem: Problem) -> Response:
    """The page or the problem+json of a problem."""
    language = language_of(request)
    title, advice = _texts(language, problem)
    if wants_json(request):
        body = {"type": "about:blank", "status": problem.status, "title": title, "detail": advice}
        headers = dict(problem.headers or {})
        return JSONResponse(body, problem.status, headers, media_type="application/problem+json")
    return render(
        request,
        "error.html",
        status_code=problem.status,
        headers=problem.headers,
        problem_status=problem.status,
        problem_title=title,
        problem_advice=advice,
    )


def install(app: FastAPI) -> None:
    """Give `app` the handlers of all errors."""

    async def on_problem(request: Request, error: Exception) -> Response:
        if not isinstance(error, Problem):
            raise error
        await recognise(request)
        if isinstance(error, SignInNeeded) and not wants_json(request):
            return RedirectResponse(f"/masuk?lanjut={quote(_way_back(request), safe='/')}", 303)
        return problem_response(request, error)

    async def on_http(request: Request, error: Exception) -> Response:
        if not isinstance(error, HTTPException):
            raise error
        await recognise(request)
        return problem_response(request, Problem(error.status_code, headers=error.headers))

    async def on_invalid(request: Request, error: Exception) -> Response:
        if not isinstance(error, RequestValidationError):
            raise error
        await recognise(request)
        in_path = any(item["loc"][:1] == ("path",) for item in error.errors())
        return problem_response(request, Problem(404 if in_path else 422))

    async def on_outage(request: Request, error: Exception) -> Response:
        if not is_outage(error):
            raise error  # ours, not the database's
        logger.warning("the database is away: %s", type(error).__name__)
        return problem_response(request, Problem(503, headers={"Retry-After": str(RETRY_AFTER)}))

    async def on_gone(request: Request, _: Exception) -> Response:
        return Response(status_code=400)  # nobody reads it

    async def on_crash(request: Request, _: Exception) -> Response:
        # Logged and re-raised by Starlette; nothing of the exception reaches the page.
        response = problem_response(request, Problem(500))
        apply_headers(request.scope, response.headers)
        return response

    app.add_exception_handler(Problem, on_problem)
    app.add_exception_handler(HTTPException, on_http)
    app.add_exception_handler(RequestValidationError, on_invalid)
    app.add_exception_handler(DBAPIError, on_outage)
    app.add_exception_handler(PoolTimeout, on_outage)
    app.add_exception_handler(ClientDisconnect, on_gone)
    app.add_exception_handler(Exception, on_crash)


def _texts(language: Language, problem: Problem) -> tuple[str, str]:
    title, advice = TEXTS.get(problem.status, TEXTS[500 if problem.status >= 500 else 400])
    return (
        language.gettext(problem.title or title, **problem.values),
        language.gettext(problem.advice or ("" if problem.title else advice), **problem.values),
    )


def _way_back(request: Request) -> str:
    """Where to go after signing in: this page with its query, or the page that the refused form stood on."""
    query = f"?{request.url.query}" if request.method == "GET" and request.url.query else ""
    return page_path(request) + query
