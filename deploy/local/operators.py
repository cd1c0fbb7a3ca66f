"""Commands of operators: the clock, a report's journey, the list of topics."""

from datetime import datetime
from typing import Annotated

import typer
from rich.box import SIMPLE
from rich.table import Table

from deploy.local import journey
from deploy.local.console import chosen_stack, console, problems_in_words
from deploy.local.problem import Problem
from deploy.local.time_travel import TimeTravel, shown
from shared.contracts.registry import TOPICS
from shared.zones import JAKARTA

clock = typer.Typer(help="The domain's clock: embedded and test stacks may move it.", no_args_is_help=True)


def add_to(app: typer.Typer) -> None:
    """Add these commands to the `lapor` command."""
    app.add_typer(clock, name="clock")
    app.command()(topics)
    app.command("journey")(journey_of)


def topics() -> None:
    """List every topic: who writes it, who reads it, how long it is kept."""
    table = Table(box=SIMPLE, padding=(0, 1))
    table.add_column("topic", no_wrap=True)
    table.add_column("written by → read by")
    table.add_column("kept")
    for topic in TOPICS.values():
        marks = [mark for mark, is_set in (("urgent", topic.urgent), ("sealed", topic.sealed)) if is_set]
        kept = "newest" if topic.compacted else f"{topic.days} days"
        details = ", ".join([f"{kept} per {topic.key}", f"{topic.partitions} partitions", *marks])
        table.add_row(topic.name, f"{topic.producer} → {', '.join(topic.consumers) or 'operators'}", details)
    console.print(table)


def journey_of(
    name: Annotated[str, typer.Argument(metavar="ID", help="A tracking id or a report id.")],
) -> None:
    """Print one report's whole path through the services, from their ledgers."""
    with problems_in_words():
        stack = chosen_stack()
        stack.statuses()
        journey.show(console, stack, journey.report_id(stack, name))


@clock.command("show")
def clock_show() -> None:
    """Show the domain's time and how far it is from the machine's."""
    with problems_in_words():
        now = TimeTravel(chosen_stack()).now()
        offset = now - datetime.now(now.tzinfo)
        moved = abs(offset.total_seconds()) >= 1
        console.print(shown(now) + (f" ({offset.total_seconds() / 86400:+.2f} days)" if moved else ""), highlight=False)


@clock.command("advance")
def clock_advance(
    span: Annotated[list[str], typer.Argument(help="For example: 10 working-days, 3 days, 2 hours.")],
) -> None:
    """Move on, from deadline to deadline, waiting at each until all services have come to rest."""
    with problems_in_words():
        stack = chosen_stack()
        stack.statuses()
        console.print(shown(TimeTravel(stack, _say).advance(" ".join(span))), highlight=False)


@clock.command("set")
def clock_set(
    moment: Annotated[str, typer.Argument(help="Like 2026-11-30T09:00; Jakarta's time unless it says otherwise.")],
) -> None:
    """Move to a moment; back only while no report has a deadline."""
    with problems_in_words():
        try:
            wanted = datetime.fromisoformat(moment)
        except ValueError as error:
            raise Problem(f"{moment} is no moment: write it like 2026-11-30T09:00.") from error
        stack = chosen_stack()
        stack.statuses()
        if wanted.tzinfo is None:
            wanted = wanted.replace(tzinfo=JAKARTA)
        console.print(shown(TimeTravel(stack, _say).set(wanted)), highlight=False)


def _say(line: str) -> None:
    console.print(f"  {line}", highlight=False)
