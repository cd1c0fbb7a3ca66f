"""The message desk: what went out and what did not; in the embedded stack also what a telephone and a mailbox would have got."""

from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from services.notify import store
from services.notify.domain import Stage, State
from services.notify.mailbox import Mailbox
from services.notify.settings import Settings, SmsRoute
from services.notify.sms import measure
from shared.contracts.audit import audit_of
from shared.contracts.notifications import MessageChannel
from shared.messaging import stage
from shared.security import Person, Role
from shared.web import N_, Db, Now, render, require

PAGE = 30
Staff = Annotated[Person, Depends(require(Role.ADMINISTRATOR, Role.OPERATOR))]
STAGES = {
    Stage.RECEIVED: N_("Laporan diterima"),
    Stage.RETURNED: N_("Perlu dilengkapi"),
    Stage.REJECTED: N_("Tidak dapat diteruskan"),
    Stage.HELD: N_("Menunggu instansi terhubung"),
    Stage.DISPOSED: N_("Diteruskan ke instansi"),
    Stage.ANSWERED: N_("Dijawab instansi"),
    Stage.ASKED: N_("Pertanyaan instansi"),
    Stage.CLOSING: N_("Segera ditutup"),
    Stage.CLOSED: N_("Selesai"),
}
STATES = {
    State.WAITING: (N_("Menunggu"), "yellow", "clock"),
    State.READY: (N_("Siap kirim"), "grey", "clock"),
    State.SENDING: (N_("Sedang dikirim"), "", "system"),
    State.SENT: (N_("Terkirim"), "green", "check"),
    State.FAILED: (N_("Gagal"), "red", "alert"),
    State.CANCELLED: (N_("Dibatalkan"), "grey", "cross"),
}
"""Word, colour and picture of each."""
REASONS = {
    "refused": N_("ditolak tujuan"),
    "unreachable": N_("tujuan tidak terjangkau"),
    "unknown": N_("tidak pasti sampai"),
    "unreadable": N_("segel tidak terbuka"),
    "erased": N_("data kontak dihapus"),
    "withdrawn": N_("laporan ditarik pelapor"),
    "no-address": N_("tidak ada alamat yang bisa dipakai"),
    "no-contact": N_("data kontak tidak datang"),
}


def router(settings: Settings) -> APIRouter:
    """The routes."""
    routes = APIRouter(prefix="/meja/pesan")
    mailbox = Mailbox(settings.mail_sink)
    shows_texts = settings.sms_route is SmsRoute.SINK or settings.mail_sink is not None

    @routes.get("")
    async def desk(
        request: Request,
        db: Db,
        now: Now,
        person: Staff,
        nomor: Annotated[str | None, Query(max_length=20)] = None,
        keadaan: State | Literal[""] = "",
        halaman: Annotated[int, Query(ge=1, le=10_000)] = 1,
    ) -> Response:
        asked = "".join(letter for letter in nomor or "" if letter.isdecimal() and letter.isascii())
        lines, total = await store.lines(
            db,
            tracking_id=(asked or "-") if nomor else None,
            state=keadaan or None,
            limit=PAGE,
            offset=PAGE * (halaman - 1),
        )
        letters = await mailbox.letters({line.message.message_id for line in lines})
        if shows_texts and lines:
            # addresses are on this page: the look is recorded
            looked = audit_of("notify")(
                occurred_at=now, actor=str(person.account_id), action="messages-viewed", subject=asked or None
            )
            stage(db, looked)
        kept = {"nomor": nomor or "", "keadaan": keadaan}
        return render(
            request,
            "pesan.html",
            counts=await store.counts(db),
            lines=[(line, letters.get(line.message.message_id)) for line in lines],
            names=await store.names(db, {line.message.parameters.get("agency", "") for line in lines}),
            measure=measure,
            total=total,
            asked=nomor or "",
            state=keadaan,
            State=State,
            Sms=MessageChannel.SMS,
            stages=STAGES,
            states=STATES,
            reasons=REASONS,
            shows_texts=shows_texts,
            sms_number=settings.sms_number,
            page=halaman,
            last=max(1, -(-total // PAGE)),
            address=f"/meja/pesan?{urlencode({name: value for name, value in kept.items() if value})}&",
        )

    return routes
