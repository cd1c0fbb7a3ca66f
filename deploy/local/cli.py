"""The `lapor` command: the embedded stack and the operators' tools."""

import subprocess
import sys
from typing import Annotated

import psutil
import typer
from rich.box import SIMPLE
from rich.markup import escape
from rich.table import Table

from deploy.local import accounts, assets, compose, letters, operators, prerequisites
from deploy.local.console import chosen_stack, console, problems_in_words
from deploy.local.layout import Layout
from deploy.local.problem import Problem
from deploy.local.programs import ROSTER
from deploy.local.progress import Narrator
from deploy.local.stack import Stack

app = typer.Typer(
    name="lapor",
    help="LAPOR! on this machine: the stack and the tools of its operators.",
    no_args_is_help=True,
    pretty_exceptions_show_locals=False,
    add_completion=False,
)


@app.command()
def up() -> None:
    """Start everything that does not run yet and wait until it is ready."""
    with problems_in_words():
        narrator = Narrator(console)
        stack = chosen_stack(narrator)
        with narrator:
            stack.up()
        _welcome(stack)


@app.command()
def demo(
    reports: Annotated[int, typer.Option("--reports", min=20, help="How many invented reports.")] = 300,
) -> None:
    """Start the stack, follow one report through its whole life, fill the site with invented ones; leave it running."""
    from deploy.local.demo.run import demonstrate

    with problems_in_words():
        narrator = Narrator(console)
        stack = chosen_stack(narrator)
        with narrator:
            stack.up()
        demonstrate(console, stack, reports)
        _welcome(stack)


@app.command()
def down() -> None:
    """Stop everything; the data stays."""
    with problems_in_words():
        narrator = Narrator(console)
        with narrator:
            stopped = chosen_stack(narrator).down()
        console.print("stopped; the data stays" if stopped else "nothing was running")


@app.command()
def status() -> None:
    """Show what runs, whether it is ready, and what it takes. Exit status 1 if anything is not ready."""
    with problems_in_words():
        stack = chosen_stack()
        statuses = stack.statuses()
        table = Table(box=SIMPLE, padding=(0, 1))
        for column in ("program", "state", "port", "pid", "memory", "since"):
            table.add_column(column, no_wrap=True)
        total, all_ready = 0, True
        for name in [name for name in ROSTER if name in statuses]:
            one = statuses[name]
            ready = one.state == "RUNNING" and stack.ready(name)
            all_ready &= ready
            resident = _resident(one.pid)
            total += resident
            words = "[green]ready[/]" if ready else f"[red]{'not ready' if one.pid else one.state.lower()}[/]"
            since = one.description.rpartition("uptime ")[2] if one.pid else ""
            memory = f"{resident / 1e6:.0f} MB"
            table.add_row(name, words, str(stack.ports.get(name, "")), str(one.pid or ""), memory, since)
        console.print(table)
        summary = f"{stack.url}  ·  {total / 1e9:.2f} GB resident  ·  logs: {stack.logs}"
        console.print(summary, highlight=False, soft_wrap=True)
        if not all_ready:
            raise typer.Exit(1)


@app.command()
def logs(
    name: Annotated[str | None, typer.Argument(help="A program, as `lapor status` names it; all without it.")] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help="Go on showing what is written.")] = False,
    lines: Annotated[int, typer.Option("--lines", "-n", help="How many lines of each.")] = 50,
) -> None:
    """Show the end of the programs' logs."""
    with problems_in_words():
        if name is not None and name not in ROSTER:
            raise Problem(f"There is no program {name}. There are: {', '.join(ROSTER)}.")
        folder = Layout.chosen().logs
        files = [folder / f"{program}.log" for program in ([name] if name else ROSTER)]
        existing = [file for file in files if file.exists()]
        if not existing:
            raise Problem(f"No log yet in {folder}: start the stack with `make up`.")
        command = ["tail", *(["-F"] if follow else []), "-n", str(lines), *map(str, existing)]
        try:
            subprocess.run(command, check=False)  # noqa: S603 - tail of our own files
        except KeyboardInterrupt:
            sys.exit(0)


@app.command()
def restart(
    names: Annotated[list[str] | None, typer.Argument(help="Programs; all services and relays without any.")] = None,
) -> None:
    """Stop programs and start them again, for example after a change of code."""
    with problems_in_words():
        narrator = Narrator(console)
        stack = chosen_stack(narrator)
        with narrator:
            stack.restart(*(names or []))


@app.command("assets")
def build_assets() -> None:
    """Build what pages load in the browser, unless it is there and fits."""
    with problems_in_words():
        narrator = Narrator(console)
        with narrator:
            folder = assets.provide(narrator)
        console.print(str(folder), highlight=False, soft_wrap=True)


@app.command("compose-env")
def compose_env() -> None:
    """Make the secrets and keys that docker-compose.yml needs, once."""
    with problems_in_words():
        console.print(f"docker compose --env-file {compose.provide()} up --build", highlight=False, soft_wrap=True)


@app.command()
def browser() -> None:
    """Find the browser that the tests drive; install it where this machine lets us (Debian, as root)."""
    with problems_in_words():
        console.print(str(prerequisites.provide_chromium(console.print)), highlight=False, soft_wrap=True)


operators.add_to(app)
letters.add_to(app)


def _welcome(stack: Stack) -> None:
    demo = accounts.load()
    console.print(f"\n[bold]Sign-ins[/], password of all: [bold]{demo.password}[/]", highlight=False)
    for account in demo.accounts:
        role = " ".join(filter(None, (account.role, account.agency_name)))
        console.print(f"  {account.email:30}{escape(role)}", highlight=False, soft_wrap=True)
    console.print()
    for what, where in (
        ("LAPOR!", f"{stack.url}/"),
        ("sign in", f"{stack.url}/masuk"),
        ("traces", f"{stack.url}/zipkin/"),
        ("logs", str(stack.logs)),
    ):
        console.print(f"[bold]{what:8}[/] {escape(where)}", highlight=False, soft_wrap=True)


def _resident(pid: int) -> int:
    """Resident memory of a process and its children, in bytes; 0 where there is none."""
    try:
        process = psutil.Process(pid) if pid else None
        family = [process, *process.children(recursive=True)] if process else []
        # PostgreSQL's workers map the same buffers: each page counts once
        return sum(member.memory_info().rss - member.memory_info().shared for member in family[1:]) + (
            family[0].memory_info().rss if family else 0
        )
    except psutil.Error:
        return 0
