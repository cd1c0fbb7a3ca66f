"""Every query on the directory as dispatch keeps it."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import RowMapping, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch.cases import Unit
from services.dispatch.directory import Listed, Names
from services.dispatch.tables import agency
from shared.contracts.agencies import AgencyKind
from shared.contracts.vocabulary import AgencyCode, Zone

SEEDING = 0x1A903
"""Advisory lock: one brings a directory in at a time."""


async def lock(session: AsyncSession) -> None:
    """Hold the directory until the transaction ends."""
    await session.execute(select(func.pg_advisory_xact_lock(SEEDING)))


async def units(session: AsyncSession, codes: Iterable[AgencyCode]) -> dict[AgencyCode, Unit]:
    """Those of these agencies and units that are listed, by code."""
    rows = await session.execute(select(agency.c.code, agency.c.path).where(agency.c.code.in_(set(codes))))
    return {row.code: Unit(row.code, tuple(row.path)) for row in rows}


async def names(session: AsyncSession, codes: Iterable[AgencyCode | None]) -> Names:
    """What these agencies and units are called."""
    wanted = {code for code in codes if code is not None}
    rows = await session.execute(select(agency).where(agency.c.code.in_(wanted)))
    return Names({row["code"]: _listed(row) for row in rows.mappings()})


async def everything(session: AsyncSession) -> dict[AgencyCode, Listed]:
    """The whole directory, by code."""
    rows = await session.execute(select(agency))
    return {row["code"]: _listed(row) for row in rows.mappings()}


async def save(session: AsyncSession, listed: Listed) -> None:
    """Add an agency or unit, or replace what is known of it; whoever stands above it is there already."""
    values: dict[str, Any] = {
        "code": listed.unit.code,
        "path": list(listed.unit.path),
        "parent": listed.parent,
        "kind": listed.kind.value,
        "name": listed.name,
        "short_name": listed.short_name,
        "region": listed.region,
        "zone": listed.zone.value,
        "keywords": list(listed.keywords),
        "categories": list(listed.categories),
        "connected_since": listed.connected_since,
    }
    await session.execute(
        insert(agency)
        .values(values)
        .on_conflict_do_update(index_elements=["code"], set_={k: v for k, v in values.items() if k != "code"})
    )


def _listed(row: RowMapping) -> Listed:
    return Listed(
        unit=Unit(row["code"], tuple(row["path"])),
        parent=row["parent"],
        kind=AgencyKind(row["kind"]),
        name=row["name"],
        short_name=row["short_name"],
        region=row["region"],
        zone=Zone(row["zone"]),
        keywords=tuple(row["keywords"]),
        categories=tuple(row["categories"]),
        connected_since=row["connected_since"],
    )
