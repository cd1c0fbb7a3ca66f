"""`make bench`: every figure as a ratio of two things run in turn, medians of several rounds; writes docs/benchmarks.md.

Absolute figures are reported and never decide. Prints one line of JSON last.
"""

import argparse
import asyncio
import os
import platform
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version

import uvloop

from tests.benchmarks import consuming, publishing
from tests.benchmarks.ground import ROOT, Ground, filed, finish, ground, median, percentile, say, wire

PAGE = ROOT / "docs" / "benchmarks.md"
LIBRARIES = ("aiokafka", "confluent-kafka", "faststream", "sqlalchemy", "psycopg", "pydantic", "opentelemetry-sdk")


@dataclass(frozen=True)
class Row:
    """One figure of the table."""

    name: str
    figure: str
    """As shown."""
    goal: str
    met: bool
    decides: bool
    """Ratios decide; absolute figures are goals that a page explains when missed."""
    detail: str


def ratio(name: str, ours: list[float], theirs: list[float], goal: float, unit: str = "events/s") -> Row:
    """The median of one by the median of the other."""
    value = median(ours) / median(theirs)
    detail = f"{median(ours):,.0f} ÷ {median(theirs):,.0f} {unit}"
    return Row(name, f"{value:.2f}", f"≥ {goal}", value >= goal, True, detail)


async def relay_rows(made: Ground, events: int, rounds: int) -> list[Row]:
    """The relay against bare producers."""
    topic = made.topic()
    wires = [wire(filed(topic)) for _ in range(events)]
    found: dict[str, list[float]] = {"relay": [], "aiokafka": [], "confluent": []}
    for number in range(rounds):
        found["aiokafka"].append(await publishing.raw_aiokafka(made, topic, wires))
        found["relay"].append(await asyncio.to_thread(publishing.relay, made, topic, wires))
        found["confluent"].append(await asyncio.to_thread(publishing.raw_confluent, made, topic, wires))
        say(f"relay, round {number + 1}: " + ", ".join(f"{k} {v[-1]:,.0f}/s" for k, v in found.items()))
    against = median(found["relay"]) / median(found["confluent"])
    return [
        ratio("relay ÷ raw aiokafka producer", found["relay"], found["aiokafka"], 0.9),
        Row(
            "relay ÷ raw confluent producer",
            f"{against:.2f}",
            "reported",
            met=True,
            decides=False,
            detail=f"raw {median(found['confluent']):,.0f} events/s",
        ),
    ]


async def consumer_rows(made: Ground, events: int, rounds: int) -> list[Row]:
    """The batch consumer against the same writes unprotected, and with traces."""
    topic = made.topic()
    await made.publish(topic, [wire(filed(topic)) for _ in range(events)])
    count = events - 600  # the last poll of a bare loop is a small one
    found: dict[str, list[float]] = {"raw": [], "ours": [], "traced": []}
    runs: dict[str, Callable[[], object]] = {}
    await consuming.raw(made, topic, min(count, 5000))
    for number in range(rounds):
        runs = {
            "raw": lambda: consuming.raw(made, topic, count),
            "ours": lambda: consuming.ours(made, topic, count),
            "traced": lambda: consuming.ours(made, topic, count, consuming.traces()),
        }
        for name, run in runs.items():
            found[name].append(await run())  # type: ignore[misc]
        say(f"consumer, round {number + 1}: " + ", ".join(f"{k} {v[-1]:,.0f}/s" for k, v in found.items()))
    return [
        ratio("batch consumer ÷ the same writes unprotected", found["ours"], found["raw"], 0.8),
        ratio("OpenTelemetry on ÷ off, every event sampled", found["traced"], found["ours"], 0.85),
    ]


async def latency_rows(made: Ground, events: int, rounds: int) -> list[Row]:
    """From commit to handler."""
    runs = [await publishing.latency(made, events) for _ in range(rounds)]
    p50, p99 = (median([percentile(times, share) for times, _ in runs]) for share in (0.5, 0.99))
    memory = median([memory for _, memory in runs])
    say(f"commit → handler: p50 {p50:.1f} ms, p99 {p99:.1f} ms; relay {memory:.0f} MB")
    return [
        Row("commit → handler at 50 events/s, p50", f"{p50:.1f} ms", "about 3 ms", p50 <= 4.0, False, "relay process"),
        Row("commit → handler at 50 events/s, p99", f"{p99:.1f} ms", "≤ 10 ms", p99 <= 10.0, False, "relay process"),
        Row("relay process, resident", f"{memory:.0f} MB", "< 45 MB", memory < 45, False, "one for each service"),
    ]


def machine(made: Ground) -> str:
    """What it ran on: no names."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30
    ((postgres, fsync),) = made.sql("select current_setting('server_version'), current_setting('fsync')")
    libraries = ", ".join(f"{name} {version(name)}" for name in LIBRARIES)
    return (
        f"{os.cpu_count()} cores, {memory:.0f} GB, {platform.system()} {platform.machine()}, "
        f"Python {platform.python_version()}, PostgreSQL {postgres.split()[0]} (fsync {fsync}), one Kafka node; "
        f"load average at the end {os.getloadavg()[0]:.1f}. {libraries}."
    )


def page(rows: list[Row], where: str, arguments: argparse.Namespace) -> str:
    """docs/benchmarks.md, but for the part that people write."""
    lines = [
        "# Benchmarks",
        "",
        "Written by `make bench`. Speed is a ratio of two things run in turn in one run, medians of "
        f"{arguments.rounds} rounds of {arguments.events:,} events; ratios decide, absolute figures are goals.",
        "",
        "| figure | measured | goal | met | detail |",
        "|---|---|---|---|---|",
        *[f"| {r.name} | {r.figure} | {r.goal} | {'yes' if r.met else '**no**'} | {r.detail} |" for r in rows],
        "",
        f"Machine: {where}",
    ]
    return "\n".join(lines) + "\n"


NOTES = "\n## What stands in the way\n"


def write(text: str) -> None:
    """Replace the table and keep the notes below it."""
    before = PAGE.read_text() if PAGE.exists() else ""
    _, found, notes = before.partition(NOTES)
    PAGE.write_text(text + (found + notes if found else ""))


async def main() -> None:
    """Run the rows asked for."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--events", type=int, default=20_000)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--only", choices=("relay", "consumer", "latency"))
    arguments = parser.parse_args()
    rows: list[Row] = []
    with ground() as made:
        if arguments.only in (None, "relay"):
            rows += await relay_rows(made, arguments.events, arguments.rounds)
        if arguments.only in (None, "consumer"):
            rows += await consumer_rows(made, arguments.events, arguments.rounds)
        if arguments.only in (None, "latency"):
            rows += await latency_rows(made, 400, min(arguments.rounds, 3))
        where = machine(made)
    if arguments.only is None:
        write(page(rows, where, arguments))
    for row in rows:
        say(f"{row.name:48} {row.figure:>8}  {row.goal:10} {row.detail}")
    finish({row.name: row.figure for row in rows} | {"ok": all(row.met for row in rows if row.decides)})


if __name__ == "__main__":
    uvloop.run(main())
