"""docker-compose.yml and the image describe the system that `make up` starts."""

import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from deploy.local import compose, gateway, settings
from deploy.local.kafka import BROKER_SETTINGS
from deploy.local.layout import ROOT, Layout
from deploy.local.postgres import SERVER_SETTINGS, VERSION
from deploy.local.programs import ROSTER, relay
from deploy.local.remembered import Remembered
from deploy.local.stack import PARTITIONS
from shared.contracts.registry import SERVICES

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
CONTAINERS: dict[str, Any] = COMPOSE["services"]
JOBS = {"topics", "migrate"}
POM = (ROOT / "deploy/local/pom.xml").read_text()


@pytest.fixture(scope="module")
def remembered() -> Remembered:
    made = Remembered()
    made.provide_passwords(["postgres", *SERVICES])
    made.ports = dict.fromkeys([*ROSTER, "controller", "keeper"], 1)
    return made


def test_every_program_of_the_embedded_stack_is_a_container_and_the_jobs_are_the_only_others() -> None:
    assert set(CONTAINERS) == set(ROSTER) | JOBS


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_is_told_the_same_settings(service: str, remembered: Remembered, tmp_path: Path) -> None:
    embedded = settings.service_environment(service, Layout.at(tmp_path), remembered)
    assert set(CONTAINERS[service]["environment"]) == set(embedded)
    assert CONTAINERS[service]["command"] == [f"services.{service}"]
    assert_same_values(CONTAINERS[service]["environment"], embedded)


@pytest.mark.parametrize("service", SERVICES)
def test_a_relay_is_told_the_same_settings(service: str, remembered: Remembered, tmp_path: Path) -> None:
    container = CONTAINERS[relay(service)]
    embedded = settings.relay_environment(service, Layout.at(tmp_path), remembered)
    assert set(container["environment"]) == set(embedded)
    assert container["command"] == ["shared.messaging.relay"]
    assert_same_values(container["environment"], embedded)


def assert_same_values(container: dict[str, str], embedded: dict[str, str]) -> None:
    for name in ("LAPOR_SERVICE", "LAPOR_ENVIRONMENT", "LAPOR_KAFKA_SECURITY", "LAPOR_INSTANCE", "MALLOC_ARENA_MAX"):
        assert container.get(name) == embedded.get(name), name
    assert f"postgresql+psycopg://{embedded['LAPOR_SERVICE']}:" in container["LAPOR_DATABASE_URL"]


def test_the_broker_has_the_same_safety_settings() -> None:
    environment = CONTAINERS["kafka"]["environment"]
    for name, value in BROKER_SETTINGS.items():
        assert environment[f"KAFKA_{name.replace('.', '_').upper()}"] == value, name


def test_broker_database_server_and_trace_viewer_have_the_versions_of_the_pom() -> None:
    def version(name: str) -> str:
        found = re.search(rf"<{name}.version>([\d.]+)<", POM)
        assert found
        return found.group(1)

    assert CONTAINERS["kafka"]["image"] == f"apache/kafka:{version('kafka')}"
    assert CONTAINERS["postgres"]["image"] == f"postgres:{VERSION}"
    assert version("postgres").startswith(f"{VERSION}.")
    assert version("zipkin").startswith(CONTAINERS["zipkin"]["image"].split(":")[1])


def test_the_database_server_keeps_what_people_wrote_out_of_its_log() -> None:
    for name in ("log_min_error_statement", "log_parameter_max_length_on_error", "log_error_verbosity"):
        assert f"{name}={SERVER_SETTINGS[name]}" in CONTAINERS["postgres"]["command"]


def test_the_database_script_makes_a_database_for_every_service() -> None:
    script = (ROOT / "deploy/image/postgres/databases.sh").read_text()
    named = re.search(r"for service in (.+); do", script)
    assert named
    assert named.group(1).split() == list(SERVICES)
    assert {f"LAPOR_PASSWORD_{service.upper()}" for service in SERVICES} <= set(CONTAINERS["postgres"]["environment"])


def test_the_topics_job_makes_as_many_partitions_as_the_embedded_stack() -> None:
    assert CONTAINERS["topics"]["environment"] == {
        "LAPOR_KAFKA": "kafka:9092",
        "LAPOR_TOPIC_PARTITIONS": str(PARTITIONS),
        "LAPOR_TOPIC_REPLICAS": BROKER_SETTINGS["default.replication.factor"],
    }


def test_the_migration_job_knows_every_database() -> None:
    assert set(CONTAINERS["migrate"]["environment"]) == {f"LAPOR_DATABASE_URL_{name.upper()}" for name in SERVICES}


def test_the_gateway_is_told_the_same(tmp_path: Path) -> None:
    embedded = gateway.environment(dict.fromkeys(ROSTER, 1), data=tmp_path)
    assert set(CONTAINERS["gateway"]["environment"]) == set(embedded) - {"XDG_DATA_HOME", "XDG_CONFIG_HOME"}


@pytest.mark.parametrize("service", SERVICES)
def test_a_service_gets_its_own_keys_only(service: str) -> None:
    mounts = [mount for mount in CONTAINERS[service]["volumes"] if "/keys/" in mount]
    assert mounts == [f"./.lapor/compose/keys/{service}:/etc/lapor/keys:ro"]


def test_only_the_gateway_is_reachable_and_only_from_this_machine() -> None:
    published = {name: container["ports"] for name, container in CONTAINERS.items() if "ports" in container}
    assert list(published) == ["gateway"]
    assert all(port.startswith("127.0.0.1:") for port in published["gateway"])


def test_whoever_waits_waits_for_something_that_can_be_waited_for() -> None:
    for name, container in CONTAINERS.items():
        for other, how in container.get("depends_on", {}).items():
            if how["condition"] == "service_completed_successfully":
                assert other in JOBS, name
            else:
                assert how["condition"] == "service_healthy"
                assert "healthcheck" in CONTAINERS[other], (name, other)


def test_every_variable_that_is_asked_for_is_provided(tmp_path: Path) -> None:
    asked = set(re.findall(r"\$\{(\w+):\?", (ROOT / "docker-compose.yml").read_text()))
    provided = {line.split("=", 1)[0] for line in compose.provide(tmp_path).read_text().splitlines()}
    assert asked == provided


def test_providing_again_keeps_the_secrets(tmp_path: Path) -> None:
    before = compose.provide(tmp_path).read_text()
    assert compose.provide(tmp_path).read_text() == before


def test_the_image_is_lint_free() -> None:
    hadolint = Path(sys.executable).parent / "hadolint"
    done = subprocess.run([hadolint, "deploy/image/Dockerfile"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_image_pins_what_the_makefile_pins() -> None:
    makefile = re.search(r"^UV_VERSION := (\S+)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    image = re.search(r"^ARG UV_VERSION=(\S+)$", (ROOT / "deploy/image/Dockerfile").read_text(), re.MULTILINE)
    assert makefile
    assert image
    assert makefile.group(1) == image.group(1)


def test_the_image_does_not_run_as_root_and_copies_no_secret() -> None:
    dockerfile = (ROOT / "deploy/image/Dockerfile").read_text()
    assert re.search(r"^USER 10001$", dockerfile, re.MULTILINE)
    assert (ROOT / ".dockerignore").read_text().splitlines()[1] == "*"
