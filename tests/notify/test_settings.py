import pytest
from pydantic import ValidationError

from services.notify.settings import Settings

FIT = {
    "environment": "production",
    "database_url": "postgresql+psycopg://unused",
    "kafka": "unused",
    "internal_token": "invented",
    "public_url": "https://www.lapor.example",
    "sms_route": "off",
    "smtp": "mail.lapor.example:587",
    "mail_from": "LAPOR! <tanpa-balas@lapor.example>",
}


def test_production_starts_with_real_routes() -> None:
    assert Settings.model_validate(FIT).smtp


@pytest.mark.parametrize(
    ("unfit", "said"),
    [
        ({"sms_route": "sink"}, "LAPOR_SMS_ROUTE"),
        ({"mail_sink": "/var/mail"}, "LAPOR_MAIL_SINK"),
        ({"smtp": None}, "LAPOR_SMTP"),
        ({"mail_from": "LAPOR! <tanpa-balas@lapor.invalid>"}, "LAPOR_MAIL_FROM"),
    ],
)
def test_production_refuses_what_ends_at_nobody(unfit: dict[str, str], said: str) -> None:
    with pytest.raises(ValidationError, match=said):
        Settings.model_validate(FIT | unfit)
    Settings.model_validate(FIT | unfit | {"environment": "embedded"})
