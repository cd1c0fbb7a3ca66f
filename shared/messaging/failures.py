"""Why handling an event failed, as far as it changes what happens next."""

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError
from sqlalchemy.exc import TimeoutError as PoolTimeout

OUTAGE = ("08", "53", "57P", "25P03")
"""SQLSTATE classes: connection lost, out of resources, server shutting down or starting, session idled out."""


class NotYet(Exception):
    """The event arrived before its cause; its lane waits and is tried again when the cause arrives."""


class BreakerOpenError(Exception):
    """Most of what arrives fails: the fault is ours, not the events'."""


class UnavailableError(Exception):
    """The database is away; nothing about the event is known."""


def is_outage(error: BaseException) -> bool:
    """Whether the database itself is away, so that nothing can be said of the event.

    Narrow on purpose: a programming error must not look like an outage.
    """
    if isinstance(error, PoolTimeout | InterfaceError):
        return True
    if not isinstance(error, DBAPIError):
        return isinstance(error, psycopg.OperationalError) and error.sqlstate is None
    state = getattr(error.orig, "sqlstate", None)
    lost = isinstance(error.orig, psycopg.OperationalError) and state is None
    return error.connection_invalidated or lost or bool(state and state.startswith(OUTAGE))
