"""Starts notify: `python -m services.notify`."""

from pathlib import Path

from services.notify import handlers, web
from services.notify.channels import Route
from services.notify.channels.email import Email
from services.notify.channels.sink import Sink
from services.notify.sender import Sender
from services.notify.settings import Settings, SmsRoute
from shared import runtime
from shared.clock import SystemClock
from shared.contracts.notifications import MessageChannel
from shared.sealing import opening_key
from shared.security import Sessions, session_routes
from shared.web import create_app


def main() -> None:
    """Run the service."""
    settings, wall = Settings(), SystemClock()
    parts = runtime.prepare(settings)
    urgent = handlers.urgent_routes(wall)
    urgent.include(session_routes())
    kafka = runtime.consumers(parts, handlers.routes(wall), urgent)
    ways: dict[MessageChannel, Route] = {}
    if settings.sms_route is SmsRoute.SINK:
        ways[MessageChannel.SMS] = Sink(parts.sessions, wall)
    if settings.smtp is not None:
        ways[MessageChannel.EMAIL] = Email(settings, wall)
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
    key = opening_key(settings.keys, "notify-sealing")
    sender = Sender(parts.sessions, settings, clock=parts.clock, wall=wall, key=key, routes=ways)
    runtime.serve(parts, app, kafka, tickers=[sender.run])


if __name__ == "__main__":
    main()
