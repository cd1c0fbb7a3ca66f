"""A small service to try the messaging with: reports are opened, then verified, then shown."""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from typing import Any, ClassVar
from uuid import UUID, uuid4

from sqlalchemy import BigInteger, Column, Identity, MetaData, Table, Text, delete, insert, text
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession

from shared.contracts.event import Event, State, Tombstone
from shared.messaging import Delivery, Meta, NotYet, Routes, state
from shared.messaging.envelope import body_of, headers_of

metadata = MetaData()
effect = Table(
    "effect",
    metadata,
    Column("n", BigInteger, Identity(), primary_key=True),
    Column("report", Text),
    Column("type", Text),
    Column("seq", BigInteger),
)
case = Table("case_", metadata, Column("report", Text, primary_key=True))
page = Table("page", metadata, Column("report", Text, primary_key=True), Column("words", Text))


class ReportEvent(Event):
    report_id: str
    seq: int = 0

    @property
    def key(self) -> str:
        return self.report_id


class PageState(State):
    report_id: str
    words: str

    @property
    def key(self) -> str:
        return self.report_id


class Kinds:
    """One test's event types, on topics of its own."""

    def __init__(self, prefix: str) -> None:
        class Submitted(ReportEvent):
            type: ClassVar[str] = "report-submitted.v1"
            topic: ClassVar[str] = f"{prefix}-reports"

        class Verified(ReportEvent):
            type: ClassVar[str] = "report-verified.v1"
            topic: ClassVar[str] = f"{prefix}-verifications"

        class Flagged(ReportEvent):
            type: ClassVar[str] = "report-flagged.v1"
            topic: ClassVar[str] = f"{prefix}-privacy"

        class Page(PageState):
            type: ClassVar[str] = "page.v1"
            topic: ClassVar[str] = f"{prefix}-pages"

        class PageWithdrawn(Tombstone):
            type: ClassVar[str] = "page-withdrawn.v1"
            topic: ClassVar[str] = f"{prefix}-pages"

        self.submitted, self.verified, self.flagged = Submitted, Verified, Flagged
        self.page, self.page_withdrawn = Page, PageWithdrawn


def make(kind: type[ReportEvent], report: str, seq: int = 0) -> ReportEvent:
    return kind(report_id=report, seq=seq, occurred_at=datetime.now(UTC))


async def record(session: AsyncSession, event: Event) -> None:
    values = {"report": event.key, "type": event.type, "seq": getattr(event, "seq", 0)}
    await session.execute(insert(effect).values(**values))


def routes(
    kinds: Kinds,
    *,
    poison: Collection[tuple[str, int]] = (),
    broken: Callable[[], bool] = lambda: False,
    slow: float = 0.0,
) -> Routes:
    """Reports open a case; a verification waits for it."""
    found = Routes()

    @found.on(kinds.submitted)
    async def on_submitted(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        if slow:
            await asyncio.sleep(slow)
        if broken() or (event.report_id, event.seq) in poison:
            raise RuntimeError("secret text about a person")
        await session.execute(upsert(case).values(report=event.report_id).on_conflict_do_nothing())
        await record(session, event)

    @found.on(kinds.verified)
    async def on_verified(session: AsyncSession, event: ReportEvent, meta: Meta) -> None:
        known = await session.scalar(text("select 1 from case_ where report = :r"), {"r": event.report_id})
        if not known:
            raise NotYet("no case")
        await record(session, event)

    return found


def page_routes(kinds: Kinds) -> Routes:
    """A copy of the public pages, as the portal keeps one."""
    found = Routes()

    @found.on_many(kinds.page, kinds.page_withdrawn)
    async def on_pages(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        for delivery in await state.newest(session, deliveries):
            await session.execute(delete(page).where(page.c.report == delivery.key))
            if isinstance(delivery.event, PageState):
                await session.execute(insert(page).values(report=delivery.key, words=delivery.event.words))

    return found


def wire(event: Event, event_id: UUID | None = None, source: str = "/test") -> dict[str, Any]:
    """What the relay would send."""
    headers = headers_of(event, event_id=event_id or uuid4(), source=source)
    return {
        "value": body_of(event),
        "key": event.key.encode(),
        "headers": [(name, value.encode("latin-1")) for name, value in headers.items()],
    }
