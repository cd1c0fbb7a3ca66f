"""Runs dispatch; `python -m services.dispatch seed` brings the directory in and says what changed."""

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from fastapi import FastAPI

from services.dispatch import actions, directory, handlers, thread, web
from services.dispatch.settings import Settings
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app


async def seed(parts: runtime.Parts, settings: Settings) -> list[str]:
    """Bring the directory in; once more changes nothing."""
    listing = await asyncio.to_thread(directory.read, settings.directory)
    async with parts.sessions.begin() as session:
        return await actions.seed(session, listing, now=parts.clock.now())


async def seed_only(settings: Settings) -> None:
    """The command: seed, and say what changed."""
    parts = runtime.prepare(settings)
    changed = await seed(parts, settings)
    await parts.engine.dispose()
    sys.stdout.write(f"{len(changed)} changed{': ' if changed else ''}{', '.join(changed)}\n")


def serve(settings: Settings) -> None:
    """The service."""
    parts = runtime.prepare(settings)
    urgent = handlers.urgent_routes(parts.clock)
    urgent.include(session_routes())
    kafka = runtime.consumers(parts, handlers.routes(parts.clock, settings), urgent)

    @asynccontextmanager
    async def seeded(_: FastAPI) -> AsyncIterator[None]:
        await seed(parts, settings)
        yield

    app = create_app(
        settings.service,
        [web.router(settings), thread.router(settings)],
        settings=settings,
        sessions=parts.sessions,
        clock=parts.clock,
        templates=[Path(__file__).parent / "templates"],
        verifier=Sessions(parts.sessions),
        health=kafka.health,
        lifespan=seeded,
    )
    runtime.serve(parts, app, kafka)


def main() -> None:
    """Entry point."""
    settings = Settings()
    if sys.argv[1:] == ["seed"]:
        try:
            asyncio.run(seed_only(settings))
        except (directory.BadDirectory, FileNotFoundError) as error:
            sys.exit(f"{settings.directory}: {error}")
    else:
        serve(settings)


if __name__ == "__main__":
    main()
