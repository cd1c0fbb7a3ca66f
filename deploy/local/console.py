"""What every `lapor` command shares: the console, the chosen stack, and problems in words instead of tracebacks."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

import typer
from rich.console import Console
from rich.markup import escape

from deploy.local.layout import Layout
from deploy.local.problem import Problem
from deploy.local.progress import Narrator
from deploy.local.stack import Stack

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
