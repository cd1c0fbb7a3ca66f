"""A consumer in a process of its own, to be killed or stopped."""

import asyncio
import signal
import sys
from collections.abc import Mapping
from typing import Any

import shared.messaging.kafka
from tests.messaging import model
from tests.messaging.world import World

TIMES: Mapping[str, Any] = {"session_timeout_ms": 6000, "heartbeat_interval_ms": 300}


async def main(name: str, postgres: str, kafka: str, slow: str, instance: str = "") -> None:
    world, stop = World(name, postgres, kafka), asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    receiver = world.receiver(model.routes(world.kinds, slow=float(slow)))
    async with world.consuming(receiver, group_instance_id=instance or None, **TIMES):
        await stop.wait()
    await world.close()


if __name__ == "__main__":
    shared.messaging.kafka.MAX_RECORDS = 20  # many batches: killed between and within them
    asyncio.run(main(*sys.argv[1:]))
