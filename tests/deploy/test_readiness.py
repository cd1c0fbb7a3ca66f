"""RUNNING is not ready: a service says so itself, and how its consumers are."""

import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from deploy.local import ports, readiness


@contextmanager
def serving(status: int, body: object) -> Iterator[int]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = json.dumps({"body": body, "token": self.headers.get("Authorization")} if body == "echo" else body)
            self.send_response(status)
            self.end_headers()
            self.wfile.write(content.encode())

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


@pytest.mark.parametrize(
    ("status", "body", "ready"),
    [
        (200, {"database": True, "consumers": {"intake": "ok", "intake.urgent": "ok"}}, True),
        (200, {"database": True, "consumers": {"intake": "ok", "intake.urgent": "starting"}}, False),
        (200, {"database": True, "consumers": {"intake": "breaker-open"}}, False),
        (200, {"database": True}, True),
        (503, {"database": False, "consumers": {"intake": "ok"}}, False),
    ],
)
def test_a_service_is_ready_when_its_database_answers_and_all_its_consumers_take_in_events(
    status: int, body: object, ready: bool
) -> None:
    with serving(status, body) as port:
        assert readiness.service_ready(port) is ready


def test_nobody_there_is_not_ready() -> None:
    assert not readiness.service_ready(ports.free_port(set()))


def test_a_proxy_of_the_environment_is_not_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{ports.free_port(set())}")
    with serving(200, {}) as port:
        assert readiness.service_ready(port)


def test_the_token_is_sent_as_a_bearer() -> None:
    with serving(200, "echo") as port:
        answer = readiness.ask(f"http://127.0.0.1:{port}/internal/journey/1", token="secret")
    assert answer.body == {"body": "echo", "token": "Bearer secret"}


def test_every_program_but_the_relays_has_a_probe_of_its_own() -> None:
    from deploy.local.programs import ROSTER
    from deploy.local.remembered import Remembered

    remembered = Remembered(ports=dict.fromkeys(ROSTER, 1), passwords={"postgres": "x"})
    probes: dict[str, Callable[[], bool] | None] = {name: readiness.probe(name, remembered) for name in ROSTER}
    assert {name for name, probe in probes.items() if probe is None} == {
        name for name, kind in ROSTER.items() if kind == "relay"
    }
