"""Queries over what intake owns: reports, their private links and owners, sealed contacts, messages from the gateway."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, Select, delete, exists, func, literal, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake.domain import Report
from services.intake.tables import (
    privacy,
    report,
    report_owner,
    sealed_contact,
    sms_received,
    sms_unread,
    supplement,
)
from shared.contracts.vocabulary import Channel, Kind, Language, TrackingId

_HIDDEN = ("attempt", "fingerprint", "token_hash")
_FACTS = [column for column in report.c if column.name not in (*_HIDDEN, "anonymous", "confidential", "reporter_label")]


@dataclass(frozen=True)
class Earlier:
    """A report that the same attempt made before."""

    report: Report
    fingerprint: bytes


@dataclass(frozen=True)
class SealedContact:
    """Contact data on its way to identity."""

    reporter_ref: UUID
    report_id: UUID
    key_id: str
    sealed: str


@dataclass(frozen=True)
class Unread:
    """A message from the gateway that is no report."""

    unread_id: UUID
    reason: str
    body: bytes
    received_at: datetime


async def add_report(
    session: AsyncSession, made: Report, *, attempt: bytes, fingerprint: bytes, token_hash: bytes
) -> bool:
    """Store a new report; False, with nothing stored, if its attempt or its tracking ID is there already.

    Waits for a transaction that is storing the same attempt.
    """
    stored = await session.execute(
        insert(report)
        .values(**asdict(made), attempt=attempt, fingerprint=fingerprint, token_hash=token_hash)
        .on_conflict_do_nothing()
        .returning(report.c.report_id)
    )
    return stored.first() is not None


async def by_attempt(session: AsyncSession, attempt: bytes) -> Earlier | None:
    """The report that an attempt made."""
    row = (await session.execute(_reports(report.c.fingerprint).where(report.c.attempt == attempt))).first()
    return Earlier(_report(row), row.fingerprint) if row else None


async def by_token(session: AsyncSession, token_hash: bytes) -> Report | None:
    """The report that a private link opens."""
    row = (await session.execute(_reports().where(report.c.token_hash == token_hash))).first()
    return _report(row) if row else None


async def by_owner(session: AsyncSession, owner: bytes, tracking_id: TrackingId) -> Report | None:
    """One of an owner's reports."""
    own = exists().where(report_owner.c.owner == owner, report_owner.c.report_id == report.c.report_id)
    row = (await session.execute(_reports().where(report.c.tracking_id == tracking_id, own))).first()
    return _report(row) if row else None


async def of_owner(session: AsyncSession, owner: bytes, limit: int) -> Sequence[Report]:
    """An owner's reports, newest first."""
    rows = await session.execute(
        _reports()
        .join(report_owner, report_owner.c.report_id == report.c.report_id)
        .where(report_owner.c.owner == owner)
        .order_by(report.c.received_at.desc())
        .limit(limit)
    )
    return [_report(row) for row in rows]


async def by_id(session: AsyncSession, report_id: UUID) -> Report | None:
    """A report."""
    row = (await session.execute(_reports().where(report.c.report_id == report_id))).first()
    return _report(row) if row else None


async def id_of(session: AsyncSession, tracking_id: TrackingId) -> UUID | None:
    """The report with a tracking ID."""
    found: UUID | None = await session.scalar(select(report.c.report_id).where(report.c.tracking_id == tracking_id))
    return found


async def hold(session: AsyncSession, report_id: UUID) -> None:
    """Hold the report until the transaction ends, if there is one. Taken before its flags, by everybody: so nobody waits in a circle."""
    await session.execute(select(report.c.report_id).where(report.c.report_id == report_id).with_for_update())


async def lock(session: AsyncSession, report_id: UUID) -> Report:
    """The report, locked until the transaction ends, so that its commands are staged in the order in which they commit.

    Raises:
        LookupError: there is none.
    """
    await hold(session, report_id)
    found = await by_id(session, report_id)
    if found is None:
        raise LookupError("no such report")
    return found


async def withdraw(session: AsyncSession, report_id: UUID, at: datetime) -> None:
    """Remember that the reporter took it back."""
    await session.execute(update(report).where(report.c.report_id == report_id).values(withdrawn_at=at))


async def add_flags(session: AsyncSession, report_id: UUID, *, anonymous: bool, confidential: bool) -> None:
    """Merge flags into what is known, also of a report that is not; an anonymous one keeps no label."""
    given = insert(privacy).values(report_id=report_id, anonymous=anonymous, confidential=confidential)
    await session.execute(
        given.on_conflict_do_update(
            index_elements=["report_id"],
            set_={
                "anonymous": or_(privacy.c.anonymous, given.excluded.anonymous),
                "confidential": or_(privacy.c.confidential, given.excluded.confidential),
            },
        )
    )
    if anonymous:
        await session.execute(update(report).where(report.c.report_id == report_id).values(reporter_label=None))


