"""Taking contact data into the vault and passing them on, sealed, to the one service that sends."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.identity.actions import credentials, sealing
from services.identity.domain import ReportRef
from services.identity.equipment import Equipment
from services.identity.store import accounts
from services.identity.store import contacts as store
from shared.contracts.accounts import ContactStored
from shared.contracts.sealed import Contact, ContactDetails, ContactReceived
from shared.messaging import outbox, state


async def keep(session: AsyncSession, equipment: Equipment, event: ContactReceived) -> None:
    """Open the seal, keep the contact data encrypted, tell notify (sealed) and intake (that it may forget them).

    Raises:
        shared.sealing.Unreadable: sealed for another key; the event parks until an operator has seen to it.
    """
    details = ContactDetails.model_validate_json(equipment.opening.open(event.sealed))
    report = ReportRef(event.report_id, event.reporter_ref, event.tracking_id)
    now = equipment.clock.now()
    await store.lock_report(session, report.report_id)
    account_id = details.account_id
    if account_id is not None and not await accounts.exists(session, account_id):
        account_id = None
    await store.keep(
        session,
        equipment.vault,
        report,
        details,
        account_id=account_id,
        reachable=bool(details.email or details.phone),
        now=now,
    )
    key = await sealing.notify_key(session, equipment)
    for_notify = details.model_copy(update={"account_id": None})
    outbox.stage(
        session,
        Contact(
            occurred_at=now,
            version=await state.next_version(session, Contact.topic, str(report.reporter_ref)),
            reporter_ref=report.reporter_ref,
            key_id=key.key_id,
            sealed=key.seal(for_notify.model_dump_json().encode()),
        ),
        ContactStored(occurred_at=now, reporter_ref=report.reporter_ref, report_id=report.report_id),
    )
    stored = await store.of_report(session, report.report_id)
    if stored is not None:
        await credentials.answer_needs(session, equipment, stored)
