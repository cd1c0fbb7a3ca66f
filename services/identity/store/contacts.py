"""The vault of contact data, one row per reporter reference."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain import ReportRef, StoredContact
from services.identity.tables import contact
from services.identity.vault import Vault
from shared.contracts.sealed import ContactDetails


async def lock_report(session: AsyncSession, report_id: UUID) -> None:
    """Contact data and the need for a credential come on different topics: whoever handles either of a report goes alone."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(report_id), 0))))


async def keep(
    session: AsyncSession,
    vault: Vault,
    report: ReportRef,
    details: ContactDetails,
    *,
    account_id: UUID | None,
    reachable: bool,
    now: datetime,
) -> None:
    """Encrypt and keep contact data; a later word on the same reporter replaces it but not the link to an account."""
    locked = vault.lock(_place(report.reporter_ref), details.model_dump_json().encode())
    row = insert(contact).values(
        reporter_ref=report.reporter_ref,
        report_id=report.report_id,
        tracking_id=report.tracking_id,
        account_id=account_id,
        details=locked,
        reachable=reachable,
        stored_at=now,
    )
    await session.execute(
        row.on_conflict_do_update(
            index_elements=["reporter_ref"],
            set_={
                "details": locked,
                "reachable": reachable,
                "account_id": func.coalesce(contact.c.account_id, row.excluded.account_id),
            },
        )
    )


async def of_report(session: AsyncSession, report_id: UUID) -> StoredContact | None:
    """What is known without opening the vault."""
    row = (await session.execute(select(contact).where(contact.c.report_id == report_id))).one_or_none()
    return _stored(row) if row else None


async def details(session: AsyncSession, vault: Vault, reporter_ref: UUID) -> ContactDetails | None:
    """The contact data themselves."""
    locked = await session.scalar(select(contact.c.details).where(contact.c.reporter_ref == reporter_ref))
    return ContactDetails.model_validate_json(vault.unlock(_place(reporter_ref), locked)) if locked else None


async def link(session: AsyncSession, reporter_ref: UUID, account_id: UUID) -> bool:
    """Make a report an account's; False if it is somebody's already."""
    linked = await session.scalar(
        update(contact)
        .where(contact.c.reporter_ref == reporter_ref, contact.c.account_id.is_(None))
        .values(account_id=account_id)
        .returning(contact.c.reporter_ref)
    )
    return linked is not None


async def of_account(session: AsyncSession, account_id: UUID) -> list[StoredContact]:
    """An account's reports, the newest first."""
    rows = await session.execute(
        select(contact).where(contact.c.account_id == account_id).order_by(contact.c.stored_at.desc())
    )
    return [_stored(row) for row in rows]


def _place(reporter_ref: UUID) -> str:
    return f"contact:{reporter_ref}"


def _stored(row: Row[Any]) -> StoredContact:
    report = ReportRef(row.report_id, row.reporter_ref, row.tracking_id)
    return StoredContact(report, row.account_id, row.reachable, row.stored_at)
