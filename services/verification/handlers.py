"""What verification hears from the other services."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.verification import actions, reference
from services.verification.cases import Agency, Flags
from shared.clock import Clock
from shared.contracts.agencies import Agency as AgencyPublished
from shared.contracts.agencies import AgencyRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.deadlines import DeadlineMet, DeadlineMissed, DeadlinePaused, DeadlineSet
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.working_calendar import CalendarYear
from shared.messaging import Meta, Routes, state


def routes(clock: Clock) -> Routes:
    """Everything but privacy. `clock` dates what a change of the directory sets off."""
    made = Routes()
    _reports(made)
    _clocks(made)
    _directory(made, clock)
    return made


def urgent_routes() -> Routes:
    """Privacy: never waits, and is remembered when it comes before the report."""
    made = Routes()

    @made.on(FlagsSet)
    async def on_flags_set(session: AsyncSession, event: FlagsSet, meta: Meta) -> None:
        flags = Flags(event.anonymous, event.confidential)
        await actions.raise_flags(session, event.report_id, flags, at=event.occurred_at)

    @made.on(ReportWithdrawn)
    async def on_report_withdrawn(session: AsyncSession, event: ReportWithdrawn, meta: Meta) -> None:
        await actions.withdraw(session, event.report_id, at=event.occurred_at)

    return made


def _reports(made: Routes) -> None:
    @made.on(ReportSubmitted)
    async def on_report_submitted(session: AsyncSession, event: ReportSubmitted, meta: Meta) -> None:
        await actions.open_case(session, event)

    @made.on(ReportSupplemented)
    async def on_report_supplemented(session: AsyncSession, event: ReportSupplemented, meta: Meta) -> None:
        await actions.supplement(session, event.report_id, event.text, at=event.occurred_at)

    @made.on(ReportDisposed)
    async def on_report_disposed(session: AsyncSession, event: ReportDisposed, meta: Meta) -> None:
        await actions.note_disposition(session, event.report_id, event.agency, at=event.disposed_at)


def _clocks(made: Routes) -> None:
    @made.on(DeadlineSet)
    async def on_deadline_set(session: AsyncSession, event: DeadlineSet, meta: Meta) -> None:
        await actions.note_clock(session, event)

    @made.on(DeadlinePaused)
    async def on_deadline_paused(session: AsyncSession, event: DeadlinePaused, meta: Meta) -> None:
        await actions.note_clock(session, event)

    @made.on(DeadlineMet)
    async def on_deadline_met(session: AsyncSession, event: DeadlineMet, meta: Meta) -> None:
        await actions.note_clock(session, event)

    @made.on(DeadlineMissed)
    async def on_deadline_missed(session: AsyncSession, event: DeadlineMissed, meta: Meta) -> None:
        await actions.note_clock(session, event)

    @made.on(CalendarYear)
    async def on_calendar_year(session: AsyncSession, event: CalendarYear, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await reference.save_year(session, event.year, event.version, {day.day for day in event.days_off})

    @made.on(ClockPolicy)
    async def on_clock_policy(session: AsyncSession, event: ClockPolicy, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await reference.save_policy(session, event.clock, event.working_days)


def _directory(made: Routes, clock: Clock) -> None:
    @made.on(AgencyPublished)
    async def on_agency(session: AsyncSession, event: AgencyPublished, meta: Meta) -> None:
        if not await state.newer(session, event.topic, event.key, event.version):
            return
        agency = Agency(
            code=event.code,
            parent=event.parent,
            kind=event.kind,
            name=event.name,
            short_name=event.short_name,
            region=event.region,
            zone=event.zone,
            connected_since=event.connected_since,
        )
        await actions.update_agency(session, agency, now=clock.now())

    @made.on(AgencyRemoved)
    async def on_agency_removed(session: AsyncSession, event: AgencyRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await reference.remove_agency(session, event.key)
