"""The one door through which the stack starts other programs to wait for them."""

import os
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from deploy.local.problem import Problem


def run(
    command: Sequence[str | Path], *, cwd: Path | None = None, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    """Run a command to its end; arguments are never interpreted by a shell."""
    return subprocess.run(  # noqa: S603 - commands are built by this package, no shell
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        capture_output=True,
        text=True,
        check=False,
    )


def demand(
    command: Sequence[str | Path],
    what: str,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> str:
    """Run a command that must succeed and return its output.

    Raises:
        Problem: it failed; `what` begins the sentence, the end of its output follows.
    """
    done = run(command, cwd=cwd, environment=environment)
    if done.returncode:
        raise Problem(f"{what} failed: {(done.stderr.strip() or done.stdout.strip())[-1500:]}")
    return done.stdout


def lines(
    command: Sequence[str | Path],
    what: str,
    *,
    cwd: Path | None = None,
    environment: Mapping[str, str] | None = None,
) -> Iterator[str]:
    """Run a command that must succeed, yielding each line of its output as it comes.

    Raises:
        Problem: it failed; `what` begins the sentence, the end of its output follows.
    """
    last: list[str] = []
    with subprocess.Popen(  # noqa: S603 - commands are built by this package, no shell
        [str(word) for word in command],
        cwd=cwd,
        env={**os.environ, **(environment or {})},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as process:
        if process.stdout is not None:
            for line in process.stdout:
                last = [*last[-20:], line]
                yield line
    if process.returncode:
        raise Problem(f"{what} failed: {''.join(last)[-1500:]}")


def launch(command: Sequence[str | Path], output: IO[str], *, environment: Mapping[str, str]) -> None:
    """Start a command that puts itself into the background, with exactly this environment, and wait until it has done so."""
    subprocess.run(  # noqa: S603 - commands are built by this package, no shell
        [str(word) for word in command],
        env=dict(environment),
        stdin=subprocess.DEVNULL,
        stdout=output,
        stderr=output,
        check=False,
    )
