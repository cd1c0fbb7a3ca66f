"""Every service's consumers, put together as its composition root does, for tests that hold all of them against the contracts."""

from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from tempfile import mkdtemp
from typing import Any

from nacl.utils import random
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.dispatch import handlers as dispatch
from services.dispatch.settings import Settings as DispatchSettings
from services.identity import handlers as identity
from services.identity.equipment import equip
from services.identity.settings import Settings as IdentitySettings
from services.intake import handlers as intake
from services.notify import handlers as notify
from services.polls import handlers as polls
from services.portal import handlers as portal
from services.sla import handlers as sla
from services.verification import handlers as verification
from shared.clock import FixedClock
from shared.contracts.registry import SERVICES
from shared.messaging import Routes
from shared.sealing import OpeningKey, new_private_key
from shared.security import session_routes
from tests.support.flow import Flow

CLOCK = FixedClock(datetime(2026, 11, 9, 3, 0, tzinfo=UTC))
_REQUIRED: dict[str, Any] = {
    "environment": "test",
    "database_url": "postgresql+psycopg://unused",
    "kafka": "unused:9092",
    "kafka_security": "plaintext",
    "internal_token": "test",
}


def _with_sessions(urgent: Routes | None = None) -> Routes:
    together = urgent or Routes()
    together.include(session_routes())
    return together


def _identity() -> tuple[Routes, Routes]:
    keys = Path(mkdtemp(prefix="lapor-keys-"))
    for name in ("identity-sealing", "notify-sealing"):
        private = new_private_key()
        (keys / f"{name}.key").write_text(private)
        (keys / f"{name}.pub").write_text(OpeningKey(private).public.public_key)
    (keys / "vault.key").write_text(b64encode(random(32)).decode())
    return identity.routes(equip(IdentitySettings(keys=keys, **_REQUIRED), CLOCK)), Routes()


_ROUTES: dict[str, Callable[[], tuple[Routes, Routes]]] = {
    "intake": lambda: (intake.routes(), _with_sessions(intake.urgent_routes())),
    "verification": lambda: (verification.routes(CLOCK), _with_sessions(verification.urgent_routes())),
    "dispatch": lambda: (
        dispatch.routes(CLOCK, DispatchSettings(**_REQUIRED)),
        _with_sessions(dispatch.urgent_routes(CLOCK)),
    ),
    "notify": lambda: (notify.routes(CLOCK), _with_sessions(notify.urgent_routes(CLOCK))),
    "sla": lambda: (sla.routes(CLOCK), _with_sessions(sla.urgent_routes(CLOCK))),
    "polls": lambda: (polls.routes(), _with_sessions()),
    "identity": _identity,
    "portal": lambda: (portal.routes(), _with_sessions()),
}


def routes_of(service: str) -> tuple[Routes, Routes]:
    """The main and the urgent routes of a service."""
    return _ROUTES[service]()


def flow_of(service: str, sessions: async_sessionmaker[AsyncSession]) -> Flow:
    """A service's consumers on a database."""
    return Flow(service, sessions, *routes_of(service))


assert set(_ROUTES) == set(SERVICES)
