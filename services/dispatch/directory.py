"""The directory of agencies: a tree per agency, read from a CSV file (its columns: `directory.md`)."""

import csv
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from services.dispatch.cases import Unit
from shared.contracts.agencies import AgencyKind
from shared.contracts.vocabulary import AgencyCode, CategoryCode, RegionCode, Zone
from shared.zones import zone_of


class BadDirectory(ValueError):
    """The file cannot be brought in; says which row and why."""


def _several(value: Any) -> Any:
    return tuple(part for part in value.split("|") if part) if isinstance(value, str) else value


def _or_none(value: Any) -> Any:
    return value or None


class Row(BaseModel):
    """One row of the file."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: AgencyCode
    parent: Annotated[AgencyCode | None, BeforeValidator(_or_none)]
    kind: AgencyKind
    name: str = Field(min_length=1, max_length=200)
    short_name: str = Field(min_length=1, max_length=80)
    region: Annotated[RegionCode | None, BeforeValidator(_or_none)]
    keywords: Annotated[tuple[str, ...], BeforeValidator(_several)]
    categories: Annotated[tuple[CategoryCode, ...], BeforeValidator(_several)]
    connected_since: Annotated[date | None, BeforeValidator(_or_none)]


@dataclass(frozen=True, slots=True)
class Listed:
    """An agency or unit as the directory lists it."""

    unit: Unit
    parent: AgencyCode | None
    kind: AgencyKind
    name: str
    short_name: str
    region: RegionCode | None
    zone: Zone
    keywords: tuple[str, ...]
    categories: tuple[CategoryCode, ...]
    connected_since: date | None


def read(path: Path) -> list[Listed]:
    """The agencies of a file, each after the one above it.

    Raises:
        BadDirectory: a row does not hold what it must, a code or keyword stands twice, a parent is missing or the tree runs in a circle.
        FileNotFoundError: there is no such file.
    """
    with path.open(newline="", encoding="utf-8") as file:
        return plant(_row(number, fields) for number, fields in enumerate(csv.DictReader(file), 2))


def _row(number: int, fields: Mapping[str | Any, Any]) -> Row:
    try:
        return Row.model_validate(fields)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
        raise BadDirectory(f"row {number}, {'.'.join(map(str, first['loc']))}: {first['msg']}") from error


def plant(rows: Iterable[Row]) -> list[Listed]:
    """Rows as a tree, each after the one above it.

    Raises:
        BadDirectory: as `read`.
    """
    by_code: dict[AgencyCode, Row] = {}
    named: dict[str, AgencyCode] = {}
    for row in rows:
        if row.code in by_code:
            raise BadDirectory(f"{row.code} stands twice")
        by_code[row.code] = row
        for keyword in row.keywords:
            if named.setdefault(keyword, row.code) != row.code:
                raise BadDirectory(f"the keyword {keyword} names {named[keyword]} and {row.code}")
    paths = {code: _path(code, by_code) for code in by_code}
    ordered = sorted(by_code.values(), key=lambda row: len(paths[row.code]))
    return [_listed(row, paths[row.code]) for row in ordered]


def _path(code: AgencyCode, rows: Mapping[AgencyCode, Row]) -> tuple[AgencyCode, ...]:
    path: list[AgencyCode] = []
    at: AgencyCode | None = code
    while at is not None:
        if at not in rows:
            raise BadDirectory(f"{path[-1]} stands below {at}, which is not listed")
        if at in path:
            raise BadDirectory(f"{code} stands below itself")
        path.append(at)
        at = rows[at].parent
    return tuple(reversed(path))


def _listed(row: Row, path: Sequence[AgencyCode]) -> Listed:
    return Listed(
        unit=Unit(row.code, tuple(path)),
        parent=row.parent,
        kind=row.kind,
        name=row.name,
        short_name=row.short_name,
        region=row.region,
        zone=zone_of(row.region),
        keywords=row.keywords,
        categories=row.categories,
        connected_since=row.connected_since,
    )


@dataclass(frozen=True)
class Names:
    """What agencies and units are called, for pages; a code that is not listed is shown as it is."""

    listed: Mapping[AgencyCode, Listed]

    def short(self, code: AgencyCode) -> str:
        """`Dinas PU Kota Metro`."""
        found = self.listed.get(code)
        return found.short_name if found else code

    def full(self, code: AgencyCode) -> str:
        """`Pemerintah Kota Metro`."""
        found = self.listed.get(code)
        return found.name if found else code
