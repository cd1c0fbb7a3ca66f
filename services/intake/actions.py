"""What happens when somebody sends a report, adds to it or takes it back. The caller owns the transaction."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import domain, phones, progress, projections, sms, store
from services.intake.domain import KeyReused, Report, Submission, UnknownAgency, UnknownCategory
from services.intake.keys import Keys
from services.intake.progress import Happened, Milestone, Progress
from services.intake.settings import Settings
from services.intake.tracking import new_tracking_id
from shared.contracts.audit import audit_of
from shared.contracts.sealed import ContactDetails, ContactReceived
from shared.contracts.vocabulary import Channel, ClockName, Kind, TrackingId
from shared.messaging import outbox

TRIES = 8
"""Tracking IDs that are tried before giving up; one in millions is taken."""
Audit = audit_of("intake")


class NoTrackingId(Exception):
    """No free tracking ID was found."""


@dataclass(frozen=True)
class Receipt:
    """What the sender is told; `token` opens the report's private page and is stored nowhere."""

    report: Report
    token: str
    repeated: bool


@dataclass(frozen=True)
class Promises:
    """Working days that a reporter is told of."""

    response_days: int
    closure_days: int


@dataclass(frozen=True)
class Incoming:
    """An SMS as the gateway pushed it."""

    gateway_id: str
    sender: str | None
    recipient: str
    text: str


async def submit(
    session: AsyncSession, submission: Submission, *, keys: Keys, settings: Settings, now: datetime
) -> Receipt:
    """Take in a report: it, its sealed contact and their events, or nothing. The same attempt again gives the same receipt.

    Raises:
        UnknownAgency, UnknownCategory: the wish names what is not there.
        KeyReused: the attempt was made before with another content.
        NoTrackingId
    """
    attempt = keys.attempt(submission.channel, submission.attempt)
    fingerprint = keys.fingerprint(*submission.content())
    token = keys.token(attempt, fingerprint)
    repeated = await _made_before(session, attempt, fingerprint, token)
    if repeated is not None:
        return repeated
    await _check_wishes(session, submission)
    verify_by = await _verify_by(session, settings, now)
    number = submission.contact.phone if submission.channel is Channel.SMS else None
    report_id, reporter_ref = uuid4(), uuid4()
    for _ in range(TRIES):
        report = domain.receive(
            submission,
            report_id=report_id,
            tracking_id=new_tracking_id(),
            reporter_ref=reporter_ref,
            shown_number=phones.label_of(number) if number else None,
            verify_by=verify_by,
            now=now,
        )
        if await store.add_report(
            session, report, attempt=attempt, fingerprint=fingerprint, token_hash=keys.token_hash(token)
        ):
            await _pass_on(session, report, submission.contact, keys, now)
            return Receipt(report, token, repeated=False)
        repeated = await _made_before(session, attempt, fingerprint, token)
        if repeated is not None:
            return repeated
    raise NoTrackingId


async def take_sms(
    session: AsyncSession, incoming: Incoming, *, keys: Keys, settings: Settings, now: datetime
) -> Receipt:
    """Take in an SMS; what the gateway or the sender repeats is the report that it was (rules.md §1)."""
    number = phones.to_e164(incoming.sender) if incoming.sender else None
    gateway_id = keys.attempt(Channel.SMS, incoming.gateway_id)
    fingerprint = keys.fingerprint(number or incoming.sender, incoming.recipient, incoming.text)
    await store.lock_message(session, fingerprint)
    window = timedelta(minutes=settings.sms_window_minutes)
    known = await store.same_message(session, gateway_id, fingerprint, now - window)
    report = await store.by_id(session, known) if known is not None else None
    if report is not None:
        await store.add_message(session, gateway_id, fingerprint, report.report_id, report.received_at)
        return Receipt(report, "", repeated=True)
    submission = await _read_sms(session, incoming, number, settings)
    receipt = await submit(session, submission, keys=keys, settings=settings, now=now)
    await store.add_message(session, gateway_id, fingerprint, receipt.report.report_id, now)
    return receipt


async def keep_unread(
    session: AsyncSession, gateway_id: str, sender: str | None, body: bytes, reason: str, *, keys: Keys, now: datetime
) -> None:
    """Keep a message that cannot be a report, for an operator; its sender only sealed."""
    number = phones.to_e164(sender) if sender else None
    sealed = None
    if number:
        key = await projections.newest_sealing_key(session) or keys.provisioned
        sealed = key.seal(ContactDetails(phone=number).model_dump_json().encode())
    unread = store.Unread(uuid4(), reason, body, now)
    await store.add_unread(session, unread, keys.attempt(Channel.SMS, gateway_id), sealed)


async def show_unread(session: AsyncSession, *, limit: int, actor: str, now: datetime) -> list[store.Unread]:
    """Let an operator look at messages that are no reports; the look is audited."""
    outbox.stage(session, Audit(actor=actor, action="unread-messages-viewed", occurred_at=now))
    return list(await store.unread_messages(session, limit))


async def promises(session: AsyncSession, settings: Settings) -> Promises:
    """How long the clocks run that a reporter is told of, before sla has set them."""
    told = await projections.policies(session)
    return Promises(
        response_days=told.get(ClockName.RESPONSE, settings.response_days),
        closure_days=told.get(ClockName.CLOSURE, settings.closure_days),
    )


