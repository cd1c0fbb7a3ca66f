"""Composition root: `python -m services.intake [--channels web,sms,api]`."""

import argparse
from pathlib import Path

from services.intake import channels, handlers, internal, keys, sms, web
from services.intake.channels.web import region_options
from services.intake.settings import ChannelName, Settings
from shared import runtime
from shared.security import Sessions, session_routes
from shared.web import create_app
from shared.working_days import default_calendar


def main() -> None:
    """Run intake until it is told to stop."""
    parser = argparse.ArgumentParser(prog="intake", description=__doc__)
    parser.add_argument("--channels", help="channels to serve, separated by commas; LAPOR_CHANNELS otherwise")
    chosen = parser.parse_args().channels
    settings = Settings(channels=chosen) if chosen else Settings()
    warm_up()
    own_keys = keys.load(settings.keys)
    parts = runtime.prepare(settings)
    urgent = handlers.urgent_routes()
    urgent.include(session_routes())
    kafka = runtime.consumers(parts, handlers.routes(), urgent)
    own_view = [web.router(own_keys, settings)] if ChannelName.WEB in settings.channels else []
    app = create_app(
        settings.service,
        [*channels.routers(own_keys, settings), *own_view, internal.router(settings)],
        settings=settings,
        sessions=parts.sessions,
        clock=parts.clock,
        templates=[Path(__file__).parent / "templates"],
        verifier=Sessions(parts.sessions),
        health=kafka.health,
    )
    runtime.serve(parts, app, kafka)


def warm_up() -> None:
    """Load regions and calendar now: the first reporter would wait a second for them."""
    region_options()
    sms.region_names()
    default_calendar()


if __name__ == "__main__":
    main()
