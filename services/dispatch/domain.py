"""A report in the hands of agencies: who must answer, what each entry does, when silence closes it. Pure rules.

Whoever calls holds the lock on the report. Every function returns the new case and what happened; nothing is changed in place.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import uuid5

from services.dispatch.cases import Author, Case, Disposition, Draft, Entry, Flags, Schedule, Unit
from shared.contracts.dispositions import ReportDisposed
from shared.contracts.follow_ups import EntryPosted, ReportClosed
from shared.contracts.verifications import ReportVerified
from shared.contracts.vocabulary import AgencyCode, AuthorRole, ClockName, EntryKind, Status
from shared.working_days import WorkingCalendar

OPEN = frozenset({Status.DISPOSED, Status.IN_FOLLOW_UP})
"""Where the thread takes entries."""
KINDS = {
    AuthorRole.AGENCY: frozenset({EntryKind.INITIAL, EntryKind.QUESTION, EntryKind.PROGRESS, EntryKind.RESOLUTION}),
    AuthorRole.REPORTER: frozenset({EntryKind.REPLY, EntryKind.THANKS}),
    AuthorRole.ADMINISTRATOR: frozenset({EntryKind.STATEMENT}),
}
"""What each may write (rules.md §5)."""


class NotOpen(Exception):
    """The thread takes nothing more: the report is closed or withdrawn."""

    def __init__(self, status: Status) -> None:
        super().__init__(status.value)
        self.status = status


class NotTheirs(Exception):
    """The agency holds no disposition of this report."""


class KindNotAllowed(Exception):
    """That kind of entry is not for this author to write."""


class AgencyExcluded(Exception):
    """The report must never reach this agency: it is about its retaliation (rules.md §7)."""


def open_case(
    verified: ReportVerified, units: Iterable[Unit], remembered: Flags, schedule: Schedule, *, now: datetime
) -> tuple[Case, tuple[ReportDisposed, ...]]:
    """Take in a verified report and hand it to its agencies, each with a clock of its own (rules.md §4, §5).

    `units` are the agencies it names, as the directory knows them; `remembered` what was decided about its privacy before it came. A report
    that was withdrawn in the meantime is taken in and handed to nobody.

    Raises:
        AgencyExcluded: it names an agency that must not see it, or a unit below one.
    """
    flags = remembered | Flags(anonymous=verified.anonymous, confidential=verified.confidential)
    case = Case(
        report_id=verified.report_id,
        tracking_id=verified.tracking_id,
        reporter_ref=verified.reporter_ref,
        reporter_label=None if flags.anonymous else verified.reporter_label,
        channel=verified.channel,
        kind=verified.kind,
        category=verified.category,
        category_version=verified.category_version,
        title=verified.title,
        body=verified.body,
        public_body=verified.public_body,
        event_date=verified.event_date,
        place=verified.place,
        zone=verified.zone,
        flags=flags,
        lead=verified.lead,
        excluded=verified.excluded_agencies,
        attachments=verified.attachments,
        received_at=verified.received_at,
        verified_at=verified.verified_at,
        disposed_at=now,
        status=Status.WITHDRAWN if flags.withdrawn else Status.DISPOSED,
    )
    if flags.withdrawn:
        return case, ()
    dispositions = tuple(_hand_to(case, unit, schedule, now) for unit in units)
    return replace(case, dispositions=dispositions), tuple(_disposed(case, d, now) for d in dispositions)


def _hand_to(case: Case, unit: Unit, schedule: Schedule, now: datetime) -> Disposition:
    if any(unit.is_below(excluded) for excluded in case.excluded):
        raise AgencyExcluded(unit.code)
    answer_by = schedule.answer_by(now)
    return Disposition(
        disposition_id=uuid5(case.report_id, f"disposition/{unit.code}"),
        agency=unit.agency,
        unit=unit.code if unit.code != unit.agency else None,
        lead=unit.code == case.lead,
        previous=None,
        path=unit.path,
        disposed_at=now,
        answer_by=answer_by,
        due_at=answer_by,
    )


def _disposed(case: Case, disposition: Disposition, now: datetime) -> ReportDisposed:
    return ReportDisposed(
        occurred_at=now,
        report_id=case.report_id,
        tracking_id=case.tracking_id,
        reporter_ref=case.reporter_ref,
        disposition_id=disposition.disposition_id,
        agency=disposition.agency,
        unit=disposition.unit,
        lead=disposition.lead,
        previous=disposition.previous,
        disposed_at=disposition.disposed_at,
        answer_by=disposition.answer_by,
    )


def post(case: Case, draft: Draft, author: Author, schedule: Schedule, *, now: datetime) -> tuple[Case, EntryPosted]:
    """Add an entry to the thread, with what it does to status and clocks (rules.md §5, §6).

    An answer of an agency meets its clock. The first progress or resolution puts the report in follow-up; of the lead, it starts the silence
    anew. A reply or statement ends the silence and, after a follow-up of the lead, asks the lead again; thanks ask for nothing.

    Raises:
        NotOpen: the report is closed or withdrawn.
        KindNotAllowed: the author may not write that.
        NotTheirs: an officer whose agency holds no disposition of it.
    """
    if draft.kind not in KINDS.get(author.role, frozenset()):
        raise KindNotAllowed(draft.kind.value)
    held = case.held_by(author.station) if author.station else None
    if author.role is AuthorRole.AGENCY and held is None:
        raise NotTheirs
    if case.status not in OPEN:
        raise NotOpen(case.status)
    version = case.thread_version + 1
    entry = Entry(
        entry_id=uuid5(case.report_id, f"entry/{version}"),
        command_id=draft.command_id,
        author=author.role,
        agency=held.agency if held else None,
        unit=_signed_as(author, held),
        disposition_id=held.disposition_id if held else None,
        kind=draft.kind,
        text=draft.text,
        posted_at=now,
        posted_by=author.account_id,
        thread_version=version,
    )
    case = replace(case, thread_version=version, entries=(*case.entries, entry))
    case = _answered(case, held, entry, schedule) if held else _objected(case, entry, schedule)
    posted = EntryPosted(
        occurred_at=now,
        report_id=case.report_id,
        tracking_id=case.tracking_id,
        reporter_ref=case.reporter_ref,
        thread_version=version,
        entry_id=entry.entry_id,
        command_id=entry.command_id,
        author=entry.author,
        agency=entry.agency,
        disposition_id=entry.disposition_id,
        kind=entry.kind,
    )
    return case, posted


def _signed_as(author: Author, held: Disposition | None) -> AgencyCode | None:
    """The unit an answer is signed with: whoever holds the report, or else where the officer works."""
    if held is None:
        return None
    return held.unit or (author.station if author.station != held.agency else None)


def _answered(case: Case, held: Disposition, entry: Entry, schedule: Schedule) -> Case:
    """What an agency writes meets the agency's clock, whichever of its units holds the report."""
    case = replace(
        case,
        dispositions=tuple(
            replace(d, answered_at=d.answered_at or entry.posted_at, due_at=None) if d.agency == held.agency else d
            for d in case.dispositions
        ),
    )
    if not entry.kind.is_follow_up:
        return case
    case = replace(case, status=Status.IN_FOLLOW_UP, first_follow_up_at=case.first_follow_up_at or entry.posted_at)
    if held.agency not in _lead(case):
        return case
    return replace(case, closes_at=schedule.closes_at(entry.posted_at), silence_version=entry.thread_version)


