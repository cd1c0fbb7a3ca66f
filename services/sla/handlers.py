"""Kafka edge: each event becomes a fact of its report; what follows from it is the domain's business."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.sla import actions, store
from services.sla.domain import Fact, Happened
from shared.clock import Clock
from shared.contracts.agencies import Agency, AgencyRemoved
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.event import Event
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.messaging import Meta, Routes, state


def routes(clock: Clock) -> Routes:
    """Handlers of the main consumer."""
    routes = Routes()

    async def record(
        session: AsyncSession,
        report_id: UUID,
        fact: Fact,
        tracking_id: str | None = None,
        confidential: bool = False,
    ) -> None:
        await actions.record(
            session, report_id, fact, now=clock.now(), tracking_id=tracking_id, confidential=confidential
        )

    @routes.on(ReportSubmitted)
    async def on_report_submitted(session: AsyncSession, event: ReportSubmitted, meta: Meta) -> None:
        fact = _fact(Happened.SUBMITTED, event, meta, at=event.received_at)
        await record(session, event.report_id, fact, event.tracking_id, event.confidential)

    @routes.on(ReportSupplemented)
    async def on_report_supplemented(session: AsyncSession, event: ReportSupplemented, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.SUPPLEMENTED, event, meta))

    @routes.on(ReportVerified)
    async def on_report_verified(session: AsyncSession, event: ReportVerified, meta: Meta) -> None:
        fact = _fact(Happened.VERIFIED, event, meta)
        await record(session, event.report_id, fact, event.tracking_id, event.confidential)

    @routes.on(ReportReturned)
    async def on_report_returned(session: AsyncSession, event: ReportReturned, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.RETURNED, event, meta), event.tracking_id)

    @routes.on(ReportRejected)
    async def on_report_rejected(session: AsyncSession, event: ReportRejected, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.REJECTED, event, meta), event.tracking_id)

    @routes.on(ReportHeld)
    async def on_report_held(session: AsyncSession, event: ReportHeld, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.HELD, event, meta), event.tracking_id)

    @routes.on(ReportReleased)
    async def on_report_released(session: AsyncSession, event: ReportReleased, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.RELEASED, event, meta), event.tracking_id)

    @routes.on(ReportDisposed)
    async def on_report_disposed(session: AsyncSession, event: ReportDisposed, meta: Meta) -> None:
        fact = Fact(
            meta.id,
            Happened.DISPOSED,
            event.disposed_at,
            agency=event.agency,
            disposition_id=event.disposition_id,
            previous=event.previous,
            lead=event.lead,
        )
        await record(session, event.report_id, fact, event.tracking_id)

    @routes.on(EntryPosted)
    async def on_entry_posted(session: AsyncSession, event: EntryPosted, meta: Meta) -> None:
        fact = Fact(
            meta.id,
            Happened.POSTED,
            event.occurred_at,
            agency=event.agency,
            disposition_id=event.disposition_id,
            thread_version=event.thread_version,
            author=event.author,
            kind=event.kind,
        )
        await record(session, event.report_id, fact, event.tracking_id)

    @routes.on(ReportClosed)
    async def on_report_closed(session: AsyncSession, event: ReportClosed, meta: Meta) -> None:
        await record(session, event.report_id, _fact(Happened.CLOSED, event, meta), event.tracking_id)

    @routes.on(Agency)
    async def on_agency(session: AsyncSession, event: Agency, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await store.save_agency(session, event)

    @routes.on(AgencyRemoved)
    async def on_agency_removed(session: AsyncSession, event: AgencyRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await store.remove_agency(session, event.key)

    return routes


def urgent_routes(clock: Clock) -> Routes:
    """Handlers of what never waits: flags are a union, a withdrawal ends every clock, also of a report that is not known yet."""
    routes = Routes()

    @routes.on(FlagsSet)
    async def on_flags_set(session: AsyncSession, event: FlagsSet, meta: Meta) -> None:
        await actions.record(session, event.report_id, None, now=clock.now(), confidential=event.confidential)

    @routes.on(FlagsDecided)
    async def on_flags_decided(session: AsyncSession, event: FlagsDecided, meta: Meta) -> None:
        await actions.record(session, event.report_id, None, now=clock.now(), confidential=event.confidential)

    @routes.on(ReportWithdrawn)
    async def on_report_withdrawn(session: AsyncSession, event: ReportWithdrawn, meta: Meta) -> None:
        fact = _fact(Happened.WITHDRAWN, event, meta)
        await actions.record(session, event.report_id, fact, now=clock.now())

    return routes


def _fact(what: Happened, event: Event, meta: Meta, *, at: datetime | None = None) -> Fact:
    return Fact(meta.id, what, at or event.occurred_at)
