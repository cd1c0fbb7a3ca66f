"""Sends what is ready: claim, commit, send, record. Several senders may run; each message is claimed by one."""

import asyncio
import json
import logging
from collections.abc import Mapping
from dataclasses import replace

from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.notify import actions, domain
from services.notify.channels import Parcel, Route
from services.notify.domain import Message, Outcome, Patience
from services.notify.settings import Settings
from services.notify.store import Claimed
from services.notify.texts import Texts
from shared.clock import Clock
from shared.contracts.notifications import MessageChannel
from shared.contracts.sealed import ContactDetails, Secret
from shared.sealing import OpeningKey, Unreadable

logger = logging.getLogger(__name__)


class Sender:
    """Opens seals in memory, for as long as a message takes to be handed over."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        settings: Settings,
        *,
        clock: Clock,
        wall: Clock,
        key: OpeningKey,
        routes: Mapping[MessageChannel, Route],
    ) -> None:
        self._sessions = sessions
        self._settings = settings
        self._clock = clock
        self._wall = wall
        self._key = key
        self._routes = routes
        self._texts = Texts(settings.public_url, settings.sms_number)
        self._patience = Patience(settings.attempts, settings.retry_first, settings.retry_longest)

    async def run(self) -> None:
        """Until cancelled."""
        async with self._sessions.begin() as session:
            await actions.publish_key(session, self._key.public, now=self._clock.now(), wall=self._wall.now())
        while True:
            if not await self.round():
                await asyncio.sleep(self._settings.poll.total_seconds())

    async def round(self) -> int:
        """One look: tidy, claim a batch, send it, record each. How many were claimed."""
        settings = self._settings
        async with self._sessions.begin() as session:
            await actions.tidy(
                session,
                self._patience,
                credential_wait=settings.credential_wait,
                contact_wait=settings.contact_wait,
                credential_kept=settings.credential_kept,
                abandoned_after=settings.abandoned_after,
                limit=settings.batch,
                now=self._clock.now(),
                wall=self._wall.now(),
            )
            claimed = await actions.claim(session, limit=settings.batch, wall=self._wall.now())
        await asyncio.gather(*(self._deliver(one) for one in claimed))
        return len(claimed)

    async def _deliver(self, claimed: Claimed) -> None:
        message = await self._attempt(claimed)
        async with self._sessions.begin() as session:
            await actions.record(session, message, now=self._clock.now())

    async def _attempt(self, claimed: Claimed) -> Message:
        message, wall = claimed.message, self._wall.now()
        if claimed.contact is None:
            return domain.cancel(message, "erased", wall=wall)
        if claimed.privacy.withdrawn:
            return domain.cancel(message, "withdrawn", wall=wall)
        try:
            details = ContactDetails.model_validate_json(self._key.open(claimed.contact))
            code = self._code(claimed.credential)
        except (Unreadable, ValidationError, json.JSONDecodeError):
            logger.error("message %s cannot be opened with our key", message.message_id)
            return domain.give_up(message, "unreadable", wall=wall)
        channel = domain.channel_for(claimed.report.channel, details, list(self._routes))
        if channel is None:
            return domain.cancel(message, "no-address", wall=wall)
        rendered = self._texts.render(
            message, claimed.report, claimed.privacy, channel=channel, agency=claimed.agency, code=code
        )
        message = replace(message, channel=channel, template=rendered.template)
        recipient = (details.phone if channel is MessageChannel.SMS else details.email) or ""
        outcome = await self._send(channel, Parcel(message.message_id, recipient, rendered))
        return domain.attempted(message, outcome, self._patience, wall=self._wall.now())

    async def _send(self, channel: MessageChannel, parcel: Parcel) -> Outcome:
        try:
            async with asyncio.timeout(2 * self._settings.send_timeout.total_seconds()):
                return await self._routes[channel].send(parcel)
        except TimeoutError:
            return Outcome.UNKNOWN

    def _code(self, sealed: str | None) -> str | None:
        return Secret.model_validate_json(self._key.open(sealed)).code if sealed else None
