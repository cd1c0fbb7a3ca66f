"""What intake does with what other services say: it remembers, and decides nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import actions, projections, store
from services.intake.progress import Happened, Milestone
from shared.contracts.accounts import ContactStored
from shared.contracts.agencies import Agency, AgencyRemoved
from shared.contracts.categories import Category, CategoryRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlinePaused, DeadlineSet
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.keys import IdentitySealingKey
from shared.contracts.notifications import NotificationFailed, NotificationSent
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.contracts.working_calendar import CalendarYear
from shared.messaging import Meta, Routes, state


def routes() -> Routes:
    """Handlers of the main consumer."""
    made = Routes()
    _reports(made)
    _threads(made)
    _clocks(made)
    _directory(made)
    return made


def urgent_routes() -> Routes:
    """Handlers that never wait."""
    made = Routes()

    @made.on(FlagsDecided)
    async def on_flags_decided(session: AsyncSession, event: FlagsDecided, meta: Meta) -> None:
        await actions.decide_flags(session, event.report_id, anonymous=event.anonymous, confidential=event.confidential)

    return made


def _reports(made: Routes) -> None:
    @made.on(ReportVerified)
    async def on_report_verified(session: AsyncSession, event: ReportVerified, meta: Meta) -> None:
        told = Milestone(meta.id, event.report_id, Happened.VERIFIED, event.occurred_at, agency=event.lead)
        await projections.add_milestone(session, told)

    @made.on(ReportReturned)
    async def on_report_returned(session: AsyncSession, event: ReportReturned, meta: Meta) -> None:
        told = Milestone(
            meta.id,
            event.report_id,
            Happened.RETURNED,
            event.occurred_at,
            words=event.missing,
            due_at=event.complete_by,
        )
        await projections.add_milestone(session, told)

    @made.on(ReportRejected)
    async def on_report_rejected(session: AsyncSession, event: ReportRejected, meta: Meta) -> None:
        told = Milestone(
            meta.id,
            event.report_id,
            Happened.REJECTED,
            event.occurred_at,
            reason=event.reason,
            words=event.explanation,
        )
        await projections.add_milestone(session, told)

    @made.on(ReportHeld)
    async def on_report_held(session: AsyncSession, event: ReportHeld, meta: Meta) -> None:
        told = Milestone(meta.id, event.report_id, Happened.HELD, event.occurred_at, agency=event.agency)
        await projections.add_milestone(session, told)

    @made.on(ReportReleased)
    async def on_report_released(session: AsyncSession, event: ReportReleased, meta: Meta) -> None:
        told = Milestone(meta.id, event.report_id, Happened.RELEASED, event.occurred_at, agency=event.agency)
        await projections.add_milestone(session, told)

    @made.on(ReportDisposed)
    async def on_report_disposed(session: AsyncSession, event: ReportDisposed, meta: Meta) -> None:
        told = Milestone(
            meta.id,
            event.report_id,
            Happened.DISPOSED,
            event.disposed_at,
            agency=event.agency,
            due_at=event.answer_by,
        )
        await projections.add_milestone(session, told)

    @made.on(ContactStored)
    async def on_contact_stored(session: AsyncSession, event: ContactStored, meta: Meta) -> None:
        await store.drop_sealed_contact(session, event.reporter_ref)


def _threads(made: Routes) -> None:
    @made.on(EntryPosted)
    async def on_entry_posted(session: AsyncSession, event: EntryPosted, meta: Meta) -> None:
        told = Milestone(
            meta.id,
            event.report_id,
            Happened.POSTED,
            event.occurred_at,
            agency=event.agency,
            author=event.author,
            entry=event.kind,
            thread_version=event.thread_version,
        )
        await projections.add_milestone(session, told)

    @made.on(ReportClosed)
    async def on_report_closed(session: AsyncSession, event: ReportClosed, meta: Meta) -> None:
        told = Milestone(
            meta.id, event.report_id, Happened.CLOSED, event.occurred_at, thread_version=event.thread_version
        )
        await projections.add_milestone(session, told)

    @made.on(NotificationSent)
    async def on_notification_sent(session: AsyncSession, event: NotificationSent, meta: Meta) -> None:
        message = f"{event.channel}:{event.template}"
        told = Milestone(meta.id, event.report_id, Happened.NOTIFIED, event.occurred_at, message=message)
        await projections.add_milestone(session, told)

    @made.on(NotificationFailed)
    async def on_notification_failed(session: AsyncSession, event: NotificationFailed, meta: Meta) -> None:
        message = f"{event.channel}:{event.template}"
        told = Milestone(meta.id, event.report_id, Happened.NOT_NOTIFIED, event.occurred_at, message=message)
        await projections.add_milestone(session, told)


def _clocks(made: Routes) -> None:
    @made.on(DeadlineSet)
    async def on_deadline_set(session: AsyncSession, event: DeadlineSet, meta: Meta) -> None:
        await projections.add_milestone(session, _clock(event, meta, Happened.CLOCK_SET))

    @made.on(DeadlinePaused)
    async def on_deadline_paused(session: AsyncSession, event: DeadlinePaused, meta: Meta) -> None:
        await projections.add_milestone(session, _clock(event, meta, Happened.CLOCK_PAUSED))

    @made.on(DeadlineMet)
    async def on_deadline_met(session: AsyncSession, event: DeadlineMet, meta: Meta) -> None:
        await projections.add_milestone(session, _clock(event, meta, Happened.CLOCK_MET))

    @made.on(DeadlineMissed)
    async def on_deadline_missed(session: AsyncSession, event: DeadlineMissed, meta: Meta) -> None:
        await projections.add_milestone(session, _clock(event, meta, Happened.CLOCK_MISSED))


def _directory(made: Routes) -> None:
    @made.on(Agency)
    async def on_agency(session: AsyncSession, event: Agency, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.save_agency(session, event)

    @made.on(AgencyRemoved)
    async def on_agency_removed(session: AsyncSession, event: AgencyRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.remove_agency(session, event.key)

    @made.on(Category)
    async def on_category(session: AsyncSession, event: Category, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.save_category(session, event)

    @made.on(CategoryRemoved)
    async def on_category_removed(session: AsyncSession, event: CategoryRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.remove_category(session, event.key)

    @made.on(CalendarYear)
    async def on_calendar_year(session: AsyncSession, event: CalendarYear, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.save_year(session, event)

    @made.on(ClockPolicy)
    async def on_clock_policy(session: AsyncSession, event: ClockPolicy, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.save_policy(session, event.clock, event.working_days)

    @made.on(IdentitySealingKey)
    async def on_identity_sealing_key(session: AsyncSession, event: IdentitySealingKey, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await projections.save_sealing_key(session, event.key_id, event.public_key, event.occurred_at)


def _clock(event: DeadlineSet | DeadlinePaused | DeadlineMet | DeadlineMissed, meta: Meta, kind: Happened) -> Milestone:
    return Milestone(
        meta.id,
        event.report_id,
        kind,
        event.occurred_at,
        agency=event.agency,
        due_at=getattr(event, "due_at", None),
        clock=event.clock,
        deadline_id=event.deadline_id,
    )
