"""One-use codes: issued when an event asks for one, sealed to notify, redeemed once."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity import domain
from services.identity.actions import attempts, sealing
from services.identity.actions.attempts import TooSoon
from services.identity.actions.sessions import Visit, Wrong
from services.identity.domain import CODE_BITS, Code, Credential, Decision, NotRedeemable, ReportRef, StoredContact
from services.identity.equipment import Equipment
from services.identity.store import contacts
from services.identity.store import credentials as store
from shared.contracts.sealed import CredentialIssued, Purpose, Secret
from shared.contracts.vocabulary import AuthorRole, TrackingId
from shared.messaging import outbox
from shared.messaging.identity import uuid7

SELECTOR_TRIES = 8
"""Selectors that are in use are avoided, but not for ever."""
OVERDUE_AT_ONCE = 100


async def ask_for_disposition(
    session: AsyncSession, equipment: Equipment, report: ReportRef, *, lead: bool, previous: UUID | None, cause: UUID
) -> None:
    """Answer a report's first lead disposition (its ce_id is `cause`), whose message may carry an activation: with one, with the word
    that none is needed, or later, when contact data that are still under way have come.
    """
    purpose = domain.purpose_of_disposition(lead=lead, previous=previous)
    if purpose is not None:
        await _ask(session, equipment, report, purpose, cause)


async def ask_for_entry(
    session: AsyncSession, equipment: Equipment, report: ReportRef, *, author: AuthorRole, cause: UUID
) -> None:
    """As `ask_for_disposition`, for an access code when an agency wrote; what others write asks for none."""
    purpose = domain.purpose_of_entry(author)
    if purpose is not None:
        await _ask(session, equipment, report, purpose, cause)


async def answer_needs(session: AsyncSession, equipment: Equipment, contact: StoredContact) -> None:
    """Contact data have come: answer what waited for them. The caller holds the report's lock."""
    for cause, report, purpose in await store.take_needs(session, contact.report.report_id):
        await _settle(session, equipment, report, purpose, cause, contact)


async def give_up_needs(session: AsyncSession, equipment: Equipment) -> int:
    """Needs whose contact data did not come in time: say that none is needed. Returns how many there were."""
    overdue = await store.take_overdue_needs(session, equipment.wall.now(), at_most=OVERDUE_AT_ONCE)
    for cause, report, purpose in overdue:
        _say_none(session, equipment, report, purpose, cause)
    return len(overdue)


@dataclass(frozen=True, slots=True)
class Redeemed:
    """The code was good, and is used up."""

    credential: Credential


async def redeem(
    session: AsyncSession, equipment: Equipment, typed: str, tracking_id: TrackingId | None, visit: Visit
) -> Redeemed | Wrong | TooSoon:
    """Use a code up. With `tracking_id` it must belong to that report; a short link has none.

    Unknown, wrong, used, expired and superseded are one answer, in one time.
    """
    code = domain.read_code(typed)
    subject = f"report:{tracking_id}" if tracking_id else f"selector:{code.selector if code else ''}"
    attempt = attempts.attempt_on(equipment, source=visit.source, subject=subject, own=visit.source)
    too_soon = await attempts.check(session, equipment, attempt)
    if too_soon:
        return too_soon
    found = await _find(session, equipment, code, tracking_id)
    try:
        if found is None:
            raise NotRedeemable
        used = domain.redeem(await store.lock(session, found.credential_id), now=equipment.wall.now())
    except NotRedeemable:
        await attempts.failed(session, equipment, attempt)
        return Wrong()
    await store.save(session, used)
    await attempts.succeeded(session, attempt)
    return Redeemed(used)


async def _find(
    session: AsyncSession, equipment: Equipment, code: Code | None, tracking_id: TrackingId | None
) -> Credential | None:
    candidates: Sequence[Credential | None] = []
    if code:
        candidates = await store.good_by_selector(session, code.selector, equipment.wall.now())
    right: Credential | None = None
    secret = code.secret if code else ""
    for candidate in candidates or [None]:
        if await equipment.codes.matches(secret, candidate.secret_hash if candidate else None):
            right = candidate
    return right if right and tracking_id in (None, right.report.tracking_id) else None


async def _ask(session: AsyncSession, equipment: Equipment, report: ReportRef, purpose: Purpose, cause: UUID) -> None:
    await contacts.lock_report(session, report.report_id)
    contact = await contacts.of_report(session, report.report_id)
    await _settle(session, equipment, report, purpose, cause, contact)


async def _settle(
    session: AsyncSession,
    equipment: Equipment,
    report: ReportRef,
    purpose: Purpose,
    cause: UUID,
    contact: StoredContact | None,
) -> None:
    issued_before = await store.issued(session, report.report_id, purpose)
    match domain.decide(purpose, contact, issued_before=issued_before):
        case Decision.WAIT:
            until = equipment.wall.now() + equipment.settings.contact_wait
            await store.add_need(session, report, purpose, cause, until)
        case Decision.NONE_NEEDED:
            _say_none(session, equipment, report, purpose, cause)
        case Decision.MINT:
            await _mint(session, equipment, report, purpose, cause)


async def _mint(session: AsyncSession, equipment: Equipment, report: ReportRef, purpose: Purpose, cause: UUID) -> None:
    now = equipment.wall.now()
    code = await _new_code(session, equipment)
    credential = Credential(
        credential_id=uuid7(),
        report=report,
        purpose=purpose,
        cause=cause,
        selector=code.selector,
        secret_hash=await equipment.codes.hash(code.secret),
        issued_at=now,
        expires_at=now + equipment.settings.credential_lifetime,
    )
    await store.supersede(session, report.report_id, purpose, now)
    await store.add(session, credential)
    key = await sealing.notify_key(session, equipment)
    outbox.stage(
        session,
        CredentialIssued(
            occurred_at=equipment.clock.now(),
            report_id=report.report_id,
            reporter_ref=report.reporter_ref,
            cause=cause,
            purpose=purpose,
            key_id=key.key_id,
            sealed=key.seal(Secret(code=code.text).model_dump_json().encode()),
            expires_at=credential.expires_at,
        ),
    )


async def _new_code(session: AsyncSession, equipment: Equipment) -> Code:
    code = domain.code_of(secrets.randbits(CODE_BITS))
    for _ in range(SELECTOR_TRIES):
        if not await store.good_by_selector(session, code.selector, equipment.wall.now()):
            break
        code = domain.code_of(secrets.randbits(CODE_BITS))
    return code


def _say_none(session: AsyncSession, equipment: Equipment, report: ReportRef, purpose: Purpose, cause: UUID) -> None:
    outbox.stage(
        session,
        CredentialIssued(
            occurred_at=equipment.clock.now(),
            report_id=report.report_id,
            reporter_ref=report.reporter_ref,
            cause=cause,
            purpose=purpose,
            key_id=None,
            sealed=None,
            expires_at=None,
        ),
    )
