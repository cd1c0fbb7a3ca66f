"""The environment of every service and relay: the settings that docs/architecture.md lists, filled in for one stack."""

from deploy.local.layout import ASSETS, Layout
from deploy.local.remembered import Remembered

DEMO_ACCOUNTS = "deploy/local/demo_accounts.toml"


def service_environment(service: str, layout: Layout, remembered: Remembered) -> dict[str, str]:
    """What a service is told at start-up."""
    ports = remembered.ports
    settings = {
        **relay_environment(service, layout, remembered),
        "LAPOR_HOST": "127.0.0.1",
        "LAPOR_PORT": str(ports[service]),
        "LAPOR_PUBLIC_URL": public_url(ports["gateway"]),
        "LAPOR_INTERNAL_TOKEN": remembered.internal_token,
        "LAPOR_CLOCK_FILE": str(layout.clock),
        "LAPOR_KEYS": str(layout.keys / service),
        "LAPOR_ASSETS": str(ASSETS),
        "LAPOR_INSTANCE": f"{service}-1",
    }
    if service == "notify":
        settings |= {"LAPOR_SMTP": f"127.0.0.1:{ports['mailbox']}", "LAPOR_MAIL_SINK": str(layout.mail)}
    if service == "identity":
        settings["LAPOR_DEMO_ACCOUNTS"] = DEMO_ACCOUNTS
    return settings


def relay_environment(service: str, layout: Layout, remembered: Remembered) -> dict[str, str]:
    """What a service's relay is told: where its database and the broker are, no keys."""
    ports = remembered.ports
    return {
        "LAPOR_SERVICE": service,
        "LAPOR_ENVIRONMENT": "embedded",
        "LAPOR_DATABASE_URL": database_url(service, remembered),
        "LAPOR_KAFKA": f"127.0.0.1:{ports['kafka']}",
        "LAPOR_KAFKA_SECURITY": "plaintext",
        "LAPOR_TRACES": f"zipkin:http://127.0.0.1:{ports['zipkin']}/api/v2/spans",
        # threads of one process share an arena: a third less memory, no slower here
        "MALLOC_ARENA_MAX": "2",
    }


def database_url(service: str, remembered: Remembered) -> str:
    """SQLAlchemy's URL of a service's own database."""
    return (
        f"postgresql+psycopg://{service}:{remembered.passwords[service]}"
        f"@127.0.0.1:{remembered.ports['postgres']}/{service}"
    )


def public_url(gateway_port: int) -> str:
    """The address that people open."""
    return f"http://127.0.0.1:{gateway_port}"
