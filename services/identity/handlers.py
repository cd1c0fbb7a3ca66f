"""Identity's Kafka edge: each handler calls one action and decides nothing."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.actions import audit, contacts, credentials, keys
from services.identity.domain import ReportRef
from services.identity.equipment import Equipment
from shared.contracts.audit import SERVICES, AuditRecorded, audit_of
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted
from shared.contracts.keys import NotifySealingKey
from shared.contracts.sealed import ContactReceived
from shared.messaging import Meta, Routes


def routes(equipment: Equipment) -> Routes:
    """Handlers of everything that identity reads."""
    made = Routes()

    @made.on(ContactReceived)
    async def on_contact_received(session: AsyncSession, event: ContactReceived, meta: Meta) -> None:
        await contacts.keep(session, equipment, event)

    @made.on(ReportDisposed)
    async def on_report_disposed(session: AsyncSession, event: ReportDisposed, meta: Meta) -> None:
        report = ReportRef(event.report_id, event.reporter_ref, event.tracking_id)
        await credentials.ask_for_disposition(
            session, equipment, report, lead=event.lead, previous=event.previous, cause=meta.id
        )

    @made.on(EntryPosted)
    async def on_entry_posted(session: AsyncSession, event: EntryPosted, meta: Meta) -> None:
        report = ReportRef(event.report_id, event.reporter_ref, event.tracking_id)
        await credentials.ask_for_entry(session, equipment, report, author=event.author, cause=meta.id)

    @made.on(NotifySealingKey)
    async def on_notify_sealing_key(session: AsyncSession, event: NotifySealingKey, meta: Meta) -> None:
        await keys.learn_notify_key(session, event)

    for service in SERVICES:
        _listen_to_audit(made, service)
    return made


def _listen_to_audit(made: Routes, service: str) -> None:
    @made.on(audit_of(service))
    async def on_audit_recorded(session: AsyncSession, event: AuditRecorded, meta: Meta) -> None:
        await audit.keep(session, service, event, meta.id)
