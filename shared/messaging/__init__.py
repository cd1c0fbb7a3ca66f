"""Events leave through the outbox and take effect once through the receiver, or not at all.

The names are loaded on first use: the relay is a process of its own and must stay small.
"""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from shared.messaging.envelope import Delivery, Meta
    from shared.messaging.failures import NotYet
    from shared.messaging.outbox import TooLarge, stage
    from shared.messaging.receiver import Receiver
    from shared.messaging.routing import Routes

__all__ = ["Delivery", "Meta", "NotYet", "Receiver", "Routes", "TooLarge", "stage"]

_ROOMS = {
    "Delivery": "envelope",
    "Meta": "envelope",
    "NotYet": "failures",
    "Receiver": "receiver",
    "Routes": "routing",
    "TooLarge": "outbox",
    "stage": "outbox",
}


def __getattr__(name: str) -> Any:
    """Load a public name from the module that defines it."""
    if name not in _ROOMS:
        raise AttributeError(name)
    from importlib import import_module

    return getattr(import_module(f"{__name__}.{_ROOMS[name]}"), name)
