"""Rules about the source that no linter knows."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from shared.contracts.registry import SERVICES

ROOT = Path(__file__).parents[2]
BANNED_NAMES = re.compile(r"(^|/)(utils?|helpers?|common|managers?|misc)(\.py|/)")
LONGEST = 400
IO_LIBRARIES = {
    "sqlalchemy",
    "psycopg",
    "fastapi",
    "starlette",
    "faststream",
    "aiokafka",
    "httpx",
    "confluent_kafka",
    "os",
    "time",
}


def python_files(*folders: str) -> Iterator[Path]:
    for folder in folders:
        yield from sorted((ROOT / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found.add(node.module)
    return found


def test_no_module_has_a_name_that_explains_nothing() -> None:
    assert [
        p
        for p in python_files("services", "shared", "deploy", "tests")
        if BANNED_NAMES.search(str(p.relative_to(ROOT)))
    ] == []


def test_a_file_is_short_or_says_why_not() -> None:
    for path in python_files("services", "shared", "deploy"):
        text = path.read_text()
        if text.count("\n") > LONGEST:
            assert "Longer than" in (ast.get_docstring(ast.parse(text)) or ""), path


@pytest.mark.parametrize("service", SERVICES)
def test_a_domain_does_no_io_and_reads_no_clock(service: str) -> None:
    for path in python_files(f"services/{service}"):
        if path.name != "domain.py" and "domain" not in path.parts:
            continue
        assert not {name.split(".")[0] for name in imports(path)} & IO_LIBRARIES, path
        assert ".now(" not in path.read_text(), path


def test_only_the_relay_publishes() -> None:
    publishing = re.compile(
        r"(broker|producer|publisher)\.publish\(|\.(send_and_wait|send_batch|produce)\(|\bProducer\(|AIOKafkaProducer"
    )
    offenders = [
        path
        for path in python_files("services", "shared", "deploy")
        if publishing.search(path.read_text()) and path.relative_to(ROOT) != Path("shared/messaging/relay.py")
    ]
    assert offenders == []


def test_actions_stores_and_handlers_never_commit() -> None:
    committing = re.compile(r"\.(commit|rollback)\(\)")
    offenders = [
        path
        for path in python_files("services")
        if path.stem in {"actions", "store", "handlers", "domain"} and committing.search(path.read_text())
    ]
    assert offenders == []


def test_the_domains_clock_is_asked_only_at_the_edges() -> None:
    offenders = [
        path
        for path in python_files("services")
        if path.stem in {"domain", "store", "tables"} and re.search(r"datetime\.now|\.utcnow\(", path.read_text())
    ]
    assert offenders == []
