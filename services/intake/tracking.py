"""Tracking IDs: ten digits that people copy by hand and type on keypads (rules.md §Words)."""

import secrets
from collections.abc import Callable

from stdnum import damm

from shared.contracts.vocabulary import TrackingId

LENGTH = 10
_LOWEST, _SPAN = 10**8, 9 * 10**8
_IGNORED = dict.fromkeys(map(ord, " \t\u00a0-\u2010\u2011\u2012\u2013\u2014."))


def new_tracking_id(randbelow: Callable[[int], int] = secrets.randbelow) -> TrackingId:
    """A random number and its check digit; not sequential, so that nobody can walk through reports.

    The digit is Damm's: every single wrong digit and every swap of two neighbours is caught.
    """
    number = str(_LOWEST + randbelow(_SPAN))
    return number + damm.calc_check_digit(number)


def read_tracking_id(text: str) -> TrackingId | None:
    """The tracking ID that somebody typed, with or without hyphens and spaces; None if it cannot be one."""
    digits = text.translate(_IGNORED)
    looks_right = len(digits) == LENGTH and digits.isascii() and digits.isdigit() and digits[0] != "0"
    return digits if looks_right and damm.is_valid(digits) else None
