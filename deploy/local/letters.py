"""Commands for what could not be handled: parked events and dead letters. Bodies are masked, looks and steps are audited."""

import asyncio
import getpass
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Annotated, TypeVar

import typer
from rich.markup import escape
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession

from deploy.local.console import chosen_stack, console, problems_in_words
from deploy.local.problem import Problem
from deploy.local.stack import Stack
from shared.clock import OffsetClock
from shared.contracts.audit import audit_of
from shared.contracts.event import Event
from shared.contracts.registry import SERVICES
from shared.database import engine, sessions
from shared.messaging import operations
from shared.zones import in_zone

T = TypeVar("T")

parked = typer.Typer(help="Events that wait because one before them could not be handled.", no_args_is_help=True)
dead_letters = typer.Typer(help="Records that could not be decoded.", no_args_is_help=True)

Consumer = Annotated[str, typer.Argument(help="A consumer, as `lapor parked list` names it: intake or intake.urgent.")]
Topic = Annotated[str, typer.Argument(help="The topic.")]
Lane = Annotated[str, typer.Argument(help="The lane: a record's key.")]
ServiceName = Annotated[str, typer.Argument(metavar="SERVICE", help="A service.")]


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `lapor` command."""
    app.add_typer(parked, name="parked")
    app.add_typer(dead_letters, name="dead-letters")


@parked.command("list")
def list_parked(
    service: Annotated[str | None, typer.Argument(help="Only this service; all without it.")] = None,
) -> None:
    """Show which lanes wait, since when and why. No content."""

    async def look(session: AsyncSession) -> list[operations.Lane]:
        return await operations.list_parked(session)

    with problems_in_words():
        _stack_with(service or SERVICES[0])
        lanes: list[operations.Lane] = []
        for name in [service] if service else SERVICES:
            try:
                lanes += _with_session(name, look)
            except Problem as problem:  # the others may still be looked at
                _line(f"[yellow]{escape(str(problem))}[/]")
        for lane in lanes:
            since = in_zone(lane.since).strftime("%d %b %H:%M")
            _line(f"[bold]{lane.consumer}[/] {lane.topic} {escape(lane.lane)}")
            events = "1 event" if lane.events == 1 else f"{lane.events} events"
            _line(f"    {events} since {since}, {lane.attempts} attempts, last error {escape(lane.reason)}")
        if not lanes:
            _line("nothing is parked")


@parked.command("show")
def show_parked(consumer: Consumer, topic: Topic, lane: Lane) -> None:
    """Show the first events of a lane, bodies masked. The look is audited."""
    with problems_in_words():
        audit = _audit(_service_of(consumer))
        waiting = _with_session(
            _service_of(consumer), lambda session: operations.show_parked(session, consumer, topic, lane, audit=audit)
        )
        for event in waiting:
            _line(
                f"[bold]{event.position}[/] {event.type} {event.event_id} from {topic} {event.partition}/{event.offset}"
            )
            _line(f"    {escape(json.dumps(event.body, ensure_ascii=False))}")


@parked.command("retry")
def retry_parked(consumer: Consumer, topic: Topic, lane: Lane) -> None:
    """Let the service try a lane again now, in order."""
    with problems_in_words():
        audit = _audit(_service_of(consumer))
        _with_session(
            _service_of(consumer),
            lambda session: operations.retry_parked_lane(session, consumer, topic, lane, audit=audit),
        )
        _line(f"{consumer} tries {topic} {escape(lane)} again now")


@parked.command("discard")
def discard_parked(
    consumer: Consumer,
    position: Annotated[int, typer.Argument(help="The event's position, as `lapor parked show` names it.")],
    reason: Annotated[str, typer.Option(help="Why it is given up; goes into the audit log.")],
) -> None:
    """Give up one parked event for good; those behind it go on."""
    with problems_in_words():
        audit = _audit(_service_of(consumer))
        _with_session(
            _service_of(consumer),
            lambda session: operations.discard_parked(session, consumer, position, reason=reason, audit=audit),
        )
        _line(f"{consumer} has given up the event at {position}")


@dead_letters.command("list")
def list_dead_letters(service: ServiceName) -> None:
    """Show a service's dead letters and where their bytes came from, newest first. No content."""
    with problems_in_words():
        letters = asyncio.run(operations.list_dead_letters(_stack_with(service).kafka, service))
        for letter in letters:
            at = in_zone(letter.at).strftime("%d %b %H:%M")
            origin = f"{letter.origin_topic} {letter.origin_partition}/{letter.origin_offset}"
            _line(
                f"[bold]{letter.partition} {letter.offset}[/]  {at}  {letter.size} bytes from {origin}, read by {letter.consumer}"
            )
        if not letters:
            _line(f"{service} has no dead letters")


@dead_letters.command("replay")
def replay_dead_letter(
    service: ServiceName,
    partition: Annotated[int, typer.Argument(help="As `lapor dead-letters list` names it.")],
    offset: Annotated[int, typer.Argument(help="As `lapor dead-letters list` names it.")],
) -> None:
    """Give the original bytes once more to the consumer that could not read them, and to no other."""
    with problems_in_words():
        kafka, audit = _stack_with(service).kafka, _audit(service)
        _with_session(
            service,
            lambda session: operations.replay_dead_letter(session, kafka, service, partition, offset, audit=audit),
        )
        _line(f"{service} reads it again now; if it still cannot, the letter stays listed")


def _service_of(consumer: str) -> str:
    return consumer.removesuffix(".urgent")


def _stack_with(service: str) -> Stack:
    """The running stack.

    Raises:
        Problem: it is down, or there is no such service.
    """
    _known(service)
    stack = chosen_stack()
    stack.statuses()
    return stack


def _audit(service: str) -> operations.Audit:
    """Makes audit events in the name of whoever runs the command."""
    clock, record = OffsetClock(chosen_stack().layout.clock), audit_of(_known(service))

    def made(action: str, subject: str, reason: str | None) -> Event:
        actor = f"operator:{getpass.getuser()}"
        return record(occurred_at=clock.now(), actor=actor, action=action, subject=subject, reason=reason)

    return made


def _known(service: str) -> str:
    if service not in SERVICES:
        raise Problem(f"There is no service {service}. There are: {', '.join(SERVICES)}.")
    return service


def _with_session(service: str, work: Callable[[AsyncSession], Awaitable[T]]) -> T:
    """Run work in one transaction on a service's database.

    Raises:
        Problem: what it asks for is not there, or the database does not answer.
    """
    url = _stack_with(service).database_url(service).replace("postgresql://", "postgresql+psycopg://", 1)

    async def run() -> T:
        async with _transaction(url, service) as session:
            return await work(session)

    try:
        return asyncio.run(run())
    except operations.NotParkedError as error:
        raise Problem(f"There is nothing like that (any more): {error}.") from error
    except SQLAlchemyError as error:
        # its words may quote rows
        problem = type(error).__name__
        raise Problem(f"{service}'s database did not do it ({problem}): `lapor status` tells what runs.") from None


@asynccontextmanager
async def _transaction(url: str, service: str) -> AsyncIterator[AsyncSession]:
    made = engine(url)
    try:
        async with sessions(made, service).begin() as session:
            yield session
    finally:
        await made.dispose()


def _line(text: str) -> None:
    console.print(text, highlight=False, soft_wrap=True)
