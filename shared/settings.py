"""What every service is told by its environment, and what production refuses."""

from enum import StrEnum
from pathlib import Path
from typing import Self

from pydantic import SecretStr, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict


class Environment(StrEnum):
    """Where a service runs."""

    EMBEDDED = "embedded"
    TEST = "test"
    PRODUCTION = "production"


class ServiceSettings(BaseSettings):
    """Settings every service shares; each service derives its own class. Read once, frozen, passed on.

    Raises:
        pydantic.ValidationError: something is missing, or production is told something it refuses.
    """

    model_config = SettingsConfigDict(env_prefix="LAPOR_", frozen=True, extra="ignore", hide_input_in_errors=True)

    service: str
    environment: Environment = Environment.PRODUCTION
    database_url: SecretStr
    """`postgresql+psycopg://…`"""
    kafka: str
    """Bootstrap servers."""
    kafka_security: str = "sasl_ssl"
    """`plaintext` (refused in production) or `sasl_ssl`."""
    kafka_username: str | None = None
    kafka_password: SecretStr | None = None
    host: str = "127.0.0.1"
    port: int = 8000
    public_url: str = "http://127.0.0.1:1708"
    """The origin people see."""
    internal_token: SecretStr
    """Opens `/internal`, which the gateway never routes."""
    traces: str = "none"
    """`none`, `zipkin:<url>` or `otlp:<url>`."""
    clock_file: Path | None = None
    """Offset of the domain clock; embedded and test only."""
    keys: Path = Path("/etc/lapor/keys")
    assets: Path | None = None
    """Built page assets, where the service serves them itself."""
    instance: str = "1"
    """Distinguishes replicas: static group membership."""

    @model_validator(mode="after")
    def refuse_in_production(self) -> Self:
        """Settings that are fit for a laptop only stop a production start."""
        if self.environment is not Environment.PRODUCTION:
            return self
        faults = []
        if self.clock_file is not None:
            faults.append("LAPOR_CLOCK_FILE: the clock cannot be moved in production")
        if self.kafka_security == "plaintext":
            faults.append("LAPOR_KAFKA_SECURITY: plaintext brokers are refused in production")
        if not self.public_url.startswith("https://"):
            faults.append("LAPOR_PUBLIC_URL: must be https in production")
        if faults:
            raise ValueError("; ".join(faults))
        return self

    @property
    def session_cookie(self) -> str:
        """Name of the session cookie: bound to the host over TLS, plain on a laptop."""
        return "__Host-lapor" if self.secure_cookies else "lapor"

    @property
    def report_cookie(self) -> str:
        """Name of the cookie of a session that opens one report; its path is that report's thread page."""
        return "__Secure-lapor-laporan" if self.secure_cookies else "lapor-laporan"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies travel over TLS only."""
        return self.public_url.startswith("https://")
