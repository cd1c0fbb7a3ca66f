"""Only a broker and a database server, for tests: fast to start, careless with the data.

with backbone(folder) as running:
    running.kafka          # 127.0.0.1:port
    running.postgres_url   # postgresql://postgres:…@127.0.0.1:port/postgres
"""

import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import kafka, parts, ports, postgres, prerequisites
from deploy.local.layout import SHARED, Layout
from deploy.local.problem import Problem
from deploy.local.programs import Program, clean_environment
from deploy.local.progress import Narrator

START_SECONDS = 180


@dataclass(frozen=True)
class Backbone:
    """Addresses of a broker and a database server that run."""

    kafka: str
    """`127.0.0.1:port`"""
    postgres_url: str
    """The superuser's connection URL."""


@contextmanager
def backbone(folder: Path, *, heap_megabytes: int = 512) -> Iterator[Backbone]:
    """Run both in a folder of this process below `folder` while the block runs, then delete it.

    They end with this process even if it is killed; what earlier processes left below `folder` is deleted first.

    Raises:
        Problem: a prerequisite is missing, or one of them does not start.
    """
    account = postgres.Account.fitting()
    _sweep(folder, account)
    layout, narrator = Layout.at(folder / str(os.getpid())), Narrator.silent()
    layout.create()
    java, fetched = prerequisites.java(narrator.say), parts.provide(narrator)
    taken: set[int] = set()
    kafka_port, controller_port, postgres_port = (ports.free_port(taken) for _ in range(3))
    password = secrets.token_urlsafe(12)
    broker = kafka.Broker(
        java=java.executable,
        class_path=fetched.kafka,
        data=layout.kafka,
        configuration=layout.configuration,
        heap_megabytes=heap_megabytes,
    )
    server = postgres.Server(programs=fetched, data=layout.postgres, password=password, account=account)
    running = Backbone(f"127.0.0.1:{kafka_port}", postgres.url(postgres_port, password))
    with ExitStack() as processes:
        processes.callback(_delete, layout, account)
        broker.prepare(port=kafka_port, controller_port=controller_port, durable=False)
        broker_process = processes.enter_context(_process(broker.program(), layout))
        server.prepare()  # while the broker starts
        server_process = processes.enter_context(
            _process(server.program(postgres_port, postgres.TEST_SETTINGS), layout)
        )
        _wait(server_process, lambda: postgres.answers(running.postgres_url), layout.logs / "postgres.log")
        _wait(broker_process, lambda: kafka.answers(running.kafka), layout.logs / "kafka.log")
        yield running


def _delete(layout: Layout, account: postgres.Account) -> None:
    for path in (postgres.root(layout.postgres, account), layout.state):
        shutil.rmtree(path, ignore_errors=True)


def _sweep(folder: Path, account: postgres.Account) -> None:
    for left in folder.glob("[0-9]*"):
        try:
            os.kill(int(left.name), 0)
        except ProcessLookupError:
            _delete(Layout.at(left), account)
        except (PermissionError, ValueError):
            continue


@contextmanager
def _process(program: Program, layout: Layout) -> Iterator["subprocess.Popen[bytes]"]:
    with (layout.logs / f"{program.name}.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - the command is built by this package, no shell
            program.command,
            env={**clean_environment(), **program.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
        try:
            yield process
        finally:
            process.send_signal(signal.SIGINT if program.name == "postgres" else signal.SIGKILL)
            try:
                process.wait(program.stop_seconds)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _wait(process: "subprocess.Popen[bytes]", ready: Callable[[], bool], log: Path) -> None:
    limit = time.monotonic() + START_SECONDS
    while not ready():
        if process.poll() is not None or time.monotonic() > limit:
            raise Problem(f"{log.stem} did not start. Its log, {log}, ends:\n{log.read_text(errors='replace')[-1500:]}")
        time.sleep(0.05)


def main(folder: Path) -> None:
    """Run until interrupted and print the addresses as shell assignments: `python -m deploy.local.backbone [FOLDER]`."""
    with backbone(folder) as running:
        sys.stdout.write(
            f"export LAPOR_TEST_POSTGRES={running.postgres_url}\nexport LAPOR_TEST_KAFKA={running.kafka}\n"
        )
        sys.stdout.flush()
        signal.signal(signal.SIGTERM, lambda *_: os.kill(os.getpid(), signal.SIGINT))
        try:
            signal.pause()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else SHARED / "tests")
