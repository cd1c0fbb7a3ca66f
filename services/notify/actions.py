"""What notify does, one function per use case; the caller owns the transaction."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify import domain, store
from services.notify.domain import Message, Outcome, Patience, Report, Stage, State
from services.notify.store import Claimed
from shared.contracts.keys import NotifySealingKey
from shared.contracts.notifications import MessageChannel, NotificationFailed, NotificationSent
from shared.contracts.sealed import CredentialIssued
from shared.messaging import NotYet, stage, state
from shared.sealing import SealingKey


async def take_report(session: AsyncSession, report: Report, *, confidential: bool) -> None:
    """Keep how a report is to be answered."""
    await store.add_report(session, report)
    if confidential:
        await store.raise_flags(session, report.report_id, confidential=True, withdrawn=False)


async def notify(
    session: AsyncSession,
    report_id: UUID,
    about: Stage,
    parameters: Mapping[str, str],
    *,
    cause: UUID,
    occurred_at: datetime,
    wall: datetime,
) -> None:
    """Make the message that an event asks for; none where nobody can or may be written to.

    Raises:
        NotYet: the report is not known yet.
    """
    await store.lock(session, report_id)
    report = await store.report(session, report_id)
    if report is None:
        raise NotYet("the report is not known yet")
    await store.lock(session, report.reporter_ref)
    contact = await store.contact(session, report.reporter_ref)
    erased = contact is not None and contact.content is None
    if not domain.is_wanted(report, await store.privacy(session, report_id), erased=erased):
        return
    message = domain.due(
        report,
        about,
        parameters,
        cause=cause,
        contact_known=contact is not None,
        credential_known=await store.has_credential(session, cause),
        occurred_at=occurred_at,
        wall=wall,
    )
    await store.add(session, message)


async def take_contact(session: AsyncSession, reporter_ref: UUID, sealed: str) -> None:
    """Keep sealed contact data; messages that waited for them go on."""
    await store.lock(session, reporter_ref)
    await store.keep_contact(session, reporter_ref, sealed)
    await store.contact_came(session, reporter_ref)


async def forget_contact(session: AsyncSession, reporter_ref: UUID, *, wall: datetime) -> None:
    """Forget contact data for good, and with them every message that has not gone out."""
    await store.lock(session, reporter_ref)
    await store.keep_contact(session, reporter_ref, None)
    await store.cancel_unsent(session, store.of_reporter(reporter_ref), "erased", wall=wall)


async def take_credential(session: AsyncSession, event: CredentialIssued, *, wall: datetime) -> None:
    """Keep a sealed code, or the word that none is needed, for the message of the same event, which may be still to come.

    A code that comes after its message went without it is not kept: the next one supersedes it.
    """
    await store.lock(session, event.report_id)
    if await store.is_past(session, event.cause):
        return
    await store.keep_credential(session, event.cause, event.sealed, wall=wall)
    await store.credential_came(session, event.cause)


async def raise_flags(
    session: AsyncSession, report_id: UUID, *, confidential: bool = False, withdrawn: bool = False, wall: datetime
) -> None:
    """Flags from reporter or administrator: later messages say less; after a withdrawal none goes out."""
    await store.lock(session, report_id)
    await store.raise_flags(session, report_id, confidential=confidential, withdrawn=withdrawn)
    if withdrawn:
        await store.cancel_unsent(session, store.of_report(report_id), "withdrawn", wall=wall)


async def publish_key(session: AsyncSession, key: SealingKey, *, now: datetime, wall: datetime) -> None:
    """Tell identity the public half of the key; again = nothing."""
    if await store.publish_key_once(session, key.key_id, wall=wall):
        version = await state.next_version(session, NotifySealingKey.topic, key.key_id)
        event = NotifySealingKey(occurred_at=now, version=version, key_id=key.key_id, public_key=key.public_key)
        stage(session, event)


async def tidy(
    session: AsyncSession,
    patience: Patience,
    *,
    credential_wait: timedelta,
    contact_wait: timedelta,
    credential_kept: timedelta,
    abandoned_after: timedelta,
    limit: int,
    now: datetime,
    wall: datetime,
) -> None:
    """End what has waited long enough, and take over what a process that died was sending."""
    await store.stop_waiting_for_credentials(session, since=wall - credential_wait)
    await store.cancel_unsent(session, store.waiting_since(wall - contact_wait), "no-contact", wall=wall)
    await store.forget_credentials(session, before=wall - credential_kept)
    for message in await store.lock_abandoned(session, before=wall - abandoned_after, limit=limit):
        await record(session, domain.attempted(message, Outcome.UNKNOWN, patience, wall=wall), now=now)


async def claim(session: AsyncSession, *, limit: int, wall: datetime) -> list[Claimed]:
    """Messages to send now. The caller commits before it sends."""
    return await store.claim(session, wall=wall, limit=limit)


async def record(session: AsyncSession, message: Message, *, now: datetime) -> None:
    """Keep what became of an attempt, and say so once it is final; several messages of a report may end at once."""
    await store.lock(session, message.report_id)
    if not await store.save_attempt(session, message):
        return
    named = {
        "occurred_at": now,
        "report_id": message.report_id,
        "notification_id": message.message_id,
        "template": (message.template or message.stage.value).partition("@")[0],
        "channel": message.channel or MessageChannel.SMS,
        "cause": message.cause,
    }
    if message.state is State.SENT:
        stage(session, NotificationSent.model_validate(named))
    elif message.state is State.FAILED:
        stage(session, NotificationFailed.model_validate(named | {"reason": message.reason or "unknown"}))
