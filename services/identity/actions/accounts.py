"""Opening accounts: by an operator, from the demo file, by a reporter's activation."""

import tomllib
from collections.abc import Sequence
from pathlib import Path
from uuid import UUID

from pydantic import BaseModel, ConfigDict, SecretStr
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.actions import sessions
from services.identity.actions.sessions import Entered
from services.identity.domain import (
    Account,
    Login,
    LoginTaken,
    NotRedeemable,
    StoredContact,
    check_post,
    parse_login,
    proved_logins,
)
from services.identity.equipment import Equipment
from services.identity.store import accounts as store
from services.identity.store import contacts, credentials
from shared.contracts.audit import audit_of
from shared.contracts.sealed import ContactDetails, Purpose
from shared.contracts.vocabulary import AgencyCode
from shared.messaging import outbox
from shared.messaging.identity import uuid7
from shared.security import Role


class AlreadyLinked(Exception):
    """The report belongs to an account."""


class DemoAccount(BaseModel):
    """One `[[accounts]]` of the demo file."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    role: Role
    name: str
    email: str
    agency: AgencyCode | None = None
    unit: AgencyCode | None = None


class DemoAccounts(BaseModel):
    """The demo file: one published password for all."""

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    password: SecretStr
    accounts: tuple[DemoAccount, ...]


def read_demo_accounts(path: Path) -> DemoAccounts:
    """The accounts of the embedded stack.

    Raises:
        OSError, tomllib.TOMLDecodeError, pydantic.ValidationError: the file cannot be read.
    """
    return DemoAccounts.model_validate(tomllib.loads(path.read_text()))


async def seed(session: AsyncSession, equipment: Equipment, demo: DemoAccounts) -> int:
    """Open the demo accounts that are not there yet. Returns how many were."""
    added = 0
    for wanted in demo.accounts:
        if await store.by_login(session, equipment.vault, parse_login(wanted.email)) is None:
            await open_account(
                session,
                equipment,
                role=wanted.role,
                name=wanted.name,
                login=wanted.email,
                password=demo.password.get_secret_value(),
                agency=wanted.agency,
                unit=wanted.unit,
                operator="demo",
            )
            added += 1
    return added


async def open_account(
    session: AsyncSession,
    equipment: Equipment,
    *,
    role: Role,
    name: str,
    login: str,
    password: str,
    agency: AgencyCode | None,
    unit: AgencyCode | None,
    operator: str,
) -> UUID:
    """Open an account by an operator's word. Returns its id.

    Raises:
        NotALogin, UnfitPost, LoginTaken: it cannot be.
    """
    check_post(role, agency, unit)
    account = await _add(session, equipment, role, name, (parse_login(login),), password, agency=agency, unit=unit)
    outbox.stage(
        session,
        audit_of("identity")(
            occurred_at=equipment.clock.now(),
            actor=f"operator:{operator}",
            action="account-opened",
            subject=f"{account.account_id} {role.value}",
        ),
    )
    return account.account_id


async def activation(
    session: AsyncSession, equipment: Equipment, credential_id: UUID
) -> tuple[StoredContact, ContactDetails, list[Account]]:
    """What a redeemed activation opens: the report, its reporter's contact data, and the account that signs in by the address it was sent to.

    Raises:
        NotRedeemable: it was no activation, was not redeemed, or its contact data are gone.
        AlreadyLinked: the report belongs to an account by now.
    """
    credential = await credentials.get(session, credential_id)
    if credential is None or credential.purpose is not Purpose.ACTIVATION or credential.redeemed_at is None:
        raise NotRedeemable
    contact = await contacts.of_report(session, credential.report.report_id)
    details = await contacts.details(session, equipment.vault, credential.report.reporter_ref)
    if contact is None or details is None:
        raise NotRedeemable
    if contact.account_id is not None:
        raise AlreadyLinked
    return contact, details, await store.by_logins(session, equipment.vault, proved_logins(details))


async def activate(session: AsyncSession, equipment: Equipment, credential_id: UUID, password: str) -> Entered:
    """Open the account of a reporter who redeemed an activation, make the report theirs, sign them in.

    Raises:
        NotRedeemable, AlreadyLinked: as `activation`.
        LoginTaken: an account signs in by that address.
    """
    contact, details, taken = await activation(session, equipment, credential_id)
    logins = proved_logins(details)
    if taken or not logins:
        raise LoginTaken
    account = await _add(session, equipment, Role.REPORTER, details.name or "", logins, password)
    await _link(session, contact, account.account_id)
    return await sessions.enter(session, equipment, account)


async def join(session: AsyncSession, equipment: Equipment, credential_id: UUID, account_id: UUID) -> None:
    """Make the report of a redeemed activation part of an account that its reporter has just signed in to.

    Raises:
        NotRedeemable, AlreadyLinked: as `activation`.
    """
    contact, _, _ = await activation(session, equipment, credential_id)
    await _link(session, contact, account_id)


async def _link(session: AsyncSession, contact: StoredContact, account_id: UUID) -> None:
    if not await contacts.link(session, contact.report.reporter_ref, account_id):
        raise AlreadyLinked


async def _add(
    session: AsyncSession,
    equipment: Equipment,
    role: Role,
    name: str,
    logins: Sequence[Login],
    password: str,
    *,
    agency: AgencyCode | None = None,
    unit: AgencyCode | None = None,
) -> Account:
    account = Account(
        account_id=uuid7(),
        role=role,
        name=name,
        logins=tuple(logins),
        password_hash=await equipment.passwords.hash(password),
        created_at=equipment.wall.now(),
        agency=agency,
        unit=unit,
    )
    await store.add(session, equipment.vault, account)
    return account
