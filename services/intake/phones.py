"""Telephone numbers as senders and reporters give them, in one spelling (rules.md §1)."""

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat

REGION = "ID"
HIDDEN = 4
"""Digits at the end of a number that nobody sees (rules.md §7)."""


def to_e164(text: str) -> str | None:
    """`0812-3456-7890` and `6281234567890` become `+6281234567890`; None for what nobody can be called on (short codes, names)."""
    try:
        number = phonenumbers.parse(text, REGION)
    except NumberParseException:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164) if phonenumbers.is_valid_number(number) else None


def label_of(number: str) -> str:
    """What may be shown of an E.164 number: `+62812345xxxx`."""
    return number[:-HIDDEN] + "x" * HIDDEN
