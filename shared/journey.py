"""The journey ledger of one service, for operators' tools: what it took in and sent for a key, without any content.

Served under `/internal`, which the gateway never routes, behind a token of its own.
"""

import secrets
from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, HTTPException, Request
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import BaseModel
from sqlalchemy import select

from shared.messaging.tables import inbox, journey, outbox, parked

_bearer = HTTPBearer(auto_error=False)


class Hop(BaseModel):
    """An event entering or leaving a service."""

    service: str
    direction: str
    """`in`, `out`, `parked` (taken in, waiting to be tried again) or `staged` (waiting for the relay)."""
    consumer: str | None = None
    event_id: UUID
    type: str
    topic: str
    partition: int | None = None
    offset: int | None = None
    trace_id: str | None = None
    at: datetime
    """Wall time."""


async def operators_tool(
    request: Request, credentials: Annotated[HTTPAuthorizationCredentials | None, Depends(_bearer)]
) -> None:
    """Let in whoever holds the stack's internal token.

    Raises:
        HTTPException: 404 otherwise, as if there were nothing here.
    """
    token = request.app.state.settings.internal_token.get_secret_value()
    if credentials is None or not secrets.compare_digest(credentials.credentials.encode(), token.encode()):
        raise HTTPException(404)


def router() -> APIRouter:
    """`/internal/journey/<key>`: the ledger of one key, oldest first."""
    routes = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(operators_tool)])

    @routes.get("/journey/{key}")
    async def of_key(request: Request, key: str) -> list[Hop]:
        """What this service took in and sent for a key in the last 60 days."""
        service = request.app.state.service
        async with request.app.state.sessions() as session:
            rows: list[dict[str, Any]] = []
            waiting = set(await session.scalars(select(parked.c.event_id).where(parked.c.key == key)))
            taken = await session.execute(select(inbox).where(inbox.c.key == key))
            sent = await session.execute(select(journey).where(journey.c.key == key))
            staged = await session.execute(select(outbox).where(outbox.c.key == key))
        rows.extend(
            _hop(row)
            | {
                "direction": "parked" if row.event_id in waiting else "in",
                "consumer": row.consumer,
                "at": row.received_at,
            }
            for row in taken
        )
        rows.extend(_hop(row) | {"direction": "out", "at": row.sent_at} for row in sent)
        rows.extend(
            {
                "event_id": row.event_id,
                "topic": row.topic,
                "type": row.headers.get("ce_type", "?"),
                "direction": "staged",
                "at": row.staged_at,
            }
            for row in staged
        )
        return sorted((Hop(service=service, **row) for row in rows), key=lambda hop: hop.at)

    return routes


def _hop(row: Any) -> dict[str, Any]:
    return {
        "event_id": row.event_id,
        "type": row.type,
        "topic": row.topic,
        "partition": row.partition,
        "offset": row.offset,
        "trace_id": row.trace_id.hex if row.trace_id else None,
    }
