"""Which handler takes which event, and in what order a batch goes through them."""

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event, State, Tombstone
from shared.messaging.envelope import Delivery, Lane, Meta

E = TypeVar("E", bound=Event)
One = Callable[[AsyncSession, E, Meta], Awaitable[None]]
Many = Callable[[AsyncSession, Sequence[Delivery]], Awaitable[None]]
M = TypeVar("M", bound=Many)


@dataclass(frozen=True, slots=True, eq=False)
class Handler:
    """A service's function for one or more event types."""

    call: Callable[..., Awaitable[None]]
    takes_many: bool


class Routes:
    """A service's handlers by event type. Types without one are skipped."""

    def __init__(self) -> None:
        self.types: dict[bytes, type[Event]] = {}
        self._handlers: dict[type[Event], Handler] = {}

    @property
    def topics(self) -> list[str]:
        """The topics to subscribe to, sorted."""
        return sorted({model.topic for model in self.types.values()})

    @property
    def reads_state(self) -> bool:
        """Whether any topic is a state topic, to be read committed."""
        return any(issubclass(model, State | Tombstone) for model in self.types.values())

    def on(self, model: type[E]) -> Callable[[One[E]], One[E]]:
        """Call the function once for each event: `(session, event, meta)`."""

        def register(function: One[E]) -> One[E]:
            self._register(Handler(function, takes_many=False), model)
            return function

        return register

    def on_many(self, *models: type[Event]) -> Callable[[M], M]:
        """Call the function with all events of these types that came together: `(session, deliveries)`.

        They are in order; a key may be among them more than once.
        """

        def register(function: M) -> M:
            self._register(Handler(function, takes_many=True), *models)
            return function

        return register

    def include(self, other: "Routes") -> None:
        """Take over the handlers of another set of routes.

        Raises:
            ValueError: an event type has a handler in both.
        """
        for model, handler in other._handlers.items():  # noqa: SLF001 - its own class
            self._register(handler, model)

    def _register(self, handler: Handler, *models: type[Event]) -> None:
        for model in models:
            if model.type.encode() in self.types:
                raise ValueError(f"{model.type} has a handler")
            self.types[model.type.encode()] = model
            self._handlers[model] = handler

    def in_order(self, deliveries: Sequence[Delivery]) -> Iterable[tuple[Handler, list[Delivery]]]:
        """Group by handler without moving an event past another of its lane.

        An event whose lane was last seen at another handler goes to that handler's next round.
        """
        handlers = self._handlers
        if not deliveries:
            return
        if len({handlers[type(delivery.event)] for delivery in deliveries}) == 1:
            yield handlers[type(deliveries[0].event)], list(deliveries)
            return
        last: dict[Lane, tuple[int, Handler]] = {}
        rounds: dict[tuple[int, Handler], list[Delivery]] = {}
        for delivery in deliveries:
            handler = handlers[type(delivery.event)]
            before = last.get(delivery.lane)
            place = (0 if before is None else before[0] + (before[1] is not handler), handler)
            last[delivery.lane] = place
            rounds.setdefault(place, []).append(delivery)
        for place in sorted(rounds, key=_round):
            yield place[1], rounds[place]


def _round(place: tuple[int, Any]) -> int:
    return place[0]
