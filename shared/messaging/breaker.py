"""Tells a poisoned event from a broken consumer."""

from collections import deque


class Breaker:
    """Opens when at least half of the last `window` single outcomes failed."""

    def __init__(self, window: int = 20, minimum: int = 10) -> None:
        self._outcomes: deque[bool] = deque(maxlen=window)
        self._minimum = minimum

    def succeeded(self, count: int = 1) -> None:
        """Count successes."""
        self._outcomes.extend([True] * min(count, self._outcomes.maxlen or count))

    def failed(self) -> bool:
        """Count a failure; True if the breaker is now open."""
        self._outcomes.append(False)
        failures = self._outcomes.count(False)
        return failures >= self._minimum and failures * 2 >= len(self._outcomes)

    def reset(self) -> None:
        """Close it: start to count anew."""
        self._outcomes.clear()