def _lead(case: Case) -> frozenset[AgencyCode]:
    return frozenset(d.agency for d in case.dispositions if d.lead)


def _objected(case: Case, entry: Entry, schedule: Schedule) -> Case:
    """A reply or statement ends the silence; after a follow-up of the lead it asks the lead again."""
    if entry.kind is EntryKind.THANKS:
        return case
    lead = _lead(case)
    if any(e.kind.is_follow_up and e.agency in lead for e in case.entries):
        asked = schedule.answer_by(entry.posted_at)
        dispositions = tuple(replace(d, due_at=d.due_at or asked) if d.lead else d for d in case.dispositions)
        case = replace(case, dispositions=dispositions)
    return replace(case, closes_at=None, silence_version=None)


def reschedule(case: Case, clock: ClockName, agency: AgencyCode | None, due_at: datetime) -> Case:
    """Go by what sla reckoned: a decree or an outage moves the clocks that run (rules.md §10)."""
    if case.status not in OPEN:
        return case
    if clock is ClockName.CLOSURE:
        return replace(case, closes_at=due_at) if case.closes_at is not None else case
    if clock is not ClockName.RESPONSE:
        return case
    return replace(
        case,
        dispositions=tuple(
            replace(d, due_at=due_at, answer_by=d.answer_by if d.answered_at else due_at)
            if d.due_at is not None and d.agency == agency
            else d
            for d in case.dispositions
        ),
    )


@dataclass(frozen=True, slots=True)
class Standing:
    """How near a limit is."""

    late: bool
    near: bool
    days: int
    """Working days that are left, or that it is late."""


def standing(limit: datetime, calendar: WorkingCalendar, soon_days: int, *, now: datetime) -> Standing:
    """How a limit stands now; near from `soon_days` working days before it."""
    if limit < now:
        return Standing(late=True, near=False, days=calendar.between(limit, now))
    days = calendar.between(now, limit)
    return Standing(late=False, near=days <= soon_days, days=days)


def close(case: Case, thread_version: int, *, now: datetime) -> tuple[Case, ReportClosed] | None:
    """Close a report after ten working days of silence, or None where the timer has no effect (rules.md §6).

    `thread_version` is the thread that the timer is based on. It has no effect on a thread in which somebody replied or the lead wrote a new
    follow-up since; thanks and other agencies' entries since do not end the silence, so they do not stop it.
    """
    if case.status is not Status.IN_FOLLOW_UP or case.silence_version is None:
        return None
    if not case.silence_version <= thread_version <= case.thread_version:
        return None
    version = case.thread_version + 1
    dispositions = tuple(replace(d, due_at=None) for d in case.dispositions)
    closed = replace(
        case, status=Status.CLOSED, thread_version=version, closed_at=now, closes_at=None, silence_version=None
    )
    return replace(closed, dispositions=dispositions), ReportClosed(
        occurred_at=now,
        report_id=case.report_id,
        tracking_id=case.tracking_id,
        reporter_ref=case.reporter_ref,
        thread_version=version,
    )


def mark_missed(case: Case, agency: AgencyCode | None, *, missed_at: datetime) -> Case:
    """Remember that an agency's time for its first answer is over; None is every agency that has not answered."""
    return replace(
        case,
        dispositions=tuple(
            replace(d, missed_at=d.missed_at or missed_at)
            if d.answered_at is None and agency in (None, d.agency)
            else d
            for d in case.dispositions
        ),
    )


def protect(case: Case, flags: Flags) -> Case:
    """Apply flags that were raised: who is anonymous is forgotten here, a withdrawn report is nobody's to answer any more (rules.md §7)."""
    joined = case.flags | flags
    case = replace(case, flags=joined, reporter_label=None if joined.anonymous else case.reporter_label)
    if not joined.withdrawn or case.status is Status.WITHDRAWN:
        return case
    return replace(
        case,
        status=Status.WITHDRAWN,
        thread_version=case.thread_version + 1,
        closes_at=None,
        silence_version=None,
        dispositions=tuple(replace(d, due_at=None) for d in case.dispositions),
    )
