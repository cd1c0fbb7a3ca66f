"""The gateway as it runs: routes, headers, refusals, and the words people see when a service is away."""

import json
import os
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest

from deploy.local import gateway, ports, prerequisites
from shared.contracts.registry import SERVICES

AWAY = "polls"
"""The one service that does not run here."""


@dataclass(frozen=True)
class Gateway:
    client: httpx.Client
    log: Path


class Upstream(ThreadingHTTPServer):
    """Answers with its own name and the path it was asked for."""

    def __init__(self, name: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                self.rfile.read(int(self.headers.get("Content-Length", 0)))
                self.send_response(200)
                self.send_header("Content-Type", "application/json")
                if name == "intake":
                    self.send_header("Content-Security-Policy", "default-src 'none'")
                self.end_headers()
                with suppress(BrokenPipeError):  # the gateway hangs up on what is too large
                    answer = {"service": name, "path": self.path, "for": self.headers.get("X-Forwarded-For")}
                    self.wfile.write(json.dumps(answer).encode())

            def do_POST(self) -> None:
                self.do_GET()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the standard library's name
                pass

        super().__init__(("127.0.0.1", 0), Handler)


@contextmanager
def caddy(environment: dict[str, str], log: Path) -> Iterator[None]:
    command = [
        str(prerequisites.caddy()),
        "run",
        "--config",
        str(gateway.FOLDER / "Caddyfile"),
        "--adapter",
        "caddyfile",
    ]
    with log.open("wb") as output:
        process = subprocess.Popen(command, env={**os.environ, **environment}, stdout=output, stderr=output)
        try:
            yield
        finally:
            process.terminate()
            process.wait(10)


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    folder = tmp_path_factory.mktemp("gate way")
    (folder / "assets" / "vendor").mkdir(parents=True)
    (folder / "assets" / "vendor" / "htmx.min.js").write_text("/* htmx */")
    servers = {name: Upstream(name) for name in (*SERVICES, "zipkin") if name != AWAY}
    threads = [threading.Thread(target=server.serve_forever) for server in servers.values()]
    for thread in threads:
        thread.start()
    listening = {name: server.server_port for name, server in servers.items()}
    taken: set[int] = set()
    listening |= {AWAY: ports.free_port(taken), "gateway": ports.free_port(taken)}
    environment, log = gateway.environment(listening, data=folder / "caddy", assets=folder / "assets"), folder / "log"
    address = f"http://127.0.0.1:{listening['gateway']}"
    with caddy(environment, log), httpx.Client(base_url=address, trust_env=False, timeout=10) as client:
        wait_until_live(client)
        yield Gateway(client, log)
    for server, thread in zip(servers.values(), threads, strict=True):
        server.shutdown()
        thread.join()
        server.server_close()


def wait_until_live(client: httpx.Client) -> None:
    limit = time.monotonic() + 15
    while time.monotonic() < limit:
        try:
            if client.get("/live").status_code == 200:
                return
        except httpx.TransportError:
            time.sleep(0.05)
    pytest.fail("the gateway did not start")


@pytest.mark.parametrize(
    ("path", "service"),
    [
        ("/lapor", "intake"),
        ("/lapor/terima/1", "intake"),
        ("/saya", "intake"),
        ("/api/v1/reports", "intake"),
        ("/meja/verifikasi", "verification"),
        ("/meja/verifikasi/123", "verification"),
        ("/meja/instansi", "dispatch"),
        ("/percakapan/1234567890", "dispatch"),
        ("/meja/pesan", "notify"),
        ("/meja/pemantauan", "sla"),
        ("/masuk", "identity"),
        ("/keluar", "identity"),
        ("/akun", "identity"),
        ("/kode", "identity"),
        ("/", "portal"),
        ("/laporan", "portal"),
        ("/laporan/1234567890", "portal"),
        ("/statistik", "portal"),
        ("/laporku", "portal"),
    ],
)
def test_a_path_goes_to_the_service_that_owns_its_page(running: Gateway, path: str, service: str) -> None:
    assert running.client.get(path).json() == {"service": service, "path": path, "for": "127.0.0.1"}


def test_a_claimed_source_address_is_not_passed_on(running: Gateway) -> None:
    answer = running.client.get("/lapor", headers={"X-Forwarded-For": "203.0.113.9"})
    assert answer.json()["for"] == "127.0.0.1"


@pytest.mark.parametrize(
    "path",
    ["/internal/journey/1", "/internal", "//internal/journey/1", "/lapor/../internal/x", "/%69nternal/x", "/ready"],
)
def test_what_is_for_the_platforms_own_programs_is_not_there(running: Gateway, path: str) -> None:
    host = running.client.base_url
    with httpx.Client(trust_env=False) as client:
        request = client.build_request("GET", str(host))
        request.url = host.copy_with(raw_path=path.encode())
        answer = client.send(request)
    assert answer.status_code == 404
    assert "service" not in answer.text


def test_sms_is_open_from_this_machine_in_the_embedded_stack(running: Gateway) -> None:
    answer = running.client.post("/sms", content="KOTA METRO, pohon tumbang").json()
    assert (answer["service"], answer["for"]) == ("intake", None)


def test_sms_is_not_there_in_production(tmp_path: Path) -> None:
    port = ports.free_port(set())
    environment = gateway.environment(dict.fromkeys((*SERVICES, "zipkin"), 1) | {"gateway": port}, data=tmp_path)
    address, closed = f"http://127.0.0.1:{port}", environment | {"LAPOR_GATEWAY_EXTRAS": "none/*.caddy"}
    with caddy(closed, tmp_path / "log"), httpx.Client(base_url=address, trust_env=False) as client:
        wait_until_live(client)
        assert client.post("/sms").status_code == 404
        assert client.get("/sms/dlr").status_code == 404
        assert client.get("/internal/journey/1").status_code == 404


def test_every_page_carries_the_security_headers(running: Gateway) -> None:
    headers = running.client.get("/").headers
    policy = headers["content-security-policy"]
    assert "default-src 'self'" in policy
    assert "unsafe" not in policy
    for directive in ("object-src 'none'", "base-uri 'none'", "form-action 'self'", "frame-ancestors 'none'"):
        assert directive in policy
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == "same-origin"
    assert "server" not in headers
    assert "via" not in headers


def test_a_services_own_policy_stands(running: Gateway) -> None:
    assert running.client.get("/lapor").headers.get_list("content-security-policy") == ["default-src 'none'"]


def test_the_trace_viewer_has_a_policy_of_its_own(running: Gateway) -> None:
    answer = running.client.get("/zipkin/")
    assert answer.json()["service"] == "zipkin"
    policy = answer.headers["content-security-policy"]
    assert "'unsafe-inline'" in policy
    assert "worker-src 'self' blob:" in policy  # lays out the graph of dependencies


def test_a_service_that_is_away_is_told_in_words_with_another_way(running: Gateway) -> None:
    answer = running.client.get("/opini")
    assert answer.status_code == 503
    assert answer.headers["retry-after"] == "30"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert "lewat SMS ke 1708" in answer.text
    assert answer.headers["x-content-type-options"] == "nosniff"


def test_a_sending_that_is_too_large_is_told_in_words(running: Gateway) -> None:
    answer = running.client.post("/lapor", content=b"x" * 25_000_001)
    assert answer.status_code == 413
    assert "25 MB" in answer.text


def test_page_assets_are_files_of_the_gateway(running: Gateway) -> None:
    vendor = running.client.get("/static/vendor/htmx.min.js")
    assert vendor.text == "/* htmx */"
    assert vendor.headers["cache-control"] == "public, max-age=300"
    assert "immutable" in running.client.get("/static/vendor/htmx.min.js?v=abc").headers["cache-control"]
    assert running.client.get("/static/lapor/lapor.css").headers["content-type"].startswith("text/css")
    assert running.client.get("/static/vendor/missing.js").status_code == 404


def test_no_log_line_tells_who_asked(running: Gateway) -> None:
    for path in ("/opini", "/lapor", "/internal"):
        running.client.get(path, headers={"User-Agent": "seseorang", "X-Forwarded-For": "203.0.113.9"})
    text = running.log.read_text()
    for trace in ("remote_ip", "client_ip", "seseorang", "203.0.113.9", "/opini"):
        assert trace not in text
