"""Accounts, what they sign in by, and their sessions."""

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Row, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.domain import Account, Login, LoginKind, LoginTaken
from services.identity.tables import account, account_login, open_session
from services.identity.vault import Vault
from shared.security import Person, Role
from shared.security.tables import revoked_session


async def add(session: AsyncSession, vault: Vault, new: Account) -> None:
    """Keep a new account.

    Raises:
        LoginTaken: somebody else signs in by one of its logins.
    """
    profile = {"name": new.name, "logins": [[login.kind.value, login.value] for login in new.logins]}
    await session.execute(
        insert(account).values(
            account_id=new.account_id,
            role=new.role.value,
            profile=vault.lock(_place(new.account_id), json.dumps(profile).encode()),
            password_hash=new.password_hash,
            agency=new.agency,
            unit=new.unit,
            created_at=new.created_at,
        )
    )
    hashes = [login_hash(vault, login) for login in new.logins]
    added = await session.scalars(
        insert(account_login)
        .values([{"login_hash": hashed, "account_id": new.account_id} for hashed in hashes])
        .on_conflict_do_nothing()
        .returning(account_login.c.login_hash)
    )
    if len(added.all()) != len(hashes):
        raise LoginTaken


async def by_login(session: AsyncSession, vault: Vault, login: Login | None) -> Account | None:
    """The account that signs in by this; the same work is done where there is none."""
    hashed = login_hash(vault, login) if login else b""
    found = await session.execute(
        select(account)
        .join(account_login, account_login.c.account_id == account.c.account_id)
        .where(account_login.c.login_hash == hashed)
    )
    row = found.one_or_none()
    return _account(vault, row) if row else None


async def by_logins(session: AsyncSession, vault: Vault, logins: Sequence[Login]) -> list[Account]:
    """The accounts that sign in by any of these."""
    found = [await by_login(session, vault, login) for login in logins]
    return list({known.account_id: known for known in found if known}.values())


async def get(session: AsyncSession, vault: Vault, account_id: UUID) -> Account | None:
    """The account of that id."""
    row = (await session.execute(select(account).where(account.c.account_id == account_id))).one_or_none()
    return _account(vault, row) if row else None


async def exists(session: AsyncSession, account_id: UUID) -> bool:
    """Whether there is an account of that id."""
    found = await session.scalar(select(account.c.account_id).where(account.c.account_id == account_id))
    return found is not None


async def set_password_hash(session: AsyncSession, account_id: UUID, password_hash: str) -> None:
    """Replace the hash."""
    await session.execute(update(account).where(account.c.account_id == account_id).values(password_hash=password_hash))


async def add_session(session: AsyncSession, person: Person, opened_at: datetime, expires_at: datetime) -> None:
    """Remember a session of an account."""
    await session.execute(
        insert(open_session).values(
            session_id=person.session_id,
            account_id=person.account_id,
            opened_at=opened_at,
            expires_at=expires_at,
        )
    )


async def session_end(session: AsyncSession, session_id: UUID) -> datetime | None:
    """When a session ends by itself; None for one that is over or unknown."""
    return await session.scalar(select(open_session.c.expires_at).where(open_session.c.session_id == session_id))


async def end_session(session: AsyncSession, session_id: UUID, expires_at: datetime) -> None:
    """Close a session here, at once; other services hear of it by `revocations`."""
    await session.execute(delete(open_session).where(open_session.c.session_id == session_id))
    ended = insert(revoked_session).values(session_id=session_id, expires_at=expires_at)
    await session.execute(ended.on_conflict_do_nothing())


async def forget_sessions(session: AsyncSession, before: datetime) -> None:
    """Drop what ended by itself."""
    await session.execute(delete(open_session).where(open_session.c.expires_at < before))
    await session.execute(delete(revoked_session).where(revoked_session.c.expires_at < before))


def login_hash(vault: Vault, login: Login) -> bytes:
    """What a login is found by."""
    return vault.hash("login", f"{login.kind.value}:{login.value}")


def _place(account_id: UUID) -> str:
    return f"account:{account_id}"


def _account(vault: Vault, row: Row[Any]) -> Account:
    profile = json.loads(vault.unlock(_place(row.account_id), row.profile))
    return Account(
        account_id=row.account_id,
        role=Role(row.role),
        name=profile["name"],
        logins=tuple(Login(LoginKind(kind), value) for kind, value in profile["logins"]),
        password_hash=row.password_hash,
        created_at=row.created_at,
        agency=row.agency,
        unit=row.unit,
        disabled=row.disabled_at is not None,
    )
