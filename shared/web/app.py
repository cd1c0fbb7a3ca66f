"""`create_app`: a service's FastAPI application with everything that all of them share."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

from fastapi import APIRouter, Depends, FastAPI, Request
from fastapi.responses import JSONResponse
from sqlalchemy import text
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from starlette.middleware.body_limit import RequestBodyLimitMiddleware

from shared.clock import Clock
from shared.settings import Environment, ServiceSettings
from shared.web import errors
from shared.web.assets import Assets, VersionedFiles
from shared.web.edge import Edge
from shared.web.people import Verifier, recognise
from shared.web.rendering import pages

MAX_BODY = 2 * 1024 * 1024
"""Bytes; a route that takes attachments declares its own `max_body_size`."""
READY_WITHIN = 2.0
"""Seconds that the database has for an answer."""

Health = Callable[[], Awaitable[Mapping[str, Any]]]


def create_app(
    service: str,
    routers: Sequence[APIRouter],
    *,
    settings: ServiceSettings,
    sessions: async_sessionmaker[AsyncSession],
    clock: Clock,
    templates: Sequence[Path] = (),
    lifespan: Callable[[FastAPI], AbstractAsyncContextManager[None]] | None = None,
    verifier: Verifier | None = None,
    health: Health | None = None,
    max_body: int = MAX_BODY,
) -> FastAPI:
    """The application of one service.

    `templates` are the service's template folders (`locale/en.po` beside each is its English); `verifier` turns the session cookie into a
    person; `health` adds to the body of `/ready` (how the consumers are).
    """
    production = settings.environment is Environment.PRODUCTION
    app = FastAPI(
        title=f"LAPOR! {service}",
        docs_url=None,
        redoc_url=None,
        openapi_url=None if production else "/openapi.json",
        lifespan=lifespan,
        dependencies=[Depends(recognise)],
    )
    assets = Assets(settings.assets / "vendor" if settings.assets else None)
    app.state.service = service
    app.state.settings = settings
    app.state.sessions = sessions
    app.state.clock = clock
    app.state.verifier = verifier
    app.state.pages = pages(templates, assets)
    app.state.health = health
    errors.install(app)
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=max_body)
    app.add_middleware(Edge, public_url=settings.public_url)
    for place, folder in assets.folders.items():
        app.mount(f"/static/{place}", VersionedFiles(directory=folder), name=f"static-{place}")
    app.include_router(_probes())
    for router in routers:
        app.include_router(router)
    return app


def _probes() -> APIRouter:
    router = APIRouter(include_in_schema=False)

    @router.get("/live")
    async def live() -> dict[str, bool]:
        """The process answers."""
        return {"live": True}

    @router.get("/ready")
    async def ready(request: Request) -> JSONResponse:
        """200 when the database answers; the body says how the rest is."""
        state = request.app.state
        database = await _answers(state.sessions)
        body: dict[str, Any] = {"service": state.service, "database": database}
        if state.health is not None:
            body |= await state.health()
        return JSONResponse(body, 200 if database else 503)

    return router


async def _answers(sessions: async_sessionmaker[AsyncSession]) -> bool:
    try:
        async with asyncio.timeout(READY_WITHIN), sessions() as session:
            await session.execute(text("select 1"))
    except (SQLAlchemyError, OSError, TimeoutError):
        return False
    return True
