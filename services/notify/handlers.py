"""Kafka edge: what asks for a message, and what messages are made of."""

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.notify import actions, store
from services.notify.domain import Report, Stage
from shared.clock import Clock
from shared.contracts.agencies import Agency, AgencyRemoved
from shared.contracts.deadlines import ReminderDue
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.event import Event
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted
from shared.contracts.sealed import Contact, ContactErased, CredentialIssued
from shared.contracts.verifications import ReportHeld, ReportRejected, ReportReturned, ReportVerified
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind
from shared.messaging import Meta, Routes, state


def routes(wall: Clock) -> Routes:
    """Handlers of the main consumer; `wall` is the machine's time, which patience goes by."""
    routes = Routes()

    async def tell(
        session: AsyncSession, report_id: UUID, about: Stage, event: Event, meta: Meta, **parameters: str | None
    ) -> None:
        told = {name: value for name, value in parameters.items() if value is not None}
        await actions.notify(
            session, report_id, about, told, cause=meta.id, occurred_at=event.occurred_at, wall=wall.now()
        )

    @routes.on(ReportSubmitted)
    async def on_report_submitted(session: AsyncSession, event: ReportSubmitted, meta: Meta) -> None:
        report = Report(
            event.report_id, event.tracking_id, event.reporter_ref, event.language, event.channel, event.has_contact
        )
        await actions.take_report(session, report, confidential=event.confidential)
        await tell(session, event.report_id, Stage.RECEIVED, event, meta, by=_day(event.verify_by))

    @routes.on(ReportVerified)
    async def on_report_verified(session: AsyncSession, event: ReportVerified, meta: Meta) -> None:
        if event.confidential:
            await actions.raise_flags(session, event.report_id, confidential=True, wall=wall.now())

    @routes.on(ReportReturned)
    async def on_report_returned(session: AsyncSession, event: ReportReturned, meta: Meta) -> None:
        by = _day(event.complete_by)
        await tell(session, event.report_id, Stage.RETURNED, event, meta, by=by, missing=event.missing)

    @routes.on(ReportRejected)
    async def on_report_rejected(session: AsyncSession, event: ReportRejected, meta: Meta) -> None:
        reason, explanation = event.reason.value, event.explanation
        await tell(session, event.report_id, Stage.REJECTED, event, meta, reason=reason, explanation=explanation)

    @routes.on(ReportHeld)
    async def on_report_held(session: AsyncSession, event: ReportHeld, meta: Meta) -> None:
        await tell(session, event.report_id, Stage.HELD, event, meta, agency=event.agency)

    @routes.on(ReportDisposed)
    async def on_report_disposed(session: AsyncSession, event: ReportDisposed, meta: Meta) -> None:
        if event.lead and event.previous is None:
            by = _day(event.answer_by)
            await tell(session, event.report_id, Stage.DISPOSED, event, meta, agency=event.agency, by=by)

    @routes.on(EntryPosted)
    async def on_entry_posted(session: AsyncSession, event: EntryPosted, meta: Meta) -> None:
        if event.author is AuthorRole.AGENCY:
            about = Stage.ASKED if event.kind is EntryKind.QUESTION else Stage.ANSWERED
            await tell(session, event.report_id, about, event, meta, agency=event.agency)

    @routes.on(ReportClosed)
    async def on_report_closed(session: AsyncSession, event: ReportClosed, meta: Meta) -> None:
        await tell(session, event.report_id, Stage.CLOSED, event, meta)

    @routes.on(ReminderDue)
    async def on_reminder_due(session: AsyncSession, event: ReminderDue, meta: Meta) -> None:
        if event.clock is ClockName.CLOSURE_WARNING:
            await tell(session, event.report_id, Stage.CLOSING, event, meta, by=_day(event.due_at))

    @routes.on(CredentialIssued)
    async def on_credential_issued(session: AsyncSession, event: CredentialIssued, meta: Meta) -> None:
        await actions.take_credential(session, event, wall=wall.now())

    @routes.on(Contact)
    async def on_contact(session: AsyncSession, event: Contact, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await actions.take_contact(session, event.reporter_ref, event.sealed)

    @routes.on(ContactErased)
    async def on_contact_erased(session: AsyncSession, event: ContactErased, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await actions.forget_contact(session, UUID(event.key), wall=wall.now())

    @routes.on(Agency)
    async def on_agency(session: AsyncSession, event: Agency, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await store.save_agency(session, event)

    @routes.on(AgencyRemoved)
    async def on_agency_removed(session: AsyncSession, event: AgencyRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await store.remove_agency(session, event.key)

    return routes


def urgent_routes(wall: Clock) -> Routes:
    """Handlers of what never waits, also for reports that are not known yet."""
    routes = Routes()

    @routes.on(FlagsSet)
    async def on_flags_set(session: AsyncSession, event: FlagsSet, meta: Meta) -> None:
        await actions.raise_flags(session, event.report_id, confidential=event.confidential, wall=wall.now())

    @routes.on(FlagsDecided)
    async def on_flags_decided(session: AsyncSession, event: FlagsDecided, meta: Meta) -> None:
        await actions.raise_flags(session, event.report_id, confidential=event.confidential, wall=wall.now())

    @routes.on(ReportWithdrawn)
    async def on_report_withdrawn(session: AsyncSession, event: ReportWithdrawn, meta: Meta) -> None:
        await actions.raise_flags(session, event.report_id, withdrawn=True, wall=wall.now())

    return routes


def _day(moment: datetime) -> str:
    return moment.isoformat()
