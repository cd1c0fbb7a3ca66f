"""Runs a service: its pages, its two consumers, its retries and its tickers, in one process.

The web side starts at once; Kafka is waited for in the background, so that a service whose edge needs only its database serves while the broker is
away. The relay is a process of its own (`python -m shared.messaging.relay`).
"""

import asyncio
import gc
import logging
import ssl
import sys
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import uvicorn
from aiokafka.errors import KafkaError
from fastapi import FastAPI
from faststream.security import BaseSecurity, SASLScram512
from opentelemetry import trace
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker

from shared import database, journey
from shared.clock import Clock, open_clock
from shared.messaging import Receiver, Routes, cleanup
from shared.messaging.kafka import Broker, attach
from shared.messaging.tracing import Tracing
from shared.settings import ServiceSettings
from shared.telemetry import configure_logging, configure_tracing, trace_requests

logger = logging.getLogger(__name__)
Ticker = Callable[[], Awaitable[None]]
RECONNECT = 1.0
"""Seconds between tries to reach Kafka."""


@dataclass(frozen=True)
class Parts:
    """What a service is built from; made by `prepare`."""

    settings: ServiceSettings
    engine: AsyncEngine
    sessions: async_sessionmaker[AsyncSession]
    clock: Clock
    tracing: Tracing | None


@dataclass
class Consumers:
    """The main and the urgent consumer of a service, and how they are."""

    parts: Parts
    routes: Routes
    urgent_routes: Routes
    unordered: bool = False
    """Whether the main consumer, too, goes by versions alone: then nothing of a report waits behind anything else of it."""
    receivers: dict[str, Receiver] = field(default_factory=dict)
    joined: set[str] = field(default_factory=set)

    async def health(self) -> Mapping[str, Any]:
        """For the body of `/ready`: each consumer `ok`, `starting`, `database-away` or `breaker-open`."""
        return {
            "consumers": {
                name: receiver.health.value if name in self.joined else "starting"
                for name, receiver in self.receivers.items()
            }
        }

    def prepare(self) -> None:
        """Make a receiver for each consumer that has handlers."""
        service = self.parts.settings.service
        parts = ((service, self.routes, self.unordered), (f"{service}.urgent", self.urgent_routes, True))
        for name, routes, unordered in parts:
            if routes.topics:
                self.receivers[name] = Receiver(
                    service, name, self.parts.sessions, routes, self.parts.tracing, unordered=unordered
                )

    async def run(self, name: str) -> None:
        """Consume until cancelled; wait for Kafka as long as it takes."""
        receiver, settings = self.receivers[name], self.parts.settings
        while True:
            broker = Broker(
                settings.kafka, client_id=name, logger=None, graceful_timeout=10.0, security=_security(settings)
            )
            attach(receiver, broker, group_instance_id=f"{name}-{settings.instance}")
            try:
                await broker.start()
            except (OSError, TimeoutError, KafkaError) as error:
                logger.warning("waiting for Kafka: %s", type(error).__name__)
                with suppress(Exception):
                    await broker.stop()
                await asyncio.sleep(RECONNECT)
                continue
            self.joined.add(name)
            try:
                await receiver.retry_parked()
            finally:
                self.joined.discard(name)
                await broker.stop()


def _security(settings: ServiceSettings) -> BaseSecurity | None:
    """How to reach the broker: SCRAM over TLS, but plain on a laptop."""
    if settings.kafka_security == "plaintext":
        return None
    if settings.kafka_username is None or settings.kafka_password is None:
        raise ValueError("LAPOR_KAFKA_USERNAME and LAPOR_KAFKA_PASSWORD are needed with sasl_ssl")
    return SASLScram512(
        username=settings.kafka_username,
        password=settings.kafka_password.get_secret_value(),
        ssl_context=ssl.create_default_context(),
    )


def prepare(settings: ServiceSettings) -> Parts:
    """Logging, tracing, engine and clock of a service, from its settings."""
    configure_logging(settings.service)
    provider = configure_tracing(settings)
    engine = database.engine(settings.database_url.get_secret_value())
    tracer = trace.get_tracer("lapor") if provider else None
    return Parts(
        settings=settings,
        engine=engine,
        sessions=database.sessions(engine, settings.service),
        clock=open_clock(settings),
        tracing=Tracing(tracer, settings.service) if tracer else None,
    )


def consumers(
    parts: Parts, routes: Routes, urgent_routes: Routes | None = None, *, unordered: bool = False
) -> Consumers:
    """The consumers of a service; their `health` goes to `create_app`, themselves to `run`."""
    made = Consumers(parts, routes, urgent_routes or Routes(), unordered)
    made.prepare()
    return made


def serve(parts: Parts, app: FastAPI, consumers: Consumers, tickers: Sequence[Ticker] = ()) -> None:
    """Run until SIGTERM or SIGINT; then finish what is under way and leave the groups."""
    sys.setswitchinterval(0.001)
    background: list[asyncio.Task[None]] = []
    inner = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(application: FastAPI) -> AsyncIterator[None]:
        async with inner(application):
            work: dict[str, Ticker] = {name: partial(consumers.run, name) for name in consumers.receivers}
            work["cleanup"] = partial(cleanup.run, parts.sessions)
            work |= {getattr(ticker, "__name__", "ticker"): ticker for ticker in tickers}
            background.extend(asyncio.create_task(_supervise(name, run)) for name, run in work.items())
            gc.collect()
            gc.freeze()
            gc.set_threshold(50_000, 20, 20)
            yield
            for task in background:
                task.cancel()
            await asyncio.gather(*background, return_exceptions=True)
            await parts.engine.dispose()

    app.router.lifespan_context = lifespan
    app.include_router(journey.router())
    if parts.tracing is not None:
        trace_requests(app)
    uvicorn.run(
        app,
        host=parts.settings.host,
        port=parts.settings.port,
        access_log=False,
        log_config=None,
        server_header=False,
        date_header=True,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
    )
    provider = trace.get_tracer_provider()
    if hasattr(provider, "shutdown"):
        provider.shutdown()


async def _supervise(name: str, work: Callable[[], Awaitable[None]]) -> None:
    """Start over, with a pause, whatever ends."""
    while True:
        try:
            await work()
        except asyncio.CancelledError:
            raise
        except Exception:
            logger.exception("%s ended; starting over", name)
        await asyncio.sleep(1.0)
