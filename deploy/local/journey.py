"""One report's whole path, put together from the ledgers that every service keeps; works without the trace store.

The one place where a tool asks all services: an operator's, through endpoints that the gateway never routes.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from rich.console import Console
from rich.markup import escape

from deploy.local.problem import Problem
from deploy.local.readiness import Answer, ask
from deploy.local.stack import Stack
from shared.contracts.registry import SERVICES
from shared.journey import Hop
from shared.zones import JAKARTA

_HOPS = TypeAdapter(list[Hop])
_TRACKING_ID = re.compile(r"[\d-]{8,16}")


@dataclass(frozen=True)
class Reading:
    """One service that took an event in, or has it waiting."""

    hop: Hop
    seconds: float | None
    """After the event was published; None where that is not known."""


@dataclass(frozen=True)
class Leg:
    """One event on its way from its producer to those who read it."""

    event_id: UUID
    sent: Hop | None
    """None where the producer's ledger is not at hand."""
    readings: tuple[Reading, ...]

    @property
    def at(self) -> datetime:
        """When it was published, or first seen."""
        return self.sent.at if self.sent else min(reading.hop.at for reading in self.readings)

    @property
    def any_hop(self) -> Hop:
        """A hop to read type, topic and trace from."""
        return self.sent or self.readings[0].hop


def legs(hops: Iterable[Hop]) -> list[Leg]:
    """Hops of all services, joined by event and put in order of time."""
    by_event: dict[UUID, list[Hop]] = {}
    for hop in hops:
        by_event.setdefault(hop.event_id, []).append(hop)
    return sorted((_leg(event_id, met) for event_id, met in by_event.items()), key=lambda leg: leg.at)


def _leg(event_id: UUID, hops: Sequence[Hop]) -> Leg:
    sent = next((hop for hop in hops if hop.direction in ("out", "staged")), None)
    readings = tuple(
        Reading(hop, max(0.0, (hop.at - sent.at).total_seconds()) if sent and sent.direction == "out" else None)
        for hop in sorted(hops, key=lambda hop: (hop.at, hop.consumer or ""))
        if hop.direction in ("in", "parked")
    )
    return Leg(event_id, sent, readings)


def report_id(stack: Stack, name: str) -> UUID:
    """The id of the report that a person names by its tracking id or its report id.

    Raises:
        Problem: there is none, or intake does not answer.
    """
    try:
        return UUID(name)
    except ValueError:
        pass
    if not _TRACKING_ID.fullmatch(name):
        raise Problem(f"{name} is neither a tracking id (ten digits) nor a report id.")
    answer = _ask(stack, "intake", f"/internal/tracking/{name.replace('-', '')}")
    if answer.status == 200 and isinstance(answer.body, Mapping):
        return UUID(str(answer.body["report_id"]))
    if answer.status == 404:
        raise Problem(f"No report has the tracking id {name}.")
    raise Problem("intake does not answer: `lapor status` tells what runs. With a report id the others can be asked.")


def collect(stack: Stack, report: UUID) -> tuple[list[Leg], dict[str, str]]:
    """The path of a report, and the services that could not be asked, with what they said."""
    with ThreadPoolExecutor(len(SERVICES)) as pool:
        answers = list(pool.map(lambda service: _ask(stack, service, f"/internal/journey/{report}"), SERVICES))
    hops: list[Hop] = []
    silent: dict[str, str] = {}
    for service, answer in zip(SERVICES, answers, strict=True):
        try:
            hops += _HOPS.validate_python(answer.body) if answer.status == 200 else []
        except ValidationError:
            silent[service] = "answers something else"
        if answer.status != 200:
            silent[service] = f"status {answer.status}" if answer.status else "does not answer"
    return legs(hops), silent


def show(console: Console, stack: Stack, report: UUID) -> None:
    """Print a report's path.

    Raises:
        Problem: no service knows it.
    """
    path, silent = collect(stack, report)
    if not path and len(silent) < len(SERVICES):
        raise Problem(f"No service's ledger knows the report {report}; ledgers go back 60 days.")

    def line(text: str) -> None:
        console.print(text, highlight=False, soft_wrap=True)

    line(f"[bold]report {report}[/]")
    trace = None
    for leg in path:
        hop = leg.any_hop
        if hop.trace_id != trace:
            trace = hop.trace_id
            line(f"\n[dim]episode[/] {f'{stack.url}/zipkin/traces/{trace}' if trace else 'without a trace'}")
        sender = leg.sent.service if leg.sent else "?"
        waiting = "  [red]waits for the relay[/]" if leg.sent and leg.sent.direction == "staged" else ""
        moment = leg.at.astimezone(JAKARTA).strftime("%d %b %H:%M:%S.%f")[:-3]
        line(f"{moment}  [bold]{sender}[/] → {hop.topic} {_place(hop)}  {escape(hop.type)}{waiting}")
        for reading in leg.readings:
            lag = "" if reading.seconds is None else f" after {reading.seconds * 1000:.0f} ms"
            parked = "  [red]parked[/]" if reading.hop.direction == "parked" else ""
            line(f"{'':19}  └ {reading.hop.consumer or reading.hop.service}{lag}{parked}")
    for service, why in silent.items():
        line(f"[yellow]{service}[/]: {why}, its part is missing")


def _place(hop: Hop) -> str:
    return "" if hop.partition is None else f"{hop.partition}/{hop.offset}"


def _ask(stack: Stack, service: str, path: str) -> Answer:
    return ask(f"http://127.0.0.1:{stack.ports[service]}{path}", token=stack.internal_token, seconds=10)
