"""Throws the model away and lets portal read the state topics again, from their beginning (decision 0043)."""

import asyncio
import sys
import time

from confluent_kafka import KafkaError, KafkaException
from confluent_kafka.admin import AdminClient
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.portal import handlers, project
from services.portal.settings import Settings
from shared import database
from shared.messaging import state

PATIENCE = 60.0
"""Seconds until a member that has stopped is out of its group."""


class StillRunning(Exception):
    """The consumer group has members; its place in the topics cannot be taken away from under them."""


def rebuild(settings: Settings) -> str | None:
    """Do it, and say what comes next; portal must be stopped. Returns what went wrong, or None."""
    try:
        held = asyncio.run(_rebuild(settings))
    except StillRunning:
        return "portal is running; stop it first"
    sys.stdout.write(f"the model is empty ({held} reports were in it); start portal to read it anew\n")
    return None


async def forget(session: AsyncSession, consumer: str) -> int:
    """Empty the model and everything that says what was read; what was withdrawn stays known. The number of reports."""
    held = await project.empty(session)
    await state.forget(session, *handlers.routes().topics)
    for table in ("inbox", "parked", "parked_lane"):
        await session.execute(text(f"delete from {table} where consumer = :consumer"), {"consumer": consumer})  # noqa: S608
    return held


def leave_no_place(settings: Settings, group: str, *, patience: float = PATIENCE) -> None:
    """Delete the group with its offsets, so that its next member begins at the beginning.

    Raises:
        StillRunning: it has members, also after `patience` seconds.
        KafkaException: the broker refused.
    """
    admin = AdminClient(_access(settings))
    give_up = time.monotonic() + patience
    while True:
        try:
            admin.delete_consumer_groups([group])[group].result()
        except KafkaException as refused:
            code = refused.args[0].code()
            if code == KafkaError.GROUP_ID_NOT_FOUND:
                return
            if code != KafkaError.NON_EMPTY_GROUP:
                raise
            if time.monotonic() > give_up:
                raise StillRunning from refused
            time.sleep(1.0)
        else:
            return


async def _rebuild(settings: Settings) -> int:
    engine = database.engine(settings.database_url.get_secret_value())
    sessions: async_sessionmaker[AsyncSession] = database.sessions(engine, settings.service)
    try:
        # The broker is asked while the tables are locked: a portal started too early waits, and reads everything.
        async with sessions.begin() as session:
            held = await forget(session, settings.service)
            await asyncio.to_thread(leave_no_place, settings, settings.service)
            return held
    finally:
        await engine.dispose()


def _access(settings: Settings) -> dict[str, str | int | float | bool]:
    access: dict[str, str | int | float | bool] = {"bootstrap.servers": settings.kafka}
    if settings.kafka_security == "sasl_ssl" and settings.kafka_username and settings.kafka_password:
        access |= {
            "security.protocol": "SASL_SSL",
            "sasl.mechanism": "SCRAM-SHA-512",
            "sasl.username": settings.kafka_username,
            "sasl.password": settings.kafka_password.get_secret_value(),
        }
    return access
