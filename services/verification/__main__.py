"""Starts verification."""

import asyncio
from pathlib import Path

from services.verification import actions, categories, handlers, web
from services.verification.settings import Settings
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app


def main() -> None:
    """Composition root."""
    settings = Settings()
    offered = categories.read(settings.categories)
    parts = runtime.prepare(settings)
    urgent = handlers.urgent_routes()
    urgent.include(session_routes())
    kafka = runtime.consumers(parts, handlers.routes(parts.clock), urgent)
    app = create_app(
        settings.service,
        [web.router(settings)],
        settings=settings,
        sessions=parts.sessions,
        clock=parts.clock,
        templates=[Path(__file__).parent / "templates"],
        verifier=Sessions(parts.sessions),
        health=kafka.health,
    )

    async def offer_categories() -> None:
        """Once; started over by the runtime until the database answers."""
        async with parts.sessions.begin() as session:
            await actions.offer_categories(session, offered, now=parts.clock.now())
        await asyncio.Event().wait()

    runtime.serve(parts, app, kafka, tickers=[offer_categories])


if __name__ == "__main__":
    main()
