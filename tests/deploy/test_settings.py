"""Services are told what they ask for, demo sign-ins are invented, and production refuses what is fit for one machine only."""

import base64
import csv
from pathlib import Path

import pytest
from pydantic import ValidationError

from deploy.local import accounts, settings
from deploy.local.layout import ROOT, Layout
from deploy.local.programs import ROSTER
from deploy.local.remembered import Remembered
from services.identity.settings import Settings as IdentitySettings
from shared.contracts.registry import SERVICES
from shared.security import Role
from shared.settings import Environment, ServiceSettings


@pytest.fixture
def remembered() -> Remembered:
    made = Remembered(ports={name: 20_000 + number for number, name in enumerate([*ROSTER, "controller", "keeper"])})
    made.provide_passwords(["postgres", *SERVICES])
    return made


def told(monkeypatch: pytest.MonkeyPatch, environment: dict[str, str]) -> None:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_understands_its_environment(
    service: str, remembered: Remembered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, settings.service_environment(service, Layout.at(tmp_path), remembered))
    read = ServiceSettings()
    assert read.service == service
    assert read.environment is Environment.EMBEDDED
    assert read.port == remembered.ports[service]
    assert read.public_url == f"http://127.0.0.1:{remembered.ports['gateway']}"
    assert read.database_url.get_secret_value().endswith(f"/{service}")
    assert read.keys == tmp_path / "keys" / service


@pytest.mark.parametrize("service", SERVICES)
def test_no_service_is_told_another_ones_password(service: str, remembered: Remembered, tmp_path: Path) -> None:
    values = " ".join(settings.service_environment(service, Layout.at(tmp_path), remembered).values())
    foreign = {password for role, password in remembered.passwords.items() if role != service}
    assert not {password for password in foreign if password in values}


def test_a_relay_gets_no_keys_and_no_token(remembered: Remembered, tmp_path: Path) -> None:
    environment = settings.relay_environment("intake", Layout.at(tmp_path), remembered)
    assert {"LAPOR_KEYS", "LAPOR_INTERNAL_TOKEN"}.isdisjoint(environment)


def test_production_refuses_the_embedded_stacks_settings(
    remembered: Remembered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, settings.service_environment("identity", Layout.at(tmp_path), remembered))
    monkeypatch.setenv("LAPOR_ENVIRONMENT", "production")
    with pytest.raises(ValidationError) as refusal:
        ServiceSettings()
    for name in ("LAPOR_CLOCK_FILE", "LAPOR_KAFKA_SECURITY", "LAPOR_PUBLIC_URL"):
        assert name in str(refusal.value)


def test_production_refuses_demo_accounts(
    remembered: Remembered, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told(monkeypatch, settings.service_environment("identity", Layout.at(tmp_path), remembered))
    monkeypatch.setenv("LAPOR_ENVIRONMENT", "production")
    monkeypatch.setenv("LAPOR_KAFKA_SECURITY", "sasl_ssl")
    monkeypatch.setenv("LAPOR_PUBLIC_URL", "https://lapor.example.id")
    monkeypatch.delenv("LAPOR_CLOCK_FILE")
    with pytest.raises(ValidationError, match="demo"):
        IdentitySettings()


def test_demo_accounts_are_of_every_role_and_invented() -> None:
    demo = accounts.load()
    assert {account.role for account in demo.accounts} == {role.value for role in Role}
    assert all(account.email.endswith("@example.id") for account in demo.accounts)
    assert len({account.email for account in demo.accounts}) == len(demo.accounts)
    assert sum(account.role == "administrator" for account in demo.accounts) == 2
    assert sum(account.role == "reporter" for account in demo.accounts) == 2


def test_demo_officers_belong_to_agencies_of_the_directory() -> None:
    with (ROOT / "services/dispatch/directory.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    codes = {value for row in rows for value in row.values()}
    officers = [account for account in accounts.load().accounts if account.role == "officer"]
    assert {officer.agency for officer in officers} >= {"PD-1872", "PD-31", "PD-3273", "PD-1402", "KL-019", "BUMN-001"}
    assert {officer.agency for officer in officers} <= codes


def test_secrets_are_long(remembered: Remembered) -> None:
    for secret in (remembered.internal_token, remembered.keeper_password, *remembered.passwords.values()):
        assert len(base64.urlsafe_b64decode(secret)) >= 24
