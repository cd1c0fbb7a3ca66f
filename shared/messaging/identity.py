"""Identifiers that sort by time, so that indexes over them stay dense (RFC 9562, version 7)."""

import os
import time
from uuid import UUID


def uuid7() -> UUID:
    """A new identifier: 48 bits of Unix milliseconds, the rest random."""
    millis = time.time_ns() // 1_000_000
    tail = int.from_bytes(os.urandom(10))
    high, low = tail >> 68, tail & ((1 << 62) - 1)
    return UUID(int=millis << 80 | 0x7 << 76 | high << 64 | 0b10 << 62 | low)
