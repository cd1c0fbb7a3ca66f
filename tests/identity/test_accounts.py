"""Opening accounts by command and from the demo file; settings; the catalogue."""

from pathlib import Path

import pytest
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from typer.testing import CliRunner

from services.identity import commands
from services.identity.actions.accounts import read_demo_accounts
from services.identity.domain import LoginTaken
from services.identity.settings import Settings
from services.identity.vault import open_vault
from shared import database
from shared.contracts.audit import AuditRecorded
from shared.contracts.keys import SigningKey
from shared.sealing import OpeningKey
from shared.security import Role
from shared.web import untranslated
from tests.conftest import SessionsOf
from tests.identity.conftest import PASSWORD, Identity, assembled, settings_with
from tests.support.databases import Databases

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "deploy" / "local" / "demo_accounts.toml"


async def test_the_demo_accounts_can_sign_in_and_are_opened_once(
    sessions_of: SessionsOf, keys: tuple[Path, OpeningKey]
) -> None:
    made = assembled(sessions_of("identity"), settings_with(keys[0], demo_accounts=DEMO), keys[1])
    await made.tending.begin()
    await made.tending.begin()
    demo = read_demo_accounts(DEMO)
    assert len(await made.rows("account")) == len(demo.accounts)
    assert {wanted.role for wanted in demo.accounts} == set(Role)
    async with made.browser() as browser:
        for wanted in demo.accounts:
            typed = {"login": wanted.email, "password": demo.password.get_secret_value()}
            assert (await browser.post("/masuk", data=typed)).status_code == 303


def test_production_refuses_demo_accounts(tmp_path: Path) -> None:
    told = {
        "database_url": "postgresql+psycopg://unused",
        "kafka": "unused",
        "internal_token": "invented",
        "public_url": "https://lapor.example",
    }
    assert Settings.model_validate(told).demo_accounts is None
    with pytest.raises(ValidationError, match="LAPOR_DEMO_ACCOUNTS"):
        Settings.model_validate(told | {"demo_accounts": tmp_path})


@pytest.mark.parametrize("content", ["", "bukan base64!", "c2hvcnQ="])
def test_a_broken_vault_key_stops_the_start(tmp_path: Path, content: str) -> None:
    (tmp_path / "vault.key").write_text(content)
    with pytest.raises(ValueError, match=r"vault\.key|base64|padding|Only"):
        open_vault(tmp_path)


async def test_a_login_belongs_to_one_account(identity: Identity) -> None:
    await identity.open_account(login="dewi@contoh.example")
    with pytest.raises(LoginTaken):
        await identity.open_account(Role.OBSERVER, login="DEWI@contoh.example")
    assert len(await identity.rows("account")) == 1


def test_every_text_has_its_english() -> None:
    assert untranslated(ROOT / "services" / "identity") == set()


@pytest.fixture
def command_line(databases: Databases, keys: tuple[Path, OpeningKey], monkeypatch: pytest.MonkeyPatch) -> object:
    with databases.fresh("identity") as url:
        for name, value in {
            "LAPOR_ENVIRONMENT": "test",
            "LAPOR_DATABASE_URL": url,
            "LAPOR_KAFKA": "unused",
            "LAPOR_KAFKA_SECURITY": "plaintext",
            "LAPOR_INTERNAL_TOKEN": "invented",
            "LAPOR_KEYS": str(keys[0]),
            "LAPOR_PASSWORD_MEMORY_KIB": "64",
        }.items():
            monkeypatch.setenv(name, value)
        yield url


OFFICER = ["create-account", "--role", "officer", "--name", "Siti", "--login", "siti@contoh.example"]


async def test_an_operator_opens_an_account(command_line: str, keys: tuple[Path, OpeningKey]) -> None:
    import asyncio

    def run(*arguments: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> tuple[int, str]:
        result = CliRunner().invoke(commands.app, list(arguments), input=typed)
        return result.exit_code, result.output

    async def command(*arguments: str, typed: str = f"{PASSWORD}\n{PASSWORD}\n") -> tuple[int, str]:
        return await asyncio.to_thread(run, *arguments, typed=typed)

    assert (await command(*OFFICER))[0] == 2
    assert (await command(*OFFICER, "--agency", "PD-1872", typed="pendek\npendek\n"))[0] == 2
    code, output = await command(*OFFICER, "--agency", "PD-1872")
    assert (code, "account " in output, PASSWORD in output) == (0, True, False)
    assert (await command(*OFFICER, "--agency", "PD-1872"))[0] == 2
    assert (await command("create-account", "--role", "observer", "--name", "X", "--login", "bukan"))[0] == 2
    code, output = await command("rotate-signing-key")
    assert (code, "signing key identity-" in output) == (0, True)

    engine = database.engine(command_line)
    sessions: async_sessionmaker[AsyncSession] = database.sessions(engine, "identity")
    made = assembled(sessions, settings_with(keys[0]), keys[1])
    records = await made.flow.staged(AuditRecorded)
    assert [record.action for record in records] == ["account-opened", "signing-key-rotated"]
    assert all(record.actor.startswith("operator:") for record in records)
    assert "contoh.example" not in str(records)
    assert len(await made.flow.staged(SigningKey)) == 1
    await engine.dispose()
