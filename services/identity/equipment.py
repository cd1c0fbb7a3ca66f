"""What identity's use cases work with, besides a database session: keys, hashing, settings, time."""

from dataclasses import dataclass

from services.identity.domain import Pace
from services.identity.hashing import Hashing
from services.identity.settings import Settings
from services.identity.vault import Vault, open_vault
from shared.clock import Clock, SystemClock
from shared.sealing import OpeningKey, SealingKey, opening_key, sealing_key


@dataclass(frozen=True)
class Equipment:
    """Made once at start by `equip`, passed on to handlers and pages."""

    settings: Settings
    vault: Vault
    opening: OpeningKey
    """Opens what is sealed to identity."""
    notify: SealingKey
    """Notify's public key as provisioned at install; newer ones are in the database."""
    passwords: Hashing
    codes: Hashing
    clock: Clock
    """Domain time: what events are dated by."""
    wall: Clock
    """Wall time: what tokens, codes and slow-down go by."""

    def pace(self, free: int) -> Pace:
        """The slow-down after `free` failures."""
        told = self.settings
        return Pace(free, told.slow_window, told.slow_first, told.slow_longest)


def equip(settings: Settings, clock: Clock, wall: Clock | None = None) -> Equipment:
    """Read the keys and get ready.

    Raises:
        OSError, ValueError: a key file is missing or broken.
    """
    return Equipment(
        settings=settings,
        vault=open_vault(settings.keys),
        opening=opening_key(settings.keys, "identity-sealing"),
        notify=sealing_key(settings.keys, "notify-sealing"),
        passwords=Hashing(memory_kib=settings.password_memory_kib, passes=settings.password_passes),
        codes=Hashing(memory_kib=settings.code_memory_kib, passes=settings.code_passes),
        clock=clock,
        wall=wall or SystemClock(),
    )
