"""Composition root: the service without a command, operators' commands with one."""

import typer

from services.identity import commands, handlers, web
from services.identity.equipment import equip
from services.identity.settings import Settings
from services.identity.tending import Tending
from shared import runtime
from shared.security import Sessions
from shared.web import create_app


@commands.app.callback(invoke_without_command=True)
def main(context: typer.Context) -> None:
    """Run the service."""
    if context.invoked_subcommand is not None:
        return
    settings = Settings()
    parts = runtime.prepare(settings)
    equipment = equip(settings, parts.clock)
    kafka = runtime.consumers(parts, handlers.routes(equipment))
    tending = Tending(equipment, parts.sessions)
    app = create_app(
        settings.service,
        [web.router(equipment)],
        settings=settings,
        sessions=parts.sessions,
        clock=parts.clock,
        templates=[web.TEMPLATES],
        verifier=Sessions(parts.sessions),
        health=kafka.health,
    )
    runtime.serve(parts, app, kafka, tickers=[tending.tend_keys, tending.tend_needs])


if __name__ == "__main__":
    commands.app()