async def progress_of(session: AsyncSession, report: Report) -> Progress:
    """Where a report stands."""
    return progress.of(report, (await projections.milestones(session, [report.report_id]))[report.report_id])


async def add(session: AsyncSession, report_id: UUID, *, command_id: UUID, text: str, now: datetime) -> None:
    """The reporter completes a returned report; the same command again changes nothing.

    Raises:
        AlreadyWithdrawn, NothingAsked, LookupError
    """
    report = await store.lock(session, report_id)
    if await store.has_supplement(session, command_id):
        return
    asked = (await progress_of(session, report)).asked
    events = domain.supplement(report, asked=asked is not None, command_id=command_id, text=text, now=now)
    await store.add_supplement(session, command_id, report_id, text, now)
    outbox.stage(session, *events)
    after = max(now, asked.occurred_at) if asked else now  # another service's clock may be ahead of ours
    completed = Milestone(command_id, report_id, Happened.SUPPLEMENTED, after)
    await projections.add_milestone(session, completed)


async def raise_flags(
    session: AsyncSession, report_id: UUID, *, anonymous: bool, confidential: bool, now: datetime
) -> Report:
    """The reporter asks for more privacy; flags are never lowered.

    Raises:
        LookupError: there is no such report.
    """
    report = await store.lock(session, report_id)
    raised, events = domain.raise_flags(report, anonymous=anonymous, confidential=confidential, now=now)
    if events:
        await store.add_flags(session, report_id, anonymous=raised.anonymous, confidential=raised.confidential)
        outbox.stage(session, *events)
    return raised


async def decide_flags(session: AsyncSession, report_id: UUID, *, anonymous: bool, confidential: bool) -> None:
    """An administrator added flags; remembered also for a report that is not known."""
    await store.hold(session, report_id)
    await store.add_flags(session, report_id, anonymous=anonymous, confidential=confidential)


async def withdraw(session: AsyncSession, report_id: UUID, *, now: datetime) -> None:
    """The reporter takes the report back.

    Raises:
        AlreadyDecided, LookupError
    """
    report = await store.lock(session, report_id)
    over = (await progress_of(session, report)).over
    taken_back, events = domain.withdraw(report, over=over, now=now)
    if events and taken_back.withdrawn_at is not None:
        await store.withdraw(session, report_id, taken_back.withdrawn_at)
        outbox.stage(session, *events)


async def find(session: AsyncSession, tracking_id: TrackingId) -> UUID | None:
    """The report with a tracking ID, for operators' tools."""
    return await store.id_of(session, tracking_id)


async def _made_before(session: AsyncSession, attempt: bytes, fingerprint: bytes, token: str) -> Receipt | None:
    earlier = await store.by_attempt(session, attempt)
    if earlier is None:
        return None
    if earlier.fingerprint != fingerprint:
        raise KeyReused
    return Receipt(earlier.report, token, repeated=True)


async def _check_wishes(session: AsyncSession, submission: Submission) -> None:
    if submission.agency_wish and not await projections.has_agency(session, submission.agency_wish):
        raise UnknownAgency
    if submission.category_wish and not await projections.has_category(session, submission.category_wish):
        raise UnknownCategory


async def _verify_by(session: AsyncSession, settings: Settings, now: datetime) -> datetime:
    days = (await projections.policies(session)).get(ClockName.VERIFICATION, settings.verification_days)
    return (await projections.calendar(session)).add(now, days)


async def _pass_on(session: AsyncSession, report: Report, contact: ContactDetails, keys: Keys, now: datetime) -> None:
    """Stage what the others must hear, and put the report on its owners' lists."""
    outbox.stage(session, domain.submitted(report))
    owners = []
    if contact.account_id is not None:
        owners.append(keys.owner_of_account(contact.account_id))
    if contact.phone is not None and report.channel is Channel.SMS:
        owners.append(keys.owner_of_phone(contact.phone))
    for owner in owners:
        await store.add_owner(session, owner, report.report_id, now)
    if not report.has_contact:
        return
    key = await projections.newest_sealing_key(session) or keys.provisioned
    sealed = key.seal(contact.model_dump_json().encode())
    await store.add_sealed_contact(
        session, store.SealedContact(report.reporter_ref, report.report_id, key.key_id, sealed), now
    )
    outbox.stage(
        session,
        ContactReceived(
            occurred_at=now,
            reporter_ref=report.reporter_ref,
            report_id=report.report_id,
            tracking_id=report.tracking_id,
            key_id=key.key_id,
            sealed=sealed,
        ),
    )


async def _read_sms(session: AsyncSession, incoming: Incoming, number: str | None, settings: Settings) -> Submission:
    message = sms.take_flags(incoming.text)
    candidates = [opening.keyword for opening in sms.openings(message.text)]
    routed = sms.route(message.text, await projections.keywords(session, candidates))
    agency = routed.agency
    if agency is None and routed.region is not None:
        agency = await projections.local_government(session, routed.region)
    return Submission(
        channel=Channel.SMS,
        attempt=incoming.gateway_id,
        kind=Kind.COMPLAINT,
        title=sms.title_of(routed.subject or incoming.text, settings.sms_title),
        body=routed.body or incoming.text,
        region=routed.region,
        agency_wish=agency,
        anonymous=message.anonymous,
        confidential=message.confidential,
        contact=ContactDetails(phone=number),
    )
