"""What of a report is public: one place that turns a case into its snapshot. Pure."""

from datetime import datetime

from services.dispatch.cases import Case, Disposition, Entry
from shared.contracts.publications import Publication, PublicDisposition, PublicEntry


class NotPublic(Exception):
    """A confidential, withdrawn or undisposed report was about to be published; a fault of ours, refused at the last door."""


def snapshot(case: Case, version: int, *, now: datetime) -> Publication:
    """The report as the public may see it: redacted text, no name if anonymous (rules.md §4, §7).

    Raises:
        NotPublic: the public may see nothing of it.
    """
    if not case.public:
        raise NotPublic
    return Publication(
        occurred_at=now,
        version=version,
        report_id=case.report_id,
        tracking_id=case.tracking_id,
        kind=case.kind,
        category=case.category,
        channel=case.channel,
        status=case.status,
        title=case.title,
        body=case.public_body,
        event_date=case.event_date,
        place=case.place,
        zone=case.zone,
        anonymous=case.flags.anonymous,
        reporter_label=case.shown_label,
        lead=case.lead,
        received_at=case.received_at,
        verified_at=case.verified_at,
        disposed_at=case.disposed_at,
        first_follow_up_at=case.first_follow_up_at,
        closes_at=case.closes_at,
        closed_at=case.closed_at,
        dispositions=tuple(_disposition(d) for d in case.dispositions),
        entries=tuple(_entry(e) for e in case.entries),
    )


def _disposition(held: Disposition) -> PublicDisposition:
    return PublicDisposition(
        disposition_id=held.disposition_id,
        agency=held.agency,
        unit=held.unit,
        lead=held.lead,
        disposed_at=held.disposed_at,
        answer_by=held.answer_by,
        answered_at=held.answered_at,
    )


def _entry(entry: Entry) -> PublicEntry:
    return PublicEntry(
        entry_id=entry.entry_id,
        author=entry.author,
        agency=entry.agency,
        unit=entry.unit,
        kind=entry.kind,
        text=entry.text,
        posted_at=entry.posted_at,
    )
