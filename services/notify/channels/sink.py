"""SMS of embedded and test stacks: they end in a table that the desk page shows."""

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.notify import store
from services.notify.channels import Parcel
from services.notify.domain import Outcome
from shared.clock import Clock


class Sink:
    """Stands where the SMS gateway will be."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    async def send(self, parcel: Parcel) -> Outcome:
        """Keep what a telephone would have got."""
        try:
            async with self._sessions.begin() as session:
                await store.put_into_sink(
                    session, parcel.message_id, parcel.recipient, parcel.rendered.text, wall=self._clock.now()
                )
        except (SQLAlchemyError, OSError):
            return Outcome.BUSY
        return Outcome.SENT
