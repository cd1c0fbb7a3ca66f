"""The rules of receiving: what a report is, what may be shown of its reporter, what its reporter may still do (rules.md §1, §2, §7)."""

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from uuid import UUID

from shared.contracts.reporter_privacy import FlagsSet, ReportWithdrawn
from shared.contracts.reports import ReportSubmitted, ReportSupplemented
from shared.contracts.sealed import ContactDetails
from shared.contracts.vocabulary import (
    AgencyCode,
    CategoryCode,
    Channel,
    Kind,
    Language,
    Place,
    RegionCode,
    TrackingId,
    Zone,
)
from shared.zones import zone_of


class Refused(Exception):
    """A reporter's wish that the rules do not allow now."""


class NothingAsked(Refused):
    """The report does not wait for its reporter."""


class AlreadyWithdrawn(Refused):
    """The report was taken back."""


class AlreadyDecided(Refused):
    """Too late: the report is closed or rejected."""


class UnknownAgency(Exception):
    """The agency wished for is not in the directory."""


class UnknownCategory(Exception):
    """The category is not offered."""


class KeyReused(Exception):
    """An idempotency key came again with another content."""


@dataclass(frozen=True)
class Submission:
    """A report as a channel hands it over, checked for form; nothing of it is stored yet."""

    channel: Channel
    attempt: str
    """What the channel tells attempts apart by: the same attempt is the same report. Not shorter than 128 bits where strangers choose it."""
    kind: Kind
    title: str
    body: str
    language: Language = Language.INDONESIAN
    event_date: date | None = None
    place: str | None = None
    region: RegionCode | None = None
    agency_wish: AgencyCode | None = None
    category_wish: CategoryCode | None = None
    anonymous: bool = False
    confidential: bool = False
    contact: ContactDetails = field(default_factory=ContactDetails, repr=False)

    @property
    def has_contact(self) -> bool:
        """Whether there is anything to seal."""
        contact = self.contact
        return any(part is not None for part in (contact.name, contact.email, contact.phone, contact.account_id))

    def content(self) -> tuple[str | None, ...]:
        """Everything that was said, for telling a repeated attempt from a changed one."""
        return (
            self.kind,
            self.title,
            self.body,
            self.event_date.isoformat() if self.event_date else None,
            self.place,
            self.region,
            self.agency_wish,
            self.category_wish,
            str(self.anonymous),
            str(self.confidential),
            self.contact.name,
            self.contact.email,
            self.contact.phone,
        )


@dataclass(frozen=True)
class Report:
    """A report as received. Contact data is no part of it."""

    report_id: UUID
    tracking_id: TrackingId
    reporter_ref: UUID
    reporter_label: str | None
    has_contact: bool
    channel: Channel
    language: Language
    kind: Kind
    title: str
    body: str
    event_date: date | None
    place: str | None
    region: RegionCode | None
    agency_wish: AgencyCode | None
    category_wish: CategoryCode | None
    anonymous: bool
    confidential: bool
    received_at: datetime
    verify_by: datetime
    withdrawn_at: datetime | None = None

    @property
    def zone(self) -> Zone:
        """Whose clocks its pages show."""
        return zone_of(self.region)


def label_of(submission: Submission, shown_number: str | None) -> str | None:
    """What may be shown of the reporter (rules.md §7): nothing if anonymous; of an SMS the number without its end; else the name given."""
    if submission.anonymous:
        return None
    if submission.channel is Channel.SMS:
        return shown_number
    return submission.contact.name


def receive(
    submission: Submission,
    *,
    report_id: UUID,
    tracking_id: TrackingId,
    reporter_ref: UUID,
    shown_number: str | None,
    verify_by: datetime,
    now: datetime,
) -> Report:
    """The report that a submission becomes."""
    return Report(
        report_id=report_id,
        tracking_id=tracking_id,
        reporter_ref=reporter_ref,
        reporter_label=label_of(submission, shown_number),
        has_contact=submission.has_contact,
        channel=submission.channel,
        language=submission.language,
        kind=submission.kind,
        title=submission.title,
        body=submission.body,
        event_date=submission.event_date,
        place=submission.place,
        region=submission.region,
        agency_wish=submission.agency_wish,
        category_wish=submission.category_wish,
        anonymous=submission.anonymous,
        confidential=submission.confidential,
        received_at=now,
        verify_by=verify_by,
    )


def submitted(report: Report) -> ReportSubmitted:
    """The word to the other services that a report was received."""
    return ReportSubmitted(
        occurred_at=report.received_at,
        report_id=report.report_id,
        tracking_id=report.tracking_id,
        reporter_ref=report.reporter_ref,
        reporter_label=report.reporter_label,
        has_contact=report.has_contact,
        kind=report.kind,
        channel=report.channel,
        language=report.language,
        anonymous=report.anonymous,
        confidential=report.confidential,
        title=report.title,
        body=report.body,
        event_date=report.event_date,
        place=Place(text=report.place, region=report.region),
        agency_wish=report.agency_wish,
        category_wish=report.category_wish,
        received_at=report.received_at,
        verify_by=report.verify_by,
    )


def with_flags(report: Report, *, anonymous: bool, confidential: bool) -> Report:
    """Flags only ever rise (rules.md §7); an anonymous report shows no label."""
    raised = anonymous or report.anonymous
    return replace(
        report,
        anonymous=raised,
        confidential=confidential or report.confidential,
        reporter_label=None if raised else report.reporter_label,
    )


def raise_flags(
    report: Report, *, anonymous: bool, confidential: bool, now: datetime
) -> tuple[Report, tuple[FlagsSet, ...]]:
    """The reporter asks for more privacy, at any time, also after closure. No event where nothing changes."""
    raised = with_flags(report, anonymous=anonymous, confidential=confidential)
    if raised == report:
        return report, ()
    flags = FlagsSet(
        occurred_at=now, report_id=report.report_id, anonymous=raised.anonymous, confidential=raised.confidential
    )
    return raised, (flags,)


def supplement(
    report: Report, *, asked: bool, command_id: UUID, text: str, now: datetime
) -> tuple[ReportSupplemented, ...]:
    """The reporter completes a returned report.

    Raises:
        AlreadyWithdrawn, NothingAsked
    """
    if report.withdrawn_at is not None:
        raise AlreadyWithdrawn
    if not asked:
        raise NothingAsked
    return (ReportSupplemented(occurred_at=now, report_id=report.report_id, command_id=command_id, text=text),)


def withdraw(report: Report, *, over: bool, now: datetime) -> tuple[Report, tuple[ReportWithdrawn, ...]]:
    """The reporter takes the report back; a second time changes nothing.

    Raises:
        AlreadyDecided: it is closed or rejected, what was published stays (rules.md §7).
    """
    if report.withdrawn_at is not None:
        return report, ()
    if over:
        raise AlreadyDecided
    taken_back = replace(report, withdrawn_at=now)
    return taken_back, (ReportWithdrawn(occurred_at=now, report_id=report.report_id),)
