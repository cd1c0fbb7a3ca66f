"""Credentials that were issued, and needs that wait for contact data."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain import Credential, ReportRef
from services.identity.tables import credential, credential_need
from shared.contracts.sealed import Purpose


async def add(session: AsyncSession, new: Credential) -> None:
    """Keep an issued credential."""
    await session.execute(
        insert(credential).values(
            credential_id=new.credential_id,
            report_id=new.report.report_id,
            reporter_ref=new.report.reporter_ref,
            tracking_id=new.report.tracking_id,
            purpose=new.purpose.value,
            cause=new.cause,
            selector=new.selector,
            secret_hash=new.secret_hash,
            issued_at=new.issued_at,
            expires_at=new.expires_at,
        )
    )


async def issued(session: AsyncSession, report_id: UUID, purpose: Purpose) -> bool:
    """Whether the report ever had a credential for this purpose."""
    found = await session.scalar(
        select(credential.c.credential_id)
        .where(credential.c.report_id == report_id, credential.c.purpose == purpose.value)
        .limit(1)
    )
    return found is not None


async def supersede(session: AsyncSession, report_id: UUID, purpose: Purpose, now: datetime) -> None:
    """Unredeemed credentials of the report for this purpose are no longer good."""
    await session.execute(
        update(credential)
        .where(
            credential.c.report_id == report_id,
            credential.c.purpose == purpose.value,
            credential.c.redeemed_at.is_(None),
            credential.c.superseded_at.is_(None),
        )
        .values(superseded_at=now)
    )


async def good_by_selector(session: AsyncSession, selector: str, now: datetime) -> list[Credential]:
    """Credentials that a code may belong to: rarely more than one."""
    rows = await session.execute(
        select(credential).where(
            credential.c.selector == selector,
            credential.c.redeemed_at.is_(None),
            credential.c.superseded_at.is_(None),
            credential.c.expires_at > now,
        )
    )
    return [_credential(row) for row in rows]


async def lock(session: AsyncSession, credential_id: UUID) -> Credential:
    """The credential as it is now, until the transaction ends."""
    row = await session.execute(select(credential).where(credential.c.credential_id == credential_id).with_for_update())
    return _credential(row.one())


async def get(session: AsyncSession, credential_id: UUID) -> Credential | None:
    """The credential of that id."""
    row = (await session.execute(select(credential).where(credential.c.credential_id == credential_id))).one_or_none()
    return _credential(row) if row else None


async def save(session: AsyncSession, changed: Credential) -> None:
    """Keep what happened to a credential."""
    await session.execute(
        update(credential)
        .where(credential.c.credential_id == changed.credential_id)
        .values(redeemed_at=changed.redeemed_at, superseded_at=changed.superseded_at)
    )


async def add_need(session: AsyncSession, report: ReportRef, purpose: Purpose, cause: UUID, until: datetime) -> None:
    """Remember that a credential is wanted once contact data are there."""
    await session.execute(
        insert(credential_need)
        .values(
            cause=cause,
            report_id=report.report_id,
            reporter_ref=report.reporter_ref,
            tracking_id=report.tracking_id,
            purpose=purpose.value,
            until=until,
        )
        .on_conflict_do_nothing()
    )


async def take_needs(session: AsyncSession, report_id: UUID) -> list[tuple[UUID, ReportRef, Purpose]]:
    """The needs that wait for this report's contact data, in the order of their causes; they wait no longer."""
    rows = await session.execute(
        delete(credential_need).where(credential_need.c.report_id == report_id).returning(credential_need)
    )
    return _needs(rows.all())


async def take_overdue_needs(
    session: AsyncSession, now: datetime, *, at_most: int
) -> list[tuple[UUID, ReportRef, Purpose]]:
    """Needs that have waited long enough; they wait no longer."""
    due = (
        select(credential_need.c.cause)
        .where(credential_need.c.until <= now)
        .order_by(credential_need.c.until)
        .limit(at_most)
        .with_for_update(skip_locked=True)
    )
    rows = await session.execute(
        delete(credential_need).where(credential_need.c.cause.in_(due.scalar_subquery())).returning(credential_need)
    )
    return _needs(rows.all())


def _needs(rows: Any) -> list[tuple[UUID, ReportRef, Purpose]]:
    ordered = sorted(rows, key=lambda row: (row.until, row.cause))
    return [
        (row.cause, ReportRef(row.report_id, row.reporter_ref, row.tracking_id), Purpose(row.purpose))
        for row in ordered
    ]


def _credential(row: Row[Any]) -> Credential:
    return Credential(
        credential_id=row.credential_id,
        report=ReportRef(row.report_id, row.reporter_ref, row.tracking_id),
        purpose=Purpose(row.purpose),
        cause=row.cause,
        selector=row.selector,
        secret_hash=row.secret_hash,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        redeemed_at=row.redeemed_at,
        superseded_at=row.superseded_at,
    )
