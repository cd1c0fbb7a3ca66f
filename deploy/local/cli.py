"""The `lapor` command: the embedded stack and the operators' tools."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import psutil
import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from deploy.local import accounts
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
console = Console()


@contextmanager
def problems_in_words() -> Iterator[None]:
    """A `Problem` ends the command with its words and status 1, without a traceback."""
    try:
        yield
    except Problem as problem:
        Console(stderr=True).print(f"[bold red]![/] {escape(str(problem))}", highlight=False, soft_wrap=True)
        raise typer.Exit(1) from problem


def chosen_stack(narrator: Narrator | None = None) -> Stack:
    """The stack that LAPOR_STATE names, else the checkout's own.

    Raises:
        Problem: LAPOR_GATEWAY_PORT is not a port.
    """
    wanted = os.environ.get("LAPOR_GATEWAY_PORT")
    if wanted and not (wanted.isdigit() and 0 < int(wanted) < 65536):
        raise Problem(f"LAPOR_GATEWAY_PORT is {wanted}, which is no port: choose a number from 1024 to 65535.")
    return Stack(Layout.chosen().state, narrator=narrator, gateway_port=int(wanted) if wanted else None)


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
        table = Table("program", "state", "ready", "port", "memory", "", title=f"{stack.url}", title_justify="left")
        total, all_ready = 0, True
        for name, state in stack.statuses().items():
            ready = state.state == "RUNNING" and stack.ready(name)
            all_ready &= ready
            resident = _resident(state.pid)
            total += resident
            table.add_row(
                name,
                state.state.lower(),
                "[green]yes[/]" if ready else "[red]no[/]",
                str(stack.ports.get(name, "")),
                f"{resident / 1e6:.0f} MB",
                state.description,
            )
        console.print(table)
        console.print(f"resident together: {total / 1e9:.2f} GB · logs: {stack.logs}", highlight=False, soft_wrap=True)
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
