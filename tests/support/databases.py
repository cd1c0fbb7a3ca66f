"""A migrated database for each test, copied from a template made once per service and worker."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import uuid4

import psycopg
from psycopg import sql

from shared import database


def worker() -> str:
    """The xdist worker, so that parallel workers never share a template."""
    return os.environ.get("PYTEST_XDIST_WORKER", "main")


def url_of(postgres_url: str, name: str) -> str:
    """The SQLAlchemy URL of a database on the test server."""
    return postgres_url.replace("postgresql://", "postgresql+psycopg://").rsplit("/", 1)[0] + f"/{name}"


class Databases:
    """Makes and drops databases on the test server."""

    def __init__(self, postgres_url: str) -> None:
        self._url = postgres_url
        self._run = uuid4().hex[:8]
        self._templates: dict[str, str] = {}

    def _admin(self) -> psycopg.Connection:
        return psycopg.connect(self._url, autocommit=True)

    def template(self, service: str) -> str:
        """The service's migrated template."""
        if service not in self._templates:
            name = f"template_{service}_{worker()}_{self._run}"
            with self._admin() as admin:
                admin.execute(sql.SQL("create database {}").format(sql.Identifier(name)))
            database.migrate(service, url_of(self._url, name))
            self._templates[service] = name
        return self._templates[service]

    @contextmanager
    def fresh(self, service: str) -> Iterator[str]:
        """The SQLAlchemy URL of an empty, migrated database of that service; dropped afterwards."""
        template, name = self.template(service), f"{service}_{uuid4().hex[:12]}"
        with self._admin() as admin:
            admin.execute(
                sql.SQL("create database {} template {} strategy file_copy").format(
                    sql.Identifier(name), sql.Identifier(template)
                )
            )
        try:
            yield url_of(self._url, name)
        finally:
            self._drop(name)

    def close(self) -> None:
        """Drop the templates."""
        for name in self._templates.values():
            self._drop(name)

    def _drop(self, name: str) -> None:
        with self._admin() as admin:
            admin.execute(sql.SQL("drop database if exists {} with (force)").format(sql.Identifier(name)))
