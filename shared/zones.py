"""Which of Indonesia's three time zones a region keeps."""

from datetime import datetime
from zoneinfo import ZoneInfo

from shared.contracts.vocabulary import Zone

JAKARTA = ZoneInfo("Asia/Jakarta")
"""Deadlines are reckoned here, for the whole country (rules.md §Words, working day)."""

TIMEZONES = {Zone.WIB: JAKARTA, Zone.WITA: ZoneInfo("Asia/Makassar"), Zone.WIT: ZoneInfo("Asia/Jayapura")}

_WITA = frozenset({"51", "52", "53", "63", "64", "65", "71", "72", "73", "74", "75", "76"})
_WIT = frozenset({"81", "82", "91", "92", "93", "94", "95", "96"})


def zone_of(region: str | None) -> Zone:
    """The zone of a Kemendagri region code, by its province; WIB where nothing is known."""
    province = (region or "")[:2]
    if province in _WITA:
        return Zone.WITA
    if province in _WIT:
        return Zone.WIT
    return Zone.WIB


def in_zone(moment: datetime, zone: Zone = Zone.WIB) -> datetime:
    """The same moment as clocks there show it."""
    return moment.astimezone(TIMEZONES[zone])
