"""Every service gets the keys that it may have, and no others."""

import base64
import stat
from pathlib import Path

import pytest

from deploy.local import keys
from shared.contracts.registry import SERVICES
from shared.sealing import opening_key, sealing_key


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    keys.provide(tmp_path)
    return tmp_path


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_has_both_public_halves_and_private_keys_only_of_its_own(folder: Path, service: str) -> None:
    private = {
        "identity": {"identity-sealing.key", "vault.key"},
        "notify": {"notify-sealing.key"},
        "intake": {"phone-hash.key"},
    }
    assert {path.name for path in (folder / service).iterdir()} == {
        "identity-sealing.pub",
        "notify-sealing.pub",
        *private.get(service, set()),
    }


@pytest.mark.parametrize("owner", keys.SEALING_OWNERS)
def test_what_a_service_seals_only_the_owner_opens(folder: Path, owner: str) -> None:
    sealed = sealing_key(folder / "portal", f"{owner}-sealing").seal(b"0812 0000 0000")
    assert opening_key(folder / owner, f"{owner}-sealing").open(sealed) == b"0812 0000 0000"


def test_symmetric_keys_have_32_bytes(folder: Path) -> None:
    for name in ("identity/vault.key", "intake/phone-hash.key"):
        assert len(base64.b64decode((folder / name).read_text())) == 32


def test_keys_are_closed_to_other_accounts(folder: Path) -> None:
    files = [path for path in folder.rglob("*") if path.is_file()]
    assert {stat.S_IMODE(path.stat().st_mode) for path in files} == {0o600}


def test_a_second_start_keeps_every_key(folder: Path) -> None:
    before = {path: path.read_text() for path in folder.rglob("*.*")}
    keys.provide(folder)
    assert {path: path.read_text() for path in folder.rglob("*.*")} == before
