"""What people see while they wait: live lines on a terminal, plain lines elsewhere."""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.markup import escape
from rich.progress import Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn


class Narrator:
    """Names each step when it begins and how long it took when it ends; safe to use from several threads."""

    def __init__(self, console: Console | None = None) -> None:
        self.console = console or Console()
        self._live = Progress(
            SpinnerColumn(finished_text="[green]✓[/]"),
            TextColumn("{task.description}"),
            TimeElapsedColumn(),
            TextColumn("[dim]{task.fields[detail]}[/]"),
            console=self.console,
            disable=not self.console.is_terminal,
        )

    @classmethod
    def silent(cls) -> Self:
        """For tests and tools: shows nothing."""
        return cls(Console(quiet=True))

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def say(self, line: str) -> None:
        """A line that stays."""
        self.console.print(escape(line), highlight=False, soft_wrap=True)

    @contextmanager
    def step(self, title: str, *, announce: bool = False) -> Iterator[Callable[[str], None]]:
        """A step with a name; yields a function that shows a detail beside it.

        Without a terminal one plain line tells that it is done, and with `announce` one that it began.
        """
        began = time.monotonic()
        task: TaskID = self._live.add_task(escape(title), total=1, detail="")
        if announce and not self.console.is_terminal:
            self.say(f"{title} …")
        yield lambda detail: self._live.update(task, detail=escape(detail))
        self._live.update(task, completed=1, detail="")
        if not self.console.is_terminal:
            self.say(f"{title}: {time.monotonic() - began:.1f} s")
