"""Starts sla: `python -m services.sla`, or enters a decree: `python -m services.sla decree FILE.csv`."""

import sys
from pathlib import Path

from services.sla import handlers, web
from services.sla.decree import enter_decree
from services.sla.settings import Settings
from services.sla.ticker import Ticker
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app


def main() -> None:
    """Run the service."""
    settings = Settings()
    parts = runtime.prepare(settings)
    urgent = handlers.urgent_routes(parts.clock)
    urgent.include(session_routes())
    kafka = runtime.consumers(parts, handlers.routes(parts.clock), urgent)
    app = create_app(
        settings.service,
        [web.router(settings.soon_working_days)],
        settings=settings,
        sessions=parts.sessions,
        clock=parts.clock,
        templates=[Path(__file__).parent / "templates"],
        verifier=Sessions(parts.sessions),
        health=kafka.health,
    )
    ticker = Ticker(parts.sessions, parts.clock, settings)
    runtime.serve(parts, app, kafka, tickers=[ticker.run])


if __name__ == "__main__":
    match sys.argv[1:]:
        case []:
            main()
        case ["decree", file]:
            sys.exit(enter_decree(Path(file), Settings()))
        case _:
            sys.exit("python -m services.sla [decree FILE.csv]")
