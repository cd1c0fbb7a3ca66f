"""Who somebody is, as every service can check by itself: signed sessions, published keys, revocations."""

from shared.security.people import Person, Role
from shared.security.sessions import Sessions
from shared.security.updates import session_routes

__all__ = ["Person", "Role", "Sessions", "session_routes"]
