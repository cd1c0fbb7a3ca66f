"""How the relay reaches its broker is said by its environment, and production never goes in the clear."""

import pytest

from shared.messaging.relay import check_producer, security


def test_plaintext_is_for_laptops() -> None:
    assert security({"LAPOR_KAFKA_SECURITY": "plaintext", "LAPOR_ENVIRONMENT": "embedded"}) == {}


@pytest.mark.parametrize("environment", [{}, {"LAPOR_ENVIRONMENT": "production"}])
def test_production_refuses_plaintext(environment: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="refused in production"):
        security(environment | {"LAPOR_KAFKA_SECURITY": "plaintext"})


def test_scram_needs_a_name_and_a_password() -> None:
    with pytest.raises(ValueError, match="LAPOR_KAFKA_USERNAME is needed"):
        security({})
    given = security({"LAPOR_KAFKA_USERNAME": "intake", "LAPOR_KAFKA_PASSWORD": "invented"})
    assert (given["security.protocol"], given["sasl.mechanism"]) == ("SASL_SSL", "SCRAM-SHA-512")


def test_the_check_of_unsafe_settings_sees_what_security_adds() -> None:
    with pytest.raises(ValueError, match="acks"):
        check_producer({"acks": "1", "enable.idempotence": True})
