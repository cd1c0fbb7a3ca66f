"""One delivery, one effect: from raw records to a service's handlers, a transaction at a time.

`receive` returns only when every record is settled in the database: handled, parked, skipped or on its way to the dead
letters. It never raises but on cancellation, so an offset acknowledged after it is safe.

An unordered receiver is the privacy path: no lanes and no breaker. What fails there is parked by itself and tried again
within seconds, and holds back nothing, whatever else fails.
"""

import asyncio
import logging
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from enum import StrEnum

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from shared.messaging import dead_letters, inbox, parking
from shared.messaging.breaker import Breaker
from shared.messaging.envelope import Delivery, Lane, Record, decode
from shared.messaging.failures import BreakerOpenError, NotYet, UnavailableError, is_outage
from shared.messaging.inbox import Open
from shared.messaging.retries import Retries
from shared.messaging.routing import Routes
from shared.messaging.tracing import Tracing

logger = logging.getLogger(__name__)

Claim = Callable[[AsyncSession, str, Sequence[Delivery]], Awaitable[tuple[Sequence[Delivery], list[Open]]]]
TRIAL = 20
"""Events tried one by one to see whether an open breaker may close."""
HOLD = (0.2, 30.0)
"""Seconds between attempts at a batch while the database is away or the breaker open: first, and longest."""
URGENT = 5.0
"""Seconds; the longest back-off of an unordered receiver."""


class Health(StrEnum):
    """How a consumer is; anything but `ok` is worth an alert."""

    OK = "ok"
    DATABASE_AWAY = "database-away"
    BREAKER_OPEN = "breaker-open"


class FailedError(Exception):
    """A handler failed on a delivery that is known. Its cause is the handler's error."""

    def __init__(self, delivery: Delivery, error: Exception) -> None:
        super().__init__(type(error).__name__)
        self.delivery = delivery
        self.error = error


class Early:
    """The events of one transaction that came before their cause, and what followed them in their lanes."""

    def __init__(self) -> None:
        self._heads: dict[Lane, tuple[Delivery, NotYet]] = {}
        self._all: list[tuple[str, Delivery]] = []

    @property
    def count(self) -> int:
        """How many."""
        return len(self._all)

    def came(self, delivery: Delivery, error: NotYet) -> None:
        """It is the head of its lane."""
        self._heads[delivery.lane] = (delivery, error)
        self._all.append((delivery.key, delivery))

    def follows(self, delivery: Delivery) -> bool:
        """Whether it came behind one of them, and waits with it."""
        if delivery.lane not in self._heads:
            return False
        self._all.append((delivery.key, delivery))
        return True

    async def park(self, session: AsyncSession, consumer: str) -> None:
        """Park them all."""
        if self._all:
            await parking.open_lanes(session, consumer, [(d.key, d, error) for d, error in self._heads.values()])
            await parking.append(session, consumer, self._all)


