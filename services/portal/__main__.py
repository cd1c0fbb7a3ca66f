"""Starts portal: `python -m services.portal`, or throws its model away to read it anew: `python -m services.portal rebuild`."""

import sys
from pathlib import Path

from services.portal import handlers, web
from services.portal.rebuild import rebuild
from services.portal.settings import Settings
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app


def main() -> None:
    """Run the service."""
    settings = Settings()
    parts = runtime.prepare(settings)
    # A withdrawal comes on the topic of what it withdraws, and must not wait behind a snapshot that cannot be taken in (decision 0002).
    kafka = runtime.consumers(parts, handlers.routes(), session_routes(), unordered=True)
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
    runtime.serve(parts, app, kafka)


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["rebuild"]:
            sys.exit(rebuild(Settings()))
        case _:
            sys.exit("python -m services.portal [rebuild]")
