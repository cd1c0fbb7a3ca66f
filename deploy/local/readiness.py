"""When a program may be used: RUNNING is not ready."""

import json
import socket
import urllib.error
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import cast

from deploy.local import kafka, postgres
from deploy.local.programs import ROSTER
from deploy.local.remembered import Remembered

# a proxy of the environment must never come between the stack and its own programs
_OPENER = urllib.request.build_opener(urllib.request.ProxyHandler({}))


@dataclass(frozen=True)
class Answer:
    """What a program's HTTP endpoint said."""

    status: int
    """0 where nobody answered."""
    body: object = None
    """Parsed JSON, None where there is none."""


def ask(url: str, *, token: str | None = None, seconds: float = 3) -> Answer:
    """GET a local endpoint; `token` goes into the Authorization header."""
    headers = {"Authorization": f"Bearer {token}"} if token else {}
    try:
        with _OPENER.open(urllib.request.Request(url, headers=headers), timeout=seconds) as response:  # noqa: S310 - local
            return Answer(response.status, _parsed(response.read()))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _parsed(error.read()))
    except OSError:
        return Answer(0)


def consumers_ok(body: object) -> bool:
    """Whether the body of a service's /ready says that all its consumers take in events."""
    consumers = body.get("consumers") if isinstance(body, Mapping) else None
    if isinstance(consumers, Mapping):
        return all(state == "ok" for state in consumers.values())
    return consumers in (None, "ok")


def service_ready(port: int) -> bool:
    """Whether a service serves pages and takes in events."""
    answer = ask(f"http://127.0.0.1:{port}/ready")
    return answer.status == 200 and consumers_ok(answer.body)


def listens(port: int) -> bool:
    """Whether something accepts connections on the port."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2):
            return True
    except OSError:
        return False


def probe(name: str, remembered: Remembered) -> Callable[[], bool] | None:
    """How to find out whether a program is ready; None where its running is all that can be seen."""
    port = remembered.ports.get(name, 0)
    if ROSTER[name] == "service":
        return lambda: service_ready(port)
    special: dict[str, Callable[[], bool]] = {
        "kafka": lambda: kafka.answers(f"127.0.0.1:{port}"),
        "postgres": lambda: postgres.answers(postgres.url(port, remembered.passwords["postgres"])),
        "zipkin": lambda: ask(f"http://127.0.0.1:{port}/health").status == 200,
        "gateway": lambda: ask(f"http://127.0.0.1:{port}/live").status == 200,
        "mailbox": lambda: listens(port),
    }
    return special.get(name)


def _parsed(body: bytes) -> object:
    try:
        return cast("object", json.loads(body))
    except ValueError:
        return None
