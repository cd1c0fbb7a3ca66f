"""Operators' commands: `python -m services.identity create-account | rotate-signing-key`."""

import asyncio
import getpass
from collections.abc import Awaitable, Callable
from typing import Annotated, TypeVar

import typer
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.actions import accounts, keys
from services.identity.domain import LoginTaken, NotALogin, UnfitPost
from services.identity.equipment import Equipment, equip
from services.identity.settings import Settings
from shared import database
from shared.clock import open_clock
from shared.security import Role

app = typer.Typer(add_completion=False, help="Identity. Without a command: run the service.")
T = TypeVar("T")


@app.command("create-account")
def create_account(
    role: Annotated[Role, typer.Option(help="What the person may do.")],
    name: Annotated[str, typer.Option(help="As shown to others.")],
    login: Annotated[str, typer.Option(help="E-mail address or telephone number.")],
    agency: Annotated[str | None, typer.Option(help="Code of an officer's agency.")] = None,
    unit: Annotated[str | None, typer.Option(help="Code of an officer's unit.")] = None,
) -> None:
    """Open an account; asks for its password."""
    settings = Settings()
    password = typer.prompt("Password", hide_input=True, confirmation_prompt=True)
    if len(password) < settings.password_min_length:
        raise typer.BadParameter(f"at least {settings.password_min_length} characters", param_hint="password")

    async def work(session: AsyncSession, equipment: Equipment) -> object:
        return await accounts.open_account(
            session,
            equipment,
            role=role,
            name=name,
            login=login,
            password=password,
            agency=agency,
            unit=unit,
            operator=getpass.getuser(),
        )

    try:
        account_id = _run(settings, work)
    except NotALogin:
        raise typer.BadParameter("neither an e-mail address nor a telephone number", param_hint="login") from None
    except UnfitPost as unfit:
        raise typer.BadParameter(str(unfit), param_hint="agency") from None
    except LoginTaken:
        raise typer.BadParameter("another account signs in by it", param_hint="login") from None
    typer.echo(f"account {account_id}")


@app.command("rotate-signing-key")
def rotate_signing_key() -> None:
    """Make and publish a new signing key; the old one stays good for as long as sessions signed with it last."""
    settings = Settings()

    async def work(session: AsyncSession, equipment: Equipment) -> str:
        return await keys.rotate(session, equipment, operator=getpass.getuser())

    key_id = _run(settings, work)
    typer.echo(f"signing key {key_id}, signs in {int(settings.key_notice.total_seconds())} s")


def _run(settings: Settings, work: Callable[[AsyncSession, Equipment], Awaitable[T]]) -> T:
    async def main() -> T:
        engine = database.engine(settings.database_url.get_secret_value())
        try:
            async with database.sessions(engine, settings.service).begin() as session:
                return await work(session, equip(settings, open_clock(settings)))
        finally:
            await engine.dispose()

    return asyncio.run(main())
