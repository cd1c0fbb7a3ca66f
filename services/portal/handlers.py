"""Kafka edge: every event is a newest state or an end; what is applied is decided by versions, and a withdrawal by nothing else."""

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from services.portal import project
from shared.contracts.agencies import Agency, AgencyRemoved
from shared.contracts.categories import Category, CategoryRemoved
from shared.contracts.clock_policies import ClockPolicy
from shared.contracts.polls import Poll, PollRemoved
from shared.contracts.publications import Publication, PublicationWithdrawn
from shared.contracts.working_calendar import CalendarYear
from shared.messaging import Delivery, Routes, state


def routes() -> Routes:
    """Handlers of the main consumer."""
    routes = Routes()

    @routes.on_many(Publication, PublicationWithdrawn)
    async def on_publications(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        events = [delivery.event for delivery in deliveries]
        await project.withdraw(session, {UUID(e.key) for e in events if isinstance(e, PublicationWithdrawn)})
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.publish(session, [e for e in newest if isinstance(e, Publication)])

    @routes.on_many(Agency, AgencyRemoved)
    async def on_agencies(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.put_agencies(session, [e for e in newest if isinstance(e, Agency)])
        await project.remove_agencies(session, [e.key for e in newest if isinstance(e, AgencyRemoved)])

    @routes.on_many(Category, CategoryRemoved)
    async def on_categories(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.put_categories(session, [e for e in newest if isinstance(e, Category)])
        await project.remove_categories(session, [e.key for e in newest if isinstance(e, CategoryRemoved)])

    @routes.on_many(Poll, PollRemoved)
    async def on_polls(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.put_polls(session, [e for e in newest if isinstance(e, Poll)])
        await project.remove_polls(session, [UUID(e.key) for e in newest if isinstance(e, PollRemoved)])

    @routes.on_many(CalendarYear)
    async def on_calendar_years(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.put_calendar_years(session, [e for e in newest if isinstance(e, CalendarYear)])

    @routes.on_many(ClockPolicy)
    async def on_clock_policies(session: AsyncSession, deliveries: Sequence[Delivery]) -> None:
        newest = [delivery.event for delivery in await state.newest(session, deliveries)]
        await project.put_clock_policies(session, [e for e in newest if isinstance(e, ClockPolicy)])

    return routes
