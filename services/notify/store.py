"""Every query of notify."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, and_, delete, func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.notify import tables as t
from services.notify.domain import Message, Privacy, Report, Stage, State
from shared.contracts.agencies import Agency
from shared.contracts.notifications import MessageChannel
from shared.contracts.vocabulary import Channel, Language

UNSENT = (State.WAITING, State.READY)
m = t.message.c
_MESSAGE = [column for column in t.message.c if column.name != "position"]


async def lock(session: AsyncSession, subject: UUID) -> None:
    """Until the transaction ends, nobody else decides about messages of this report or reporter reference, known or not."""
    await session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(str(subject), 0))))


async def add_report(session: AsyncSession, report: Report) -> None:
    """Keep a report; again = nothing."""
    await session.execute(insert(t.report).values(asdict(report)).on_conflict_do_nothing())


async def report(session: AsyncSession, report_id: UUID) -> Report | None:
    """A report, if it is known yet."""
    row = (await session.execute(select(t.report).where(t.report.c.report_id == report_id))).one_or_none()
    return _report(row) if row else None


async def raise_flags(session: AsyncSession, report_id: UUID, *, confidential: bool, withdrawn: bool) -> None:
    """Flags are only ever raised, also of a report that is not known yet."""
    statement = insert(t.privacy).values(report_id=report_id, confidential=confidential, withdrawn=withdrawn)
    raised = {name: t.privacy.c[name] | statement.excluded[name] for name in ("confidential", "withdrawn")}
    await session.execute(statement.on_conflict_do_update(index_elements=["report_id"], set_=raised))


async def privacy(session: AsyncSession, report_id: UUID) -> Privacy:
    """The flags that have been raised."""
    row = (await session.execute(select(t.privacy).where(t.privacy.c.report_id == report_id))).one_or_none()
    return Privacy(row.confidential, row.withdrawn) if row else Privacy()


@dataclass(frozen=True, slots=True)
class Sealed:
    """Something known, sealed; None inside: erased, or the word that nothing is needed."""

    content: str | None


async def contact(session: AsyncSession, reporter_ref: UUID) -> Sealed | None:
    """The sealed contact data of a reporter reference, if any came."""
    row = (
        await session.execute(select(t.contact.c.sealed).where(t.contact.c.reporter_ref == reporter_ref))
    ).one_or_none()
    return Sealed(row.sealed) if row else None


async def keep_contact(session: AsyncSession, reporter_ref: UUID, sealed: str | None) -> None:
    """Keep sealed contact data, or None: that they are erased."""
    await session.execute(
        insert(t.contact)
        .values(reporter_ref=reporter_ref, sealed=sealed)
        .on_conflict_do_update(index_elements=["reporter_ref"], set_={"sealed": sealed})
    )


async def has_credential(session: AsyncSession, cause: UUID) -> bool:
    """Whether identity has answered for an event."""
    return await session.scalar(select(t.credential.c.cause).where(t.credential.c.cause == cause)) is not None


async def keep_credential(session: AsyncSession, cause: UUID, sealed: str | None, *, wall: datetime) -> None:
    """Keep a sealed code until its message is sent."""
    await session.execute(
        insert(t.credential).values(cause=cause, sealed=sealed, received_at=wall).on_conflict_do_nothing()
    )


async def is_past(session: AsyncSession, cause: UUID) -> bool:
    """Whether the message of an event is on its way already, or over."""
    return await session.scalar(select(m.message_id).where(m.cause == cause, m.state.not_in(UNSENT))) is not None


async def forget_credentials(session: AsyncSession, *, before: datetime) -> None:
    """Drop sealed codes that no unsent message waits for any more."""
    wanted = select(m.message_id).where(m.cause == t.credential.c.cause, m.state.in_((*UNSENT, State.SENDING)))
    await session.execute(delete(t.credential).where(t.credential.c.received_at < before, ~wanted.exists()))


async def add(session: AsyncSession, message: Message) -> None:
    """Keep a message; a second one about the same event to the same reporter is none."""
    await session.execute(insert(t.message).values(asdict(message)).on_conflict_do_nothing())


async def contact_came(session: AsyncSession, reporter_ref: UUID) -> None:
    """Messages that waited for it go on."""
    await _go_on(session, m.reporter_ref == reporter_ref, "awaits_contact", "awaits_credential")


async def credential_came(session: AsyncSession, cause: UUID) -> None:
    """The message that waited for it goes on."""
    await _go_on(session, m.cause == cause, "awaits_credential", "awaits_contact")


async def stop_waiting_for_credentials(session: AsyncSession, *, since: datetime) -> None:
    """Messages made before `since` go without their code."""
    await _go_on(session, and_(m.awaits_credential, m.created_at <= since), "awaits_credential", "awaits_contact")


async def _go_on(session: AsyncSession, which: ColumnElement[bool], came: str, other: str) -> None:
    waiting = and_(m.state == State.WAITING, m[came], which)
    await session.execute(update(t.message).where(waiting, m[other]).values({came: False}))
    await session.execute(update(t.message).where(waiting, ~m[other]).values({came: False, "state": State.READY}))


async def cancel_unsent(session: AsyncSession, which: ColumnElement[bool], reason: str, *, wall: datetime) -> None:
    """Messages that have not begun to be sent will not be."""
    await session.execute(
        update(t.message)
        .where(m.state.in_(UNSENT), which)
        .values(state=State.CANCELLED, reason=reason, finished_at=wall)
    )


def of_report(report_id: UUID) -> ColumnElement[bool]:
    """Messages about a report."""
    return m.report_id == report_id


def of_reporter(reporter_ref: UUID) -> ColumnElement[bool]:
    """Messages to a reporter."""
    return m.reporter_ref == reporter_ref


def waiting_since(moment: datetime) -> ColumnElement[bool]:
    """Messages that have waited for contact data since before a moment."""
    return and_(m.awaits_contact, m.state == State.WAITING, m.created_at <= moment)


async def lock_abandoned(session: AsyncSession, *, before: datetime, limit: int) -> list[Message]:
    """Messages that somebody claimed and never recorded, locked."""
    rows = await session.execute(
        select(*_MESSAGE)
        .where(m.state == State.SENDING, m.claimed_at < before)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    return [_message(row) for row in rows]


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message about to be sent with all that it takes, still sealed."""

    message: Message
    report: Report
    privacy: Privacy
    contact: str | None
    credential: str | None
    agency: str | None
    """Short name."""


