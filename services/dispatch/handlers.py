"""The Kafka edge of dispatch: each handler calls one action and decides nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import actions
from services.dispatch.cases import Flags
from services.dispatch.settings import Settings
from shared.clock import Clock
from shared.contracts.categories import Category
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import ClosureDue, DeadlineMissed, DeadlineSet
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import ClockName
from shared.contracts.working_calendar import CalendarYear
from shared.messaging import Meta, Routes

OURS = (ClockName.RESPONSE, ClockName.CLOSURE)
"""Clocks that run only once dispatch has a report; the others may be of reports that never come here."""


def routes(clock: Clock, settings: Settings) -> Routes:
    """What the main consumer takes. Decisions of verification other than `ReportVerified` dispatch nothing, so they have no handler."""
    routes = Routes()

    @routes.on(ReportVerified)
    async def on_report_verified(session: AsyncSession, event: ReportVerified, meta: Meta) -> None:
        await actions.dispose(session, event, settings, now=clock.now())

    @routes.on(ClosureDue)
    async def on_closure_due(session: AsyncSession, event: ClosureDue, meta: Meta) -> None:
        await actions.close(session, event.report_id, event.thread_version, now=clock.now())

    @routes.on(DeadlineSet)
    async def on_deadline_set(session: AsyncSession, event: DeadlineSet, meta: Meta) -> None:
        if event.clock in OURS:
            now = clock.now()
            await actions.reschedule(session, event.report_id, event.clock, event.agency, event.due_at, now=now)

    @routes.on(DeadlineMissed)
    async def on_deadline_missed(session: AsyncSession, event: DeadlineMissed, meta: Meta) -> None:
        if event.clock is ClockName.RESPONSE:
            await actions.mark_missed(session, event.report_id, event.agency, missed_at=event.occurred_at)

    @routes.on(Category)
    async def on_category(session: AsyncSession, event: Category, meta: Meta) -> None:
        await actions.learn_category(session, event)

    @routes.on(CalendarYear)
    async def on_calendar_year(session: AsyncSession, event: CalendarYear, meta: Meta) -> None:
        await actions.learn_calendar_year(session, event)

    @routes.on(ClockPolicy)
    async def on_clock_policy(session: AsyncSession, event: ClockPolicy, meta: Meta) -> None:
        await actions.learn_policy(session, event)

    return routes


def urgent_routes(clock: Clock) -> Routes:
    """What the urgent consumer takes: privacy, which never waits."""
    routes = Routes()

    @routes.on(FlagsSet)
    async def on_flags_set(session: AsyncSession, event: FlagsSet, meta: Meta) -> None:
        raised = Flags(anonymous=event.anonymous, confidential=event.confidential)
        await actions.protect(session, event.report_id, raised, now=clock.now())

    @routes.on(FlagsDecided)
    async def on_flags_decided(session: AsyncSession, event: FlagsDecided, meta: Meta) -> None:
        raised = Flags(anonymous=event.anonymous, confidential=event.confidential)
        await actions.protect(session, event.report_id, raised, now=clock.now())

    @routes.on(ReportWithdrawn)
    async def on_report_withdrawn(session: AsyncSession, event: ReportWithdrawn, meta: Meta) -> None:
        await actions.protect(session, event.report_id, Flags(withdrawn=True), now=clock.now())

    return routes
