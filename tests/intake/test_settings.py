"""What intake is told, what production refuses, and that every text has its English."""

from pathlib import Path

import pytest
from pydantic import ValidationError

import services.intake
from services.intake import keys
from services.intake.settings import ChannelName
from shared.web import untranslated
from tests.intake.conftest import own_keys, settings

PRODUCTION = {"environment": "production", "kafka_security": "sasl_ssl", "public_url": "https://lapor.example"}


def test_channels_are_named_with_commas(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LAPOR_CHANNELS", "web, sms")
    assert settings(tmp_path).channels == {ChannelName.WEB, ChannelName.SMS}
    assert settings(tmp_path, channels="api").channels == {ChannelName.API}
    with pytest.raises(ValidationError):
        settings(tmp_path, channels="fax")


def test_production_refuses_an_open_sms_gateway(tmp_path: Path) -> None:
    with pytest.raises(ValidationError, match="LAPOR_SMS_SECRET"):
        settings(tmp_path, **PRODUCTION)
    assert settings(tmp_path, **PRODUCTION, sms_secret="invented").sms_secret is not None
    assert settings(tmp_path, **PRODUCTION, channels="web").channels == {ChannelName.WEB}


def test_a_key_that_is_too_short_is_refused(tmp_path: Path) -> None:
    own_keys(tmp_path)
    (tmp_path / keys.HASH_KEY).write_text("c2hvcnQ=")
    with pytest.raises(ValueError, match="32 bytes"):
        keys.load(tmp_path)


def test_keys_do_not_show_in_a_traceback(tmp_path: Path) -> None:
    own_keys(tmp_path)
    assert "hash_key" not in repr(keys.load(tmp_path))


def test_a_hash_for_one_use_says_nothing_in_another(tmp_path: Path) -> None:
    own_keys(tmp_path)
    held = keys.load(tmp_path)
    assert len({held.owner_of_phone("x"), held.attempt("x", "x"), held.fingerprint("x"), held.token_hash("x")}) == 4


def test_every_text_has_its_english() -> None:
    assert untranslated(Path(services.intake.__file__).parent) == set()
