"""Signing in and out."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.actions import attempts, keys
from services.identity.actions.attempts import TooSoon
from services.identity.domain import Account, Login, NotALogin, ReportRef, parse_login
from services.identity.equipment import Equipment
from services.identity.store import accounts as store
from shared.contracts.audit import audit_of
from shared.contracts.keys import SessionRevoked
from shared.messaging import outbox, state
from shared.security import Person, Role


@dataclass(frozen=True, slots=True)
class Entered:
    """Somebody is in."""

    person: Person
    token: str
    expires_at: datetime
    device: str
    """For the browser to keep: tells it apart from strangers the next time."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """Unknown account, wrong password, wrong code: one answer."""


@dataclass(frozen=True, slots=True)
class Visit:
    """Where a request comes from, for slow-down."""

    source: str
    device: str | None = None


async def sign_in(
    session: AsyncSession, equipment: Equipment, typed: str, password: str, visit: Visit
) -> Entered | Wrong | TooSoon:
    """Check a login and a password. An unknown account costs the time and gets the answer of a wrong password.

    Raises:
        NoSigningKeyYet: the service has just been installed.
    """
    login = _login(typed)
    account = await store.by_login(session, equipment.vault, login)
    attempt = attempts.attempt_on(
        equipment,
        source=visit.source,
        subject=f"login:{login.value if login else typed.casefold()}",
        own=_known_device(equipment, visit.device, account),
    )
    too_soon = await attempts.check(session, equipment, attempt)
    if too_soon:
        return too_soon
    usable = account if account and not account.disabled else None
    if not await equipment.passwords.matches(password, usable.password_hash if usable else None) or usable is None:
        await attempts.failed(session, equipment, attempt)
        return Wrong()
    await attempts.succeeded(session, attempt)
    renewed = await equipment.passwords.renewed(password, usable.password_hash)
    if renewed:
        await store.set_password_hash(session, usable.account_id, renewed)
    return await enter(session, equipment, usable, device=visit.device)


async def enter(session: AsyncSession, equipment: Equipment, account: Account, *, device: str | None = None) -> Entered:
    """Open a session for an account whose holder has proved who they are."""
    pair = await keys.signing_pair(session, equipment)
    now = equipment.wall.now()
    expires_at = now + equipment.settings.session_lifetime
    person = account.person(uuid4())
    await store.add_session(session, person, now, expires_at)
    if account.role.is_staff:
        outbox.stage(
            session,
            audit_of("identity")(
                occurred_at=equipment.clock.now(), actor=str(account.account_id), action="session-opened"
            ),
        )
    known = _known_device(equipment, device, account) or new_device(equipment, account)
    return Entered(person, pair.session(person, expires_at), expires_at, known)


async def sign_out(session: AsyncSession, equipment: Equipment, person: Person) -> None:
    """End a session before its time, everywhere."""
    longest = equipment.wall.now() + equipment.settings.session_lifetime
    expires_at = await store.session_end(session, person.session_id) or longest
    await store.end_session(session, person.session_id, expires_at)
    outbox.stage(
        session,
        SessionRevoked(
            occurred_at=equipment.clock.now(),
            version=await state.next_version(session, SessionRevoked.topic, str(person.session_id)),
            session_id=person.session_id,
            expires_at=expires_at,
        ),
    )


async def open_report(session: AsyncSession, equipment: Equipment, report: ReportRef) -> tuple[str, datetime]:
    """A session token good for one report, that names no account (rules.md §7), and when it ends."""
    pair = await keys.signing_pair(session, equipment)
    expires_at = equipment.wall.now() + equipment.settings.report_session_lifetime
    person = Person(uuid4(), Role.REPORTER, "", report_id=report.report_id)
    return pair.session(person, expires_at), expires_at


def new_device(equipment: Equipment, account: Account) -> str:
    """What a browser keeps to be known again by this account."""
    device = uuid4()
    return f"{device.hex}.{_device_proof(equipment, device, account.account_id)}"


def _known_device(equipment: Equipment, device: str | None, account: Account | None) -> str | None:
    """The device if this account signed in on it before."""
    if not device or account is None:
        return None
    try:
        device_id = UUID(device.partition(".")[0])
    except ValueError:
        return None
    proof = _device_proof(equipment, device_id, account.account_id)
    return device if device == f"{device_id.hex}.{proof}" else None


def _device_proof(equipment: Equipment, device: UUID, account_id: UUID) -> str:
    return equipment.vault.hash("device", f"{device.hex}:{account_id}").hex()


def _login(typed: str) -> Login | None:
    try:
        return parse_login(typed)
    except NotALogin:
        return None
