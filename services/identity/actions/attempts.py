"""Slowing down who guesses: counted in the database, so that all replicas count together.

Attempts of one source that arrive at once do not see each other; there are never more of them than a process has database connections.
"""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain import pause, pause_of
from services.identity.equipment import Equipment
from services.identity.store import attempts as store


@dataclass(frozen=True, slots=True)
class TooSoon:
    """Wait before trying again. Such a try is not counted."""

    wait: timedelta

    @property
    def seconds(self) -> int:
        """Whole seconds, at least one."""
        return max(1, -(-int(self.wait.total_seconds() * 1000) // 1000))


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try, as far as slow-down goes: keyed hashes that name nobody."""

    source: bytes
    """The address it comes from, for one day."""
    subject: bytes
    """The account or report it is about."""
    own: bytes | None
    """Whoever can be told apart from strangers that guess."""


def attempt_on(equipment: Equipment, *, source: str, subject: str, own: str | None) -> Attempt:
    """An attempt from `source` (an address, in a form that its owner shares with few) on `subject`."""
    day = equipment.wall.now().date().isoformat()
    vault = equipment.vault
    return Attempt(
        source=vault.hash("attempt-source", f"{day}:{source}"),
        subject=vault.hash("attempt-subject", subject),
        own=vault.hash("attempt-own", f"{subject}:{own}") if own is not None else None,
    )


async def check(session: AsyncSession, equipment: Equipment, attempt: Attempt) -> TooSoon | None:
    """Whether it must wait."""
    now, told = equipment.wall.now(), equipment.settings
    buckets = [bucket for bucket in (attempt.source, attempt.subject, attempt.own) if bucket is not None]
    failures = await store.failures(session, buckets, now - told.slow_window)
    wait = pause_of(
        pause(failures[attempt.source], equipment.pace(told.slow_free_by_source), now),
        pause(failures[attempt.subject], equipment.pace(told.slow_free_by_subject), now),
        failures[attempt.own] if attempt.own is not None else None,
        told.slow_free_by_own,
    )
    return TooSoon(wait) if wait else None


async def failed(session: AsyncSession, equipment: Equipment, attempt: Attempt) -> None:
    """Count it."""
    buckets = [bucket for bucket in (attempt.source, attempt.subject, attempt.own) if bucket is not None]
    await store.record(session, buckets, equipment.wall.now())


async def succeeded(session: AsyncSession, attempt: Attempt) -> None:
    """Forget what failed before on the same account or report; the address stays as it is."""
    await store.forgive(session, [attempt.subject] + ([attempt.own] if attempt.own is not None else []))
