"""What may become of a case, as pure rules (rules.md §3, §7).

A case is open while it is received, waits for its reporter or is held for an agency that is not connected; it is decided once. Flags are
only ever added. Nothing leaves a withdrawn case.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from services.verification.cases import (
    TEXT_LIMIT,
    Administrator,
    Agency,
    Case,
    Category,
    Entry,
    Flags,
    Happened,
    Outcome,
    Question,
    Verification,
)
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.reports import ReportSubmitted
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.contracts.vocabulary import RejectionReason, Status
from shared.zones import zone_of


class AlreadyDecided(Exception):
    """The case was decided, or changed, after the administrator opened it."""


class UnknownAgency(Exception):
    """No such agency in the directory; `args[0]` is the code."""


class UnknownCategory(Exception):
    """No such category; `args[0]` is the code."""


class NotConnected(Exception):
    """The agency is not connected: hold the case for it; `args[0]` is its name."""


class Connected(Exception):
    """A case cannot be held for a connected agency: verify it; `args[0]` is its name."""


class NotAnAgency(Exception):
    """A unit below an agency was named: cases go to agencies, which hand them on inside; `args[0]` is its name."""


class Excluded(Exception):
    """The report is about retaliation by that agency and never goes there; `args[0]` is its name."""


class TextTooLong(Exception):
    """With what the reporter added the text is longer than an agency can be given; it must be shortened first."""


class NoPublicText(Exception):
    """A report that is published needs a text for the public."""


class NothingAdded(Exception):
    """Every flag asked for is set already."""


def submitted(event: ReportSubmitted, *, flags: Flags, withdrawn: bool, due_at: datetime | None) -> Outcome:
    """A case for a report that came in; `flags`, `withdrawn` and `due_at` are what was heard of it before."""
    union = Flags(event.anonymous, event.confidential) | flags
    case = Case(
        report_id=event.report_id,
        tracking_id=event.tracking_id,
        reporter_ref=event.reporter_ref,
        reporter_label=None if union.anonymous else event.reporter_label,
        has_contact=event.has_contact,
        kind=event.kind,
        channel=event.channel,
        language=event.language,
        title=event.title,
        body=event.body,
        event_date=event.event_date,
        place=event.place,
        agency_wish=event.agency_wish,
        category_wish=event.category_wish,
        attachments=event.attachments,
        received_at=event.received_at,
        due_at=due_at or event.verify_by,
        flags=union,
        status=Status.WITHDRAWN if withdrawn else Status.RECEIVED,
    )
    return Outcome(case, (), Entry(Happened.SUBMITTED, event.received_at, {"channel": event.channel.value}))


def supplemented(case: Case, text: str, *, at: datetime) -> Outcome:
    """The reporter added text. A returned case is back in the queue; a decided one keeps its decision."""
    changed = case
    if not case.is_withdrawn:
        status = Status.RECEIVED if case.status is Status.NEEDS_COMPLETION else case.status
        changed = replace(case, body=f"{case.body}\n\n{text}", status=status, version=case.version + 1)
    return Outcome(changed, (), Entry(Happened.SUPPLEMENTED, at, {"text": text}))


def flagged(case: Case, flags: Flags, *, at: datetime) -> Outcome | None:
    """The reporter raised flags, at any time; None if all were set before."""
    changed = _with_flags(case, flags)
    return Outcome(changed, (), _flag_entry(flags, at, None)) if changed is not case else None


def withdrawn(case: Case, *, at: datetime) -> Outcome | None:
    """The reporter took the report back, at any time; None if that is known."""
    if case.is_withdrawn:
        return None
    changed = replace(case, status=Status.WITHDRAWN, held_for=None, held_by=None, version=case.version + 1)
    return Outcome(changed, (), Entry(Happened.WITHDRAWN, at, {}))


def verify(case: Case, version: int, decided: Verification, *, by: Administrator, now: datetime) -> Outcome:
    """Accept a report and name the agencies that must answer it; flags decided with it are announced, too.

    A confidential report carries no text for the public, whatever was typed: what is not there cannot leak.

    Raises:
        AlreadyDecided: the case is not open, or not the version that the administrator saw.
        NotAnAgency, NotConnected, Excluded: an agency named cannot be given it.
        TextTooLong: `decided.body` is needed, or too long itself.
        NoPublicText: there is none, and the report is not confidential.
    """
    _check_open(case, version)
    agencies = tuple(dict.fromkeys((decided.lead, *decided.further)))
    for agency in agencies:
        _check_agency(case, agency)
        if not agency.connected:
            raise NotConnected(agency.name)
    body = case.body if decided.body is None else decided.body
    if max(len(body), len(decided.public_body)) > TEXT_LIMIT:
        raise TextTooLong
    flagged_case = _with_flags(case, decided.flags)
    public_body = "" if flagged_case.flags.confidential else decided.public_body
    if not public_body and not flagged_case.flags.confidential:
        raise NoPublicText
    changed = replace(
        flagged_case, status=Status.VERIFIED, kind=decided.kind, title=decided.title, held_for=None, held_by=None,
        version=flagged_case.version + 1,
    )  # fmt: skip
    verified = ReportVerified(
        occurred_at=now,
        report_id=case.report_id,
        tracking_id=case.tracking_id,
        reporter_ref=case.reporter_ref,
        decided_by=by.account_id,
        reporter_label=changed.reporter_label,
        channel=case.channel,
        language=case.language,
        kind=decided.kind,
        category=decided.category.code,
        category_version=decided.category.version,
        title=decided.title,
        body=body,
        public_body=public_body,
        event_date=case.event_date,
        place=case.place,
        zone=zone_of(case.place.region or decided.lead.region),
        anonymous=changed.flags.anonymous,
        confidential=changed.flags.confidential,
        agencies=tuple(agency.code for agency in agencies),
        lead=decided.lead.code,
        excluded_agencies=case.excluded_agencies,
        attachments=case.attachments,
        received_at=case.received_at,
        verified_at=now,
    )
    added = () if changed.flags == case.flags else (_flags_decided(case, decided.flags, by, now),)
    facts = {
        "agencies": ", ".join(agency.name for agency in agencies),
        "category": decided.category.code,
        "public_body": public_body,
    }
    return Outcome(changed, (*added, verified), Entry(Happened.VERIFIED, now, facts, by))


def give_back(
    case: Case, version: int, missing: str, *, complete_by: datetime, by: Administrator, now: datetime
) -> Outcome:
    """Ask the reporter to complete it; the verification clock pauses.

    Raises:
        AlreadyDecided: as for `verify`, or it waits for its reporter already.
    """
    _check_open(case, version, besides=Status.NEEDS_COMPLETION)
    changed = replace(case, status=Status.NEEDS_COMPLETION, held_for=None, held_by=None, version=case.version + 1)
    event = ReportReturned(**_decision(case, by.account_id, now), missing=missing, complete_by=complete_by)
    return Outcome(changed, (event,), Entry(Happened.RETURNED, now, {"text": missing}, by))


def reject(
    case: Case, version: int, reason: RejectionReason, explanation: str | None, *, by: Administrator, now: datetime
) -> Outcome:
    """Out of scope, for one of the six reasons.

    Raises:
        AlreadyDecided: as for `verify`.
    """
    _check_open(case, version)
    changed = replace(case, status=Status.REJECTED, held_for=None, held_by=None, version=case.version + 1)
    event = ReportRejected(**_decision(case, by.account_id, now), reason=reason, explanation=explanation)
    facts = {"reason": reason.value, "text": explanation or ""}
    return Outcome(changed, (event,), Entry(Happened.REJECTED, now, facts, by))


def hold(case: Case, version: int, agency: Agency, *, by: Administrator, now: datetime) -> Outcome:
    """Keep it for an agency that is not connected yet.

    Raises:
        AlreadyDecided: as for `verify`, or it is held for that agency already.
        Connected: the agency can be given it now.
        NotAnAgency, Excluded: as for `verify`.
    """
    _check_open(case, version)
    if case.held_for == agency.code:
        raise AlreadyDecided
    _check_agency(case, agency)
    if agency.connected:
        raise Connected(agency.name)
    changed = replace(
        case, status=Status.PENDING, held_for=agency.code, held_by=by.account_id, version=case.version + 1
    )
    event = ReportHeld(**_decision(case, by.account_id, now), agency=agency.code)
    return Outcome(changed, (event,), Entry(Happened.HELD, now, {"agency": agency.name}, by))


def release(case: Case, agency: Agency, *, now: datetime) -> Outcome | None:
    """The agency it was held for is connected: back in the queue, where an administrator decides.

    Held is not verified: category, redactions and flags are still to be decided, so nothing goes to the agency by itself. None if the case is
    not held for that agency, or the agency is not connected.
    """
    if case.held_for != agency.code or case.held_by is None or not agency.connected:
        return None
    changed = replace(case, status=Status.RECEIVED, held_for=None, held_by=None, version=case.version + 1)
    event = ReportReleased(**_decision(case, case.held_by, now), agency=agency.code)
    return Outcome(changed, (event,), Entry(Happened.RELEASED, now, {"agency": agency.name}))


def add_flags(case: Case, version: int, flags: Flags, *, by: Administrator, now: datetime) -> Outcome:
    """An administrator adds flags, also after the decision (rules.md §7).

    Raises:
        AlreadyDecided: withdrawn, or not the version that the administrator saw.
        NothingAdded: all of them are set.
    """
    if case.is_withdrawn or case.version != version:
        raise AlreadyDecided
    changed = _with_flags(case, flags)
    if changed is case:
        raise NothingAdded
    return Outcome(changed, (_flags_decided(case, flags, by, now),), _flag_entry(flags, now, by))


def disposed(case: Case, agency: str, *, at: datetime) -> Outcome | None:
    """Dispatch handed it to an agency: the case is done. None while it is not known to be verified."""
    if case.status not in (Status.VERIFIED, Status.DISPOSED, Status.WITHDRAWN):
        return None
    changed = replace(case, status=Status.DISPOSED) if case.status is Status.VERIFIED else case
    return Outcome(changed, (), Entry(Happened.DISPOSED, at, {"agency": agency}))


def missing_questions(case: Case, category: Category) -> Sequence[Question]:
    """Of what the category asks for, what the report's own boxes leave empty: a hint, the text may say it."""
    known = {Question.WHERE: bool(case.place.text or case.place.region), Question.WHEN: case.event_date is not None}
    return tuple(question for question in category.required if not known.get(question, True))


