"""Starts polls."""

from pathlib import Path

from services.polls import handlers, ticker, web
from services.polls.settings import Settings
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app


def main() -> None:
    """Composition root."""
    settings = Settings()
    parts = runtime.prepare(settings)
    kafka = runtime.consumers(parts, handlers.routes(), session_routes())
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
    runtime.serve(
        parts, app, kafka, tickers=[ticker.closing(parts.sessions, parts.clock, settings.poll_close_interval)]
    )


if __name__ == "__main__":
    main()
