"""`/internal`: for operators' tools, behind `LAPOR_INTERNAL_TOKEN`; the gateway never routes it."""

import secrets
from typing import Annotated

from fastapi import APIRouter, Depends, Header, Request
from fastapi.responses import JSONResponse, Response

from services.intake import actions
from services.intake.settings import Settings
from services.intake.tracking import read_tracking_id
from shared.web import Db, Now, Problem

SHOWN = 100
Operator = Annotated[str, Header(alias="x-lapor-operator", pattern=r"^[a-z0-9._-]{1,40}$")]


def router(settings: Settings) -> APIRouter:
    """What `lapor journey` and the operator ask."""

    def admit(request: Request) -> None:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        expected = settings.internal_token.get_secret_value().encode()
        if scheme.lower() != "bearer" or not secrets.compare_digest(token.strip().encode(), expected):
            raise Problem(403)

    routes = APIRouter(prefix="/internal", include_in_schema=False, dependencies=[Depends(admit)])

    @routes.get("/tracking/{tracking_id}")
    async def tracking(db: Db, tracking_id: str) -> Response:
        """The report with a tracking ID, typed in any way."""
        read = read_tracking_id(tracking_id)
        report_id = await actions.find(db, read) if read else None
        if read is None or report_id is None:
            raise Problem(404)
        return JSONResponse({"tracking_id": read, "report_id": str(report_id)})

    @routes.get("/sms/unread")
    async def unread(db: Db, now: Now, operator: Operator = "lapor") -> Response:
        """Messages from the gateway that are no reports; bytes as hexadecimal digits. The look is audited."""
        found = await actions.show_unread(db, limit=SHOWN, actor=f"operator:{operator}", now=now)
        rows = [
            {
                "id": str(message.unread_id),
                "received_at": message.received_at.isoformat(),
                "reason": message.reason,
                "bytes": message.body.hex(),
            }
            for message in found
        ]
        return JSONResponse({"messages": rows})

    return routes
