"""The SMS gateway's push, as Kannel's `post-url` makes it: the text as body, the numbers in `X-Kannel-From` and `X-Kannel-To`.

Numbers never stand in the address, which ends in logs; Kannel's own message id may (`/sms?id=%I`), or comes as `X-Kannel-Id`. Whatever is wrong with
a message is answered with 200, so that the gateway does not push it again, and said in the body and in `X-Lapor-Outcome`.
"""

import secrets
from base64 import b64decode
from enum import StrEnum
from ipaddress import ip_address
from uuid import uuid4

from fastapi import APIRouter, Request
from fastapi.responses import PlainTextResponse, Response

from services.intake import actions, sms
from services.intake.actions import Incoming
from services.intake.keys import Keys
from services.intake.settings import Settings
from shared.web import N_, Db, Now, Problem

CHARSETS = {"utf-8": "utf-8", "us-ascii": "utf-8", "utf-16be": "utf-16-be", "ucs-2": "utf-16-be"}
"""As Kannel names them; with `mo-recode` nearly everything arrives as UTF-8."""
BYTES = "application/octet-stream"


class Outcome(StrEnum):
    """What became of a pushed message."""

    ACCEPTED = "accepted"
    REPEATED = "repeated"
    EMPTY = "empty"
    TOO_LONG = "too-long"
    UNREADABLE = "unreadable"


ANSWERS = {
    Outcome.ACCEPTED: "Terima kasih. Laporan Anda kami terima, no. {tracking_id}.",
    Outcome.REPEATED: "Terima kasih. Laporan Anda sudah kami terima, no. {tracking_id}.",
    Outcome.EMPTY: "SMS Anda kosong. Tulis nama daerah, spasi, lalu laporan Anda.",
    Outcome.TOO_LONG: "SMS Anda terlalu panjang, paling banyak {most} huruf. Ringkas, lalu kirim lagi.",
    Outcome.UNREADABLE: "SMS Anda tidak dapat kami baca. Kirim lagi sebagai teks biasa.",
}


def router(keys: Keys, settings: Settings) -> APIRouter:
    """`/sms`, which the public gateway never routes."""
    routes = APIRouter(include_in_schema=False)

    @routes.post("/sms")
    async def receive(request: Request, db: Db, now: Now) -> Response:
        """One message: a report, or kept for an operator."""
        _admit(request, settings)
        kind, charset = _content(request)
        body = await request.body()
        headers = request.headers
        gateway_id = headers.get("x-kannel-id") or request.query_params.get("id") or str(uuid4())
        sender = headers.get("x-kannel-from") or None
        text = _decode(body, charset) if kind != BYTES else None
        outcome = _fault(text, settings)
        if text is None or outcome is not None:
            outcome = outcome or Outcome.UNREADABLE
            if body:
                await actions.keep_unread(db, gateway_id, sender, body, outcome, keys=keys, now=now)
            return _answer(outcome, most=settings.body_max)
        incoming = Incoming(gateway_id, sender, headers.get("x-kannel-to", ""), text)
        receipt = await actions.take_sms(db, incoming, keys=keys, settings=settings, now=now)
        return _answer(
            Outcome.REPEATED if receipt.repeated else Outcome.ACCEPTED, tracking_id=receipt.report.tracking_id
        )

    return routes


def _admit(request: Request, settings: Settings) -> None:
    """The gateway shows the secret; where none is set, only programs of this machine that no proxy speaks for may push.

    Raises:
        Problem: 403
    """
    if settings.sms_secret is not None:
        shown = _secret(request.headers.get("authorization", ""))
        if secrets.compare_digest(shown, settings.sms_secret.get_secret_value().encode()):
            return
    elif _is_local(request) and "x-forwarded-for" not in request.headers:
        return
    raise Problem(403)


def _secret(authorization: str) -> bytes:
    scheme, _, value = authorization.partition(" ")
    if scheme.lower() == "bearer":
        return value.strip().encode()
    if scheme.lower() != "basic":
        return b""
    try:
        return b64decode(value.strip(), validate=True).partition(b":")[2]
    except ValueError:
        return b""


def _is_local(request: Request) -> bool:
    try:
        return request.client is not None and ip_address(request.client.host).is_loopback
    except ValueError:
        return False


def _content(request: Request) -> tuple[str, str]:
    """Media type and charset of the body.

    Raises:
        Problem: 415, the push is no text (a form or JSON never comes from an SMS gateway).
    """
    kind, _, parameters = request.headers.get("content-type", "text/plain").partition(";")
    kind = kind.strip().lower()
    if kind not in ("text/plain", BYTES):
        raise Problem(415, N_("Kirim pesan sebagai text/plain"))
    _, _, charset = parameters.partition("charset=")
    return kind, charset.strip().strip('"').lower() or "utf-8"


def _decode(body: bytes, charset: str) -> str | None:
    try:
        return sms.readable(body.decode(CHARSETS[charset]))
    except (UnicodeDecodeError, KeyError):
        return None


def _fault(text: str | None, settings: Settings) -> Outcome | None:
    if text is None:
        return Outcome.UNREADABLE
    if not sms.take_flags(text).text:
        return Outcome.EMPTY
    return Outcome.TOO_LONG if len(text) > settings.body_max else None


def _answer(outcome: Outcome, *, tracking_id: str = "", most: int = 0) -> Response:
    """The answer, in the language that SMS reporters are written to."""
    headers = {"x-lapor-outcome": outcome.value}
    if tracking_id:
        headers["x-lapor-tracking-id"] = tracking_id
    return PlainTextResponse(ANSWERS[outcome].format(tracking_id=tracking_id, most=most), headers=headers)
