"""The trace viewer of the embedded stack; it keeps traces in memory."""

from pathlib import Path

from deploy.local.kafka import JAVA_OPTIONS
from deploy.local.programs import Program, tied

SPANS = 50_000
"""The newest that are kept; its own default would not fit into the memory that it gets here."""


def program(*, java: Path, jar: Path, port: int) -> Program:
    """Zipkin as a process."""
    command = (
        *(str(java), "-Xms32m", "-Xmx160m", *JAVA_OPTIONS, "-jar", str(jar)),
        *("--armeria.ports[0].ip=127.0.0.1", f"--armeria.ports[0].port={port}", "--armeria.ports[0].protocols[0]=http"),
        *("--logging.level.root=warn", "--logging.level.zipkin2=warn"),
        f"--zipkin.storage.mem.max-spans={SPANS}",
    )
    return Program("zipkin", tied(command), stop_seconds=5)