class Receiver:
    """Settles records for one consumer (`<service>` or `<service>.urgent`). `kafka.attach` feeds it."""

    def __init__(
        self,
        service: str,
        consumer: str,
        sessions: async_sessionmaker[AsyncSession],
        routes: Routes,
        tracing: Tracing | None = None,
        unordered: bool = False,
    ) -> None:
        self.service = service
        self.consumer = consumer
        self.routes = routes
        self.unordered = unordered
        self._health = Health.OK
        self._sessions = sessions
        self._breaker = Breaker()
        self._tracing = tracing
        self._retries = Retries(consumer, sessions, self._retry, cap=URGENT if unordered else None)

    @property
    def health(self) -> Health:
        """How the consumer is."""
        return self._health

    async def retry_parked(self) -> None:
        """Run beside the consumer, in every replica: heads with back-off, followers after them."""
        await self._retries.run()

    async def receive(self, records: Sequence[Record]) -> None:
        """Settle a batch of records, however long that takes."""
        types = self.routes.types
        batch = [d for record in records if (d := decode(record, types)) is not None]
        if not batch:
            return
        pause, limit = HOLD
        with self._tracing.batch(batch) if self._tracing else nullcontext():
            while True:
                try:
                    await self._divide(batch)
                except UnavailableError:
                    self._turn(Health.DATABASE_AWAY)
                except BreakerOpenError:
                    self._turn(Health.BREAKER_OPEN)
                else:
                    self._turn(Health.OK)
                    return
                await asyncio.sleep(pause)
                pause = min(pause * 2, limit)
                if self._health is Health.BREAKER_OPEN and await self._recovered(batch):
                    self._breaker.reset()

    def _turn(self, health: Health) -> None:
        if health is not self._health:
            level = logging.INFO if health is Health.OK else logging.ERROR
            logger.log(level, "consumer %s: %s", self.consumer, health.value)
            self._health = health

    async def _divide(self, batch: Sequence[Delivery]) -> None:
        """Settle together; what fails is divided, in order, down to the culprit: around it where it is known."""
        parts = deque([(batch, False)])
        while parts:
            part, careful = parts.popleft()
            try:
                handled = await self._settle(part, careful=careful)
            except Exception as error:  # noqa: BLE001 - a handler may raise anything
                cause = error.error if isinstance(error, FailedError) else error
                if is_outage(cause):
                    raise UnavailableError from cause
                if len(part) == 1:
                    await self._give_up(part[0], cause)
                    continue
                if isinstance(error, FailedError) and isinstance(cause, NotYet) and not self.unordered:
                    parts.appendleft((part, True))  # where one waits for its cause, many may
                    continue
                if isinstance(error, FailedError):
                    at = part.index(error.delivery)
                    pieces = [part[:at], part[at : at + 1], part[at + 1 :]]
                else:
                    pieces = [part[: len(part) // 2], part[len(part) // 2 :]]
                parts.extendleft(reversed([(piece, careful) for piece in pieces if piece]))
            else:
                self._breaker.succeeded(handled)

    async def _settle(self, batch: Sequence[Delivery], *, careful: bool = False) -> int:
        try:
            return await self._transact(batch, inbox.claim_new, careful=careful)
        except inbox.RepeatedError:
            return await self._transact(batch, inbox.claim, careful=careful)

    async def _transact(self, batch: Sequence[Delivery], claim: Claim, *, careful: bool) -> int:
        """One transaction: claim, set aside what belongs to open lanes, handle the rest, wake who waited for it."""
        async with self._sessions.begin() as session:
            fresh, opened = await claim(session, self.consumer, batch)
            live = [d for d in fresh if d.readable]
            if len(live) < len(fresh):
                dead_letters.stage(session, self.service, self.consumer, [d for d in fresh if not d.readable])
            if opened and not self.unordered:
                waiting = await parking.lock_open(session, self.consumer, [d.lane for d in live], opened)
                live = await self._set_aside(session, live, waiting)
            early = await self._handle(session, live, careful=careful)
            caused = set()
            if opened and not self.unordered and live:
                caused = await self._wake(session, {d.key for d in live}, opened)
        if caused or early:
            self._retries.poke(caused)
        return len(live) - early

    async def _set_aside(self, session: AsyncSession, live: list[Delivery], waiting: frozenset[Lane]) -> list[Delivery]:
        behind = [(d.key, d) for d in live if d.lane in waiting]
        if behind:
            await parking.append(session, self.consumer, behind)
        return [d for d in live if d.lane not in waiting]

    async def _handle(self, session: AsyncSession, live: Sequence[Delivery], *, careful: bool = False) -> int:
        """Call the handlers, in order. Careful: park events that came before their cause; the number of them."""
        tracing, early = self._tracing, Early()
        for handler, deliveries in self.routes.in_order(live):
            if handler.takes_many:
                with tracing.many(deliveries) if tracing else nullcontext():
                    await handler.call(session, deliveries)
                continue
            for delivery in deliveries:
                if careful and early.follows(delivery):
                    continue
                try:
                    async with session.begin_nested() if careful else nullcontext():
                        with tracing.event(delivery) if tracing else nullcontext():
                            await handler.call(session, delivery.event, delivery.meta)
                except Exception as error:
                    if careful and isinstance(error, NotYet):
                        early.came(delivery, error)
                        continue
                    raise FailedError(delivery, error) from error
        await early.park(session, self.consumer)
        return early.count

    async def _wake(self, session: AsyncSession, keys: set[str], opened: Sequence[Open]) -> set[str]:
        """What was handled may be what others wait for; the keys. Never waits for a lock."""
        if len(opened) <= inbox.FEW:
            keys &= {lane.lane for lane in opened if lane.reason == NotYet.__name__}
        if keys:
            await parking.wake(session, self.consumer, keys)
        return keys

    async def _give_up(self, delivery: Delivery, error: Exception) -> None:
        """Park the culprit, unless it is but one of too many."""
        if not self.unordered and not isinstance(error, NotYet) and self._breaker.failed():
            raise BreakerOpenError from error
        lane, cap = (delivery.id, URGENT) if self.unordered else (delivery.key, None)
        try:
            async with self._sessions.begin() as session:
                if (await inbox.claim(session, self.consumer, [delivery]))[0]:
                    await parking.open_lanes(session, self.consumer, [(lane, delivery, error)], cap=cap)
                    await parking.append(session, self.consumer, [(lane, delivery)])
        except Exception as failure:
            if is_outage(failure):
                raise UnavailableError from failure
            raise
        logger.log(
            logging.DEBUG if isinstance(error, NotYet) else logging.WARNING,
            "consumer %s parked %s %s: %s",
            self.consumer,
            delivery.type,
            delivery.id,
            type(error).__name__,
        )
        self._retries.poke()

    async def _recovered(self, batch: Sequence[Delivery]) -> bool:
        """Try a few one by one without parking; whether at least half of them succeed."""
        outcomes: list[bool] = []
        blocked: set[Lane] = set()
        for delivery in batch:
            if delivery.lane in blocked or len(outcomes) >= TRIAL:
                continue
            try:
                if await self._settle([delivery]):
                    outcomes.append(True)
            except Exception as error:  # noqa: BLE001 - a handler may raise anything
                if is_outage(error.error if isinstance(error, FailedError) else error):
                    return False
                outcomes.append(False)
                blocked.add(delivery.lane)
        return outcomes.count(True) * 2 >= len(outcomes)

    async def _retry(self, session: AsyncSession, events: Sequence[parking.Parked]) -> set[str]:
        """Handle parked events in order; the keys that took effect."""
        found: Sequence[Delivery] = [d for event in events if (d := decode(event, self.routes.types)) is not None]
        if events[0].lane.startswith(parking.REPLAYED):
            found, _ = await inbox.claim(session, self.consumer, found)
        dead = [d for d in found if not d.readable]
        if dead:
            dead_letters.stage(session, self.service, self.consumer, dead)
        live = [d for d in found if d.readable]
        try:
            await self._handle(session, live)
        except FailedError as failed:
            raise failed.error from None
        return {d.key for d in live}
