"""A relay in a process of its own that stands still with a snapshot in its hands, before sending it."""

import os
import signal
import sys
import threading
from collections.abc import Sequence

from shared.messaging import relay
from shared.messaging.relay import Producers, Relay, Row, Sent
from tests.messaging.world import World


class Freezing(Producers):
    """Stops the process between reading the rows of key `a` and sending them."""

    def send(self, rows: Sequence[Row]) -> Sent:
        if any(row[2] == "a" for row in rows):
            os.kill(os.getpid(), signal.SIGSTOP)
        return super().send(rows)


class FreezingBeforeTheFence(Producers):
    """Stops the process between reading its first rows and shutting out its predecessors."""

    def fence(self) -> bool:
        if self._fenced is None:
            os.kill(os.getpid(), signal.SIGSTOP)
        return super().fence()


if __name__ == "__main__":
    relay.Producers = Freezing if sys.argv.pop(1) == "sending" else FreezingBeforeTheFence  # type: ignore[misc]
    relay.CHECK = 10.0  # so that nothing but the fence stands between it and the topic
    relay.CONNECTION = {**relay.CONNECTION, "options": "-c idle_session_timeout=2s"}
    world = World(*sys.argv[1:])
    Relay(world.name, world.dsn, world.kafka).run(threading.Event())
