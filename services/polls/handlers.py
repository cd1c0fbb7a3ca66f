"""What polls hears from the other services: which agencies there are."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.polls import store
from services.polls.domain import Agency
from shared.contracts.agencies import Agency as AgencyPublished
from shared.contracts.agencies import AgencyRemoved
from shared.messaging import Meta, Routes, state


def routes() -> Routes:
    """The directory."""
    made = Routes()

    @made.on(AgencyPublished)
    async def on_agency(session: AsyncSession, event: AgencyPublished, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            known = Agency(event.code, event.name, event.zone, event.connected_since)
            await store.save_agency(session, known)

    @made.on(AgencyRemoved)
    async def on_agency_removed(session: AsyncSession, event: AgencyRemoved, meta: Meta) -> None:
        if await state.newer(session, event.topic, event.key, event.version):
            await store.remove_agency(session, event.key)

    return made