async def add_owner(session: AsyncSession, owner: bytes, report_id: UUID, since: datetime) -> None:
    """Put a report on its owner's own list."""
    own = insert(report_owner).values(owner=owner, report_id=report_id, since=since)
    await session.execute(own.on_conflict_do_nothing())


async def add_sealed_contact(session: AsyncSession, contact: SealedContact, since: datetime) -> None:
    """Keep contact data, sealed, until identity has it."""
    await session.execute(insert(sealed_contact).values(**asdict(contact), since=since))


async def drop_sealed_contact(session: AsyncSession, reporter_ref: UUID) -> None:
    """Identity has it."""
    await session.execute(delete(sealed_contact).where(sealed_contact.c.reporter_ref == reporter_ref))


async def has_supplement(session: AsyncSession, command_id: UUID) -> bool:
    """Whether this command was stored before."""
    found = await session.scalar(select(supplement.c.report_id).where(supplement.c.command_id == command_id))
    return found is not None


async def add_supplement(session: AsyncSession, command_id: UUID, report_id: UUID, text: str, at: datetime) -> None:
    """Store what the reporter added."""
    await session.execute(insert(supplement).values(command_id=command_id, report_id=report_id, text=text, sent_at=at))


async def supplements(session: AsyncSession, report_id: UUID) -> Sequence[tuple[datetime, str]]:
    """What the reporter added, oldest first."""
    rows = await session.execute(
        select(supplement.c.sent_at, supplement.c.text)
        .where(supplement.c.report_id == report_id)
        .order_by(supplement.c.sent_at)
    )
    return [(row.sent_at, row.text) for row in rows]


async def lock_message(session: AsyncSession, fingerprint: bytes) -> None:
    """Until the transaction ends, nobody else takes in the same text of the same sender."""
    lock_id = int.from_bytes(fingerprint[:8], "big", signed=True)
    await session.execute(select(func.pg_advisory_xact_lock(lock_id)))


async def same_message(session: AsyncSession, gateway_id: bytes, fingerprint: bytes, since: datetime) -> UUID | None:
    """The report that this message made before: the same by the gateway's id, or the same text of the same sender since `since`."""
    found: UUID | None = await session.scalar(
        select(sms_received.c.report_id)
        .where(
            or_(
                sms_received.c.gateway_id == gateway_id,
                (sms_received.c.fingerprint == fingerprint) & (sms_received.c.received_at > since),
            )
        )
        .order_by((sms_received.c.gateway_id == gateway_id).desc(), sms_received.c.received_at)
        .limit(1)
    )
    return found


async def add_message(
    session: AsyncSession, gateway_id: bytes, fingerprint: bytes, report_id: UUID, at: datetime
) -> None:
    """Remember which report a message became; `at` is when the report came, so that repetition does not stretch the window."""
    taken = insert(sms_received).values(
        gateway_id=gateway_id, fingerprint=fingerprint, report_id=report_id, received_at=at
    )
    await session.execute(taken.on_conflict_do_nothing())


async def add_unread(session: AsyncSession, unread: Unread, gateway_id: bytes, sealed_sender: str | None) -> None:
    """Keep a message that is no report; once per message."""
    kept = insert(sms_unread).values(**asdict(unread), gateway_id=gateway_id, sealed_sender=sealed_sender)
    await session.execute(kept.on_conflict_do_nothing())


async def unread_messages(session: AsyncSession, limit: int) -> Sequence[Unread]:
    """Messages that are no reports, newest first."""
    shown = (sms_unread.c.unread_id, sms_unread.c.reason, sms_unread.c.body, sms_unread.c.received_at)
    rows = await session.execute(select(*shown).order_by(sms_unread.c.received_at.desc()).limit(limit))
    return [Unread(row.unread_id, row.reason, bytes(row.body), row.received_at) for row in rows]


def _reports(*more: ColumnElement[Any]) -> Select[Any]:
    anonymous = report.c.anonymous | func.coalesce(privacy.c.anonymous, literal(value=False))
    confidential = report.c.confidential | func.coalesce(privacy.c.confidential, literal(value=False))
    shown: list[ColumnElement[Any]] = [
        *_FACTS,
        anonymous.label("anonymous"),
        confidential.label("confidential"),
        report.c.reporter_label,
        *more,
    ]
    return select(*shown).select_from(report.outerjoin(privacy, privacy.c.report_id == report.c.report_id))


def _report(row: Row[Any]) -> Report:
    values = {name: value for name, value in row._mapping.items() if name != "fingerprint"}  # noqa: SLF001 - SQLAlchemy's documented name
    values |= {
        "channel": Channel(str(values["channel"])),
        "language": Language(str(values["language"])),
        "kind": Kind(str(values["kind"])),
        "reporter_label": None if values["anonymous"] else values["reporter_label"],
    }
    return Report(**values)