def _check_open(case: Case, version: int, besides: Status | None = None) -> None:
    if not case.is_open or case.status is besides or case.version != version:
        raise AlreadyDecided


def _check_agency(case: Case, agency: Agency) -> None:
    if agency.parent is not None:
        raise NotAnAgency(agency.name)
    if agency.code in case.excluded_agencies:
        raise Excluded(agency.name)


def _with_flags(case: Case, flags: Flags) -> Case:
    union = case.flags | flags
    if union == case.flags:
        return case
    label = None if union.anonymous else case.reporter_label
    return replace(case, flags=union, reporter_label=label, version=case.version + 1)


def _flags_decided(case: Case, flags: Flags, by: Administrator, now: datetime) -> FlagsDecided:
    return FlagsDecided(
        occurred_at=now,
        report_id=case.report_id,
        anonymous=flags.anonymous,
        confidential=flags.confidential,
        decided_by=by.account_id,
    )


def _flag_entry(flags: Flags, at: datetime, by: Administrator | None) -> Entry:
    facts = {name: "yes" for name in ("anonymous", "confidential") if getattr(flags, name)}
    return Entry(Happened.FLAGGED, at, facts, by)


def _decision(case: Case, by: UUID, now: datetime) -> dict[str, Any]:
    return {
        "occurred_at": now,
        "report_id": case.report_id,
        "tracking_id": case.tracking_id,
        "reporter_ref": case.reporter_ref,
        "decided_by": by,
    }