async def claim(session: AsyncSession, *, wall: datetime, limit: int) -> list[Claimed]:
    """Ready messages whose time has come, marked as being sent; what another sender has locked is left out."""
    ready = (
        select(m.message_id)
        .where(m.state == State.READY, m.next_attempt_at <= wall)
        .order_by(m.next_attempt_at, m.position)
        .limit(limit)
        .with_for_update(skip_locked=True)
    )
    ids = list(await session.scalars(ready))
    if not ids:
        return []
    await session.execute(
        update(t.message)
        .where(m.message_id.in_(ids))
        .values(state=State.SENDING, claimed_at=wall, attempts=t.message.c.attempts + 1)
    )
    rows = await session.execute(
        select(
            *_MESSAGE,
            t.report.c.tracking_id,
            t.report.c.language,
            t.report.c.channel.label("came_by"),
            t.report.c.has_contact,
            func.coalesce(t.privacy.c.confidential, text("false")).label("confidential"),
            func.coalesce(t.privacy.c.withdrawn, text("false")).label("withdrawn"),
            t.contact.c.sealed.label("contact"),
            t.credential.c.sealed.label("credential"),
            t.agency.c.short_name.label("agency"),
        )
        .join(t.report, t.report.c.report_id == m.report_id)
        .outerjoin(t.privacy, t.privacy.c.report_id == m.report_id)
        .outerjoin(t.contact, t.contact.c.reporter_ref == m.reporter_ref)
        .outerjoin(t.credential, t.credential.c.cause == m.cause)
        .outerjoin(t.agency, t.agency.c.code == m.parameters["agency"].astext)
        .where(m.message_id.in_(ids))
        .order_by(m.position)
    )
    return [_claimed(row) for row in rows]


