"""One embedded stack: puts its programs together, starts them in order, stops them again."""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_EXCEPTION, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

from deploy.local import assets, gateway, keys, parts, postgres, prerequisites, readiness, settings, zipkin
from deploy.local.kafka import Broker
from deploy.local.layout import Layout
from deploy.local.problem import Problem
from deploy.local.programs import ROSTER, Kind, Program, relay, tied
from deploy.local.progress import Narrator
from deploy.local.remembered import Remembered
from deploy.local.supervision import Keeper, Status, configuration
from shared.contracts.registry import SERVICES, TOPICS
from shared.database import migrate
from shared.messaging import topics

START_SECONDS = 300
"""How long a program may take until it is ready, on a slow and busy machine; one that ends is noticed at once."""

PARTITIONS = 4
"""Of a topic at most: one machine gains nothing from more."""

_PORTS = ("gateway", "kafka", "controller", "postgres", "zipkin", "mailbox", "keeper", *SERVICES)
"""What listens somewhere."""

_DEAD = ("BACKOFF", "EXITED", "FATAL")


class Stack:
    """A stack in a folder of its own; several can run side by side.

    `up` and `down` may be called again at any time, also by another process: the folder remembers everything.
    """

    def __init__(self, folder: Path, *, narrator: Narrator | None = None, gateway_port: int | None = None) -> None:
        self.layout = Layout.at(folder)
        self._narrator = narrator or Narrator.silent()
        self._wanted_port = gateway_port
        self._remembered = Remembered.load(self.layout.remembered)
        self._abandoned = threading.Event()

    # ------------------------------------------------------------ what people and tests ask

    @property
    def ports(self) -> dict[str, int]:
        """TCP ports on 127.0.0.1 by program."""
        return dict(self._remembered.ports)

    @property
    def url(self) -> str:
        """The address that people open, without a slash at the end."""
        return settings.public_url(self._remembered.ports["gateway"])

    @property
    def kafka(self) -> str:
        """The broker's `host:port`."""
        return f"127.0.0.1:{self._remembered.ports['kafka']}"

    @property
    def internal_token(self) -> str:
        """Opens the services' /internal endpoints."""
        return self._remembered.internal_token

    @property
    def logs(self) -> Path:
        """The folder of log files."""
        return self.layout.logs

    def database_url(self, service: str) -> str:
        """A service's own database, for psycopg."""
        return postgres.url(self.ports["postgres"], self._remembered.passwords[service], role=service, database=service)

    def running(self) -> bool:
        """Whether the stack is up, if perhaps not all of it."""
        return "keeper" in self._remembered.ports and self._keeper.running()

    def statuses(self) -> dict[str, Status]:
        """What the supervisor says of every program.

        Raises:
            Problem: the stack is down.
        """
        self._demand_running()
        return self._keeper.statuses()

    def ready(self, name: str) -> bool:
        """Whether a program may be used."""
        self._demand_running(name)
        probe = readiness.probe(name, self._remembered)
        return self._keeper.status(name).state == "RUNNING" if probe is None else probe()

    # ------------------------------------------------------------ single programs

    def kill(self, name: str) -> int:
        """SIGKILL a program; the supervisor starts it again. Returns the process id that it had."""
        self._demand_running(name)
        return self._keeper.kill(name)

    def stop(self, *names: str) -> None:
        """Stop programs and leave them stopped."""
        self._demand_running(*names)
        self._keeper.stop(*names)

    def start(self, *names: str) -> None:
        """Start programs that were stopped and wait until they are ready."""
        self._demand_running(*names)
        self._together(*(self._starter(name) for name in names))

    def restart(self, *names: str) -> None:
        """Stop programs, start them again and wait until they are ready; without names, all services and relays."""
        chosen = names or _of_kind("service", "relay")
        self.stop(*chosen)
        self.start(*chosen)

    # ------------------------------------------------------------ all of it

    def up(self) -> None:
        """Fetch what is missing, start everything in order and return when all of it is ready.

        Raises:
            Problem: something is missing or does not start; what already runs is left running, for a look at it.
        """
        self.layout.create()
        with parts.one_at_a_time(self.layout.state / "turn"):
            self._remembered = Remembered.load(self.layout.remembered)
            self._abandoned.clear()
            self._together(self._foundation, lambda: assets.provide(self._narrator))
            self._start_kind("service", "relay", "tool")
            self._start_kind("gateway")

    def down(self) -> bool:
        """Stop everything in order; False where nothing ran."""
        if not self.layout.remembered.exists():
            return False
        with parts.one_at_a_time(self.layout.state / "turn"):
            self._remembered = Remembered.load(self.layout.remembered)
            if not self.running():
                return False
            with self._narrator.step("stopping"):
                self._keeper.shut_down()
            return True

    # ------------------------------------------------------------ in order

    def _foundation(self) -> None:
        """Broker and database server, topics, databases and their tables."""
        tools = _Tools(prerequisites.java(self._narrator.say), parts.provide(self._narrator))
        self._remembered.provide_passwords(["postgres", *SERVICES])
        keys.provide(self.layout.keys)
        if not self._up_to_date(tools):
            moved = self._remembered.provide_ports(_PORTS, gateway=self._wanted_port)
            if moved:
                self._narrator.say(f"other ports than before, theirs are taken now: {', '.join(moved)}")
            self._remembered.save(self.layout.remembered)
            self._together(
                lambda: self._broker(tools).prepare(port=self.ports["kafka"], controller_port=self.ports["controller"]),
                self._server(tools).prepare,
            )
            self._keeper.start(self._configuration(tools))
        self._keeper.ensure("zipkin")  # slow to start, and nothing waits for it
        self._together(self._start_kafka, self._start_postgres)

    def _up_to_date(self, tools: "_Tools") -> bool:
        """Whether the stack runs as it would be started now; one that runs otherwise is stopped."""
        if not self.running():
            return False
        if self._wanted_port in (None, self.ports["gateway"]) and self._keeper.file.read_text() == self._configuration(
            tools
        ):
            return True
        self._narrator.say("the stack runs with another configuration: starting it anew")
        self._keeper.shut_down()
        return False

    def _start_kafka(self) -> None:
        self._start("kafka")
        try:
            topics.create(self.kafka, TOPICS.values(), at_most=PARTITIONS)
        except topics.TopicsDifferError as differ:
            raise Problem(
                f"This stack's topics are of another version ({differ}). Start with an empty one: "
                f"`make down`, then delete {self.layout.state}."
            ) from differ

    def _start_postgres(self) -> None:
        self._start("postgres")
        address = postgres.url(self.ports["postgres"], self._remembered.passwords["postgres"])
        postgres.create_databases(address, SERVICES, self._remembered.passwords)
        with self._narrator.step("database tables") as show:
            for service in SERVICES:
                show(service)
                migrate(service, settings.database_url(service, self._remembered))

    def _start_kind(self, *kinds: Kind) -> None:
        self._together(*(self._starter(name) for name in _of_kind(*kinds)))

    def _starter(self, name: str) -> Callable[[], None]:
        return lambda: self._start(name)

    def _start(self, name: str) -> None:
        """Start one program and wait for it.

        Raises:
            Problem: it ends, or is not ready in time.
        """
        probe = readiness.probe(name, self._remembered)
        with self._narrator.step(name):
            self._keeper.ensure(name)
            limit, first = time.monotonic() + START_SECONDS, self._keeper.status(name).pid
            while True:
                status = self._keeper.status(name)
                died = status.state in _DEAD or (first and status.pid not in (0, first))
                if died or time.monotonic() > limit:
                    raise Problem(self._obituary(name, "ended at once" if died else "is not ready in time"))
                if probe() if probe else status.state == "RUNNING":
                    return
                if self._abandoned.wait(0.1):
                    raise _Abandoned

    def _obituary(self, name: str, what: str) -> str:
        log = self.layout.logs / f"{name}.log"
        tail = log.read_text(errors="replace")[-1500:] if log.exists() else ""
        return f"{name} {what}. Its log, {log}, ends:\n{tail}"

    def _together(self, *jobs: Callable[[], object]) -> None:
        """Run jobs at the same time and wait for all; when one fails the others stop waiting, and its error is raised."""
        if not jobs:
            return
        with ThreadPoolExecutor(len(jobs)) as pool:
            futures = [pool.submit(job) for job in jobs]
            try:
                wait(futures, return_when=FIRST_EXCEPTION)
            finally:  # also when the person who waits gives up
                if not all(future.done() and not future.exception() for future in futures):
                    self._abandoned.set()
        errors = [error for future in futures if (error := future.exception())]
        for error in sorted(errors, key=lambda error: isinstance(error, _Abandoned)):
            raise error

    # ------------------------------------------------------------ the parts

    @property
    def _keeper(self) -> Keeper:
        return Keeper(self.layout, port=self.ports["keeper"], password=self._remembered.keeper_password)

    def _broker(self, tools: "_Tools") -> Broker:
        return Broker(
            java=tools.java.executable,
            class_path=tools.parts.kafka,
            data=self.layout.kafka,
            configuration=self.layout.configuration,
        )

    def _server(self, tools: "_Tools") -> postgres.Server:
        return postgres.Server(
            programs=tools.parts, data=self.layout.postgres, password=self._remembered.passwords["postgres"]
        )

    def _configuration(self, tools: "_Tools") -> str:
        return configuration(
            self._programs(tools), self.layout, port=self.ports["keeper"], password=self._remembered.keeper_password
        )

    def _programs(self, tools: "_Tools") -> Sequence[Program]:
        """Every program of this stack as it would be started now."""
        ports, remembered = self.ports, self._remembered
        python = sys.executable
        programs = [
            self._broker(tools).program(),
            self._server(tools).program(ports["postgres"]),
            zipkin.program(java=tools.java.executable, jar=tools.parts.zipkin, port=ports["zipkin"]),
            Program(
                "mailbox", tied((python, "-m", "deploy.local.mailbox", str(ports["mailbox"]), str(self.layout.mail)))
            ),
        ]
        for service in SERVICES:
            environment = settings.service_environment(service, self.layout, remembered)
            programs.append(Program(service, tied((python, "-m", f"services.{service}")), environment))
            environment = settings.relay_environment(service, self.layout, remembered)
            programs.append(Program(relay(service), tied((python, "-m", "shared.messaging.relay")), environment))
        return [*programs, gateway.program(ports, self.layout)]

    def _demand_running(self, *names: str) -> None:
        if unknown := sorted(set(names) - set(ROSTER)):
            raise Problem(f"There is no program {', '.join(unknown)}; `lapor status` names them.")
        if not self.running():
            raise Problem("The stack is down: start it with `make up`.")


class _Abandoned(Exception):
    """Another job failed; this one stopped waiting."""


@dataclass(frozen=True)
class _Tools:
    """What the machine and Maven provide."""

    java: prerequisites.Java
    parts: parts.Parts


def _of_kind(*kinds: Kind) -> tuple[str, ...]:
    return tuple(name for name, kind in ROSTER.items() if kind in kinds)