async def save_attempt(session: AsyncSession, message: Message) -> bool:
    """Record what became of the attempt that was claimed; False when the claim was taken over meanwhile."""
    values = asdict(message)
    del values["message_id"], values["parameters"]
    done = await session.execute(
        update(t.message)
        .where(m.message_id == message.message_id, m.state == State.SENDING, m.attempts == message.attempts)
        .values(values)
        .returning(m.message_id)
    )
    if done.first() is None:
        return False
    if message.finished_at is not None:
        await session.execute(delete(t.credential).where(t.credential.c.cause == message.cause))
    return True


async def save_agency(session: AsyncSession, event: Agency) -> None:
    """Keep an agency's names."""
    values = {"short_name": event.short_name, "name": event.name}
    await session.execute(
        insert(t.agency).values(code=event.code, **values).on_conflict_do_update(index_elements=["code"], set_=values)
    )


async def remove_agency(session: AsyncSession, code: str) -> None:
    """Forget an agency's names."""
    await session.execute(delete(t.agency).where(t.agency.c.code == code))


async def publish_key_once(session: AsyncSession, key_id: str, *, wall: datetime) -> bool:
    """Whether this key has not been published before; it now counts as published."""
    added = await session.execute(
        insert(t.sealing_key)
        .values(key_id=key_id, published_at=wall)
        .on_conflict_do_nothing()
        .returning(t.sealing_key.c.key_id)
    )
    return added.first() is not None


async def put_into_sink(session: AsyncSession, message_id: UUID, recipient: str, words: str, *, wall: datetime) -> None:
    """What a telephone would have got; the same message again is not got twice."""
    await session.execute(
        insert(t.sink)
        .values(message_id=message_id, recipient=recipient, text=words, sent_at=wall)
        .on_conflict_do_nothing()
    )


@dataclass(frozen=True, slots=True)
class Line:
    """A message as the desk lists it."""

    message: Message
    tracking_id: str
    recipient: str | None
    """Of an SMS in the sink."""
    text: str | None


async def lines(
    session: AsyncSession, *, tracking_id: str | None, state: State | None, limit: int, offset: int
) -> tuple[list[Line], int]:
    """Messages, newest first, with what is in the sink, and how many there are."""
    wanted = [t.report.c.tracking_id == tracking_id] if tracking_id else []
    wanted += [m.state == state] if state else []
    joined = t.message.join(t.report, t.report.c.report_id == m.report_id)
    total = await session.scalar(select(func.count()).select_from(joined).where(*wanted))
    rows = await session.execute(
        select(*_MESSAGE, t.report.c.tracking_id, t.sink.c.recipient, t.sink.c.text.label("words"))
        .select_from(joined.outerjoin(t.sink, t.sink.c.message_id == m.message_id))
        .where(*wanted)
        .order_by(m.position.desc())
        .limit(limit)
        .offset(offset)
    )
    return [Line(_message(row), row.tracking_id, row.recipient, row.words) for row in rows], int(total or 0)


async def counts(session: AsyncSession) -> Mapping[State, int]:
    """How many messages stand where."""
    rows = await session.execute(select(m.state, func.count().label("number")).group_by(m.state))
    return {State(row.state): row.number for row in rows}


async def names(session: AsyncSession, codes: Iterable[str]) -> Mapping[str, str]:
    """Short names of agencies by code."""
    rows = await session.execute(select(t.agency.c.code, t.agency.c.short_name).where(t.agency.c.code.in_(list(codes))))
    return {row.code: row.short_name for row in rows}


def _report(row: Row[*tuple[Any, ...]]) -> Report:
    return Report(
        row.report_id,
        row.tracking_id,
        row.reporter_ref,
        Language(row.language),
        Channel(row.channel),
        row.has_contact,
    )


def _message(row: Row[*tuple[Any, ...]]) -> Message:
    values = {column.name: getattr(row, column.name) for column in _MESSAGE}
    values["stage"], values["state"] = Stage(row.stage), State(row.state)
    values["channel"] = MessageChannel(row.channel) if row.channel else None
    return Message(**values)


def _claimed(row: Row[*tuple[Any, ...]]) -> Claimed:
    report = Report(
        row.report_id,
        row.tracking_id,
        row.reporter_ref,
        Language(row.language),
        Channel(row.came_by),
        row.has_contact,
    )
    privacy = Privacy(row.confidential, row.withdrawn)
    return Claimed(_message(row), report, privacy, row.contact, row.credential, row.agency)
