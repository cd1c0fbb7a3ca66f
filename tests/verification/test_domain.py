from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, consumes, initialize, invariant, rule

from services.verification import domain
from services.verification.cases import Agency, Case, Flags, Happened, Outcome, Question, Verification
from services.verification.domain import AlreadyDecided
from shared.contracts.event import Event
from shared.contracts.privacy_decisions import FlagsDecided
from shared.contracts.verifications import (
    ReportHeld,
    ReportRejected,
    ReportReleased,
    ReportReturned,
    ReportVerified,
)
from shared.contracts.vocabulary import Place, RejectionReason, Status, Zone
from tests.verification.builders import GORONTALO, HEALTH, METRO, NOW, ROADS, SARI, WORKS, case, decision, report

LATER = NOW + timedelta(days=14)


def verified(outcome: Outcome) -> ReportVerified:
    (event,) = [event for event in outcome.events if isinstance(event, ReportVerified)]
    return event


def test_a_verified_report_carries_the_whole_case() -> None:
    found = case(agency_wish="PD-1872")
    outcome = domain.verify(found, 1, decision(further=(HEALTH, METRO)), by=SARI, now=NOW)
    event = verified(outcome)
    assert event.agencies == ("PD-1872", "KL-026")
    assert event.lead == "PD-1872"
    assert event.body == found.body
    assert event.public_body == "Pohon tumbang menutup separuh jalan."
    assert (event.category, event.category_version) == ("jalan", 1)
    assert event.reporter_label == "Dewi A."
    assert event.tracking_id == found.tracking_id
    assert event.decided_by == SARI.account_id
    assert outcome.case.status is Status.VERIFIED


@pytest.mark.parametrize(
    ("region", "lead", "zone"), [("75.01", METRO, Zone.WITA), (None, METRO, Zone.WIB), ("94.71", METRO, Zone.WIT)]
)
def test_the_zone_is_the_places_or_else_the_agencys(region: str | None, lead: Agency, zone: Zone) -> None:
    outcome = domain.verify(case(place=Place(region=region)), 1, decision(lead=lead), by=SARI, now=NOW)
    assert verified(outcome).zone is zone


def test_flags_added_with_the_decision_are_announced_and_hide_the_name() -> None:
    outcome = domain.verify(case(), 1, decision(flags=Flags(anonymous=True)), by=SARI, now=NOW)
    announced, event = outcome.events
    assert isinstance(announced, FlagsDecided)
    assert announced.anonymous
    assert not announced.confidential
    assert verified(outcome) is event
    assert verified(outcome).anonymous
    assert verified(outcome).reporter_label is None


def test_a_confidential_report_carries_no_public_text_and_any_other_needs_one() -> None:
    outcome = domain.verify(case(), 1, decision(flags=Flags(confidential=True)), by=SARI, now=NOW)
    assert verified(outcome).public_body == ""
    with pytest.raises(domain.NoPublicText):
        domain.verify(case(), 1, decision(public_body=""), by=SARI, now=NOW)


@pytest.mark.parametrize(
    ("asked", "refusal"),
    [
        (decision(lead=GORONTALO), domain.NotConnected),
        (decision(further=(GORONTALO,)), domain.NotConnected),
        (decision(lead=WORKS), domain.NotAnAgency),
        (decision(body="x" * 10_001), domain.TextTooLong),
    ],
)
def test_a_verification_that_cannot_be_carried_out_is_refused_by_name(
    asked: Verification, refusal: type[Exception]
) -> None:
    with pytest.raises(refusal):
        domain.verify(case(), 1, asked, by=SARI, now=NOW)


def test_a_report_on_retaliation_never_goes_to_the_agency_it_names() -> None:
    found = replace(case(), excluded_agencies=("PD-1872", "PD-7501"))
    with pytest.raises(domain.Excluded):
        domain.verify(found, 1, decision(further=(METRO,), lead=HEALTH), by=SARI, now=NOW)
    with pytest.raises(domain.Excluded):
        domain.hold(found, 1, GORONTALO, by=SARI, now=NOW)


def test_a_text_grown_too_long_is_shortened_for_the_agency() -> None:
    found = domain.supplemented(case(body="a" * 6_000), "b" * 6_000, at=NOW).case
    assert found.is_too_long
    with pytest.raises(domain.TextTooLong):
        domain.verify(found, found.version, decision(), by=SARI, now=NOW)
    outcome = domain.verify(found, found.version, decision(body="Ringkasan"), by=SARI, now=NOW)
    assert verified(outcome).body == "Ringkasan"


def test_a_completed_report_is_back_in_the_queue_with_the_text_appended() -> None:
    returned = domain.give_back(case(), 1, "Di mana?", complete_by=LATER, by=SARI, now=NOW)
    (event,) = returned.events
    assert isinstance(event, ReportReturned)
    assert (event.missing, event.complete_by) == ("Di mana?", LATER)
    completed = domain.supplemented(returned.case, "Di depan pasar.", at=LATER).case
    assert completed.status is Status.RECEIVED
    assert completed.body.endswith("sejak Senin.\n\nDi depan pasar.")


def test_a_decided_case_keeps_its_decision_when_the_reporter_adds_text() -> None:
    rejected = domain.reject(case(), 1, RejectionReason.PRIVATE_COMPANY, None, by=SARI, now=NOW)
    assert isinstance(rejected.events[0], ReportRejected)
    assert domain.supplemented(rejected.case, "Tambahan", at=LATER).case.status is Status.REJECTED


def test_a_case_is_held_only_for_an_agency_that_is_not_connected_and_released_when_it_is() -> None:
    with pytest.raises(domain.Connected):
        domain.hold(case(), 1, METRO, by=SARI, now=NOW)
    held = domain.hold(case(), 1, GORONTALO, by=SARI, now=NOW)
    assert isinstance(held.events[0], ReportHeld)
    with pytest.raises(AlreadyDecided):
        domain.hold(held.case, held.case.version, GORONTALO, by=SARI, now=NOW)
    assert domain.release(held.case, GORONTALO, now=LATER) is None
    assert domain.release(held.case, METRO, now=LATER) is None
    released = domain.release(held.case, replace(GORONTALO, connected_since=LATER.date()), now=LATER)
    assert released is not None
    assert isinstance(released.events[0], ReportReleased)
    assert released.events[0].decided_by == SARI.account_id
    assert released.case.status is Status.RECEIVED


def test_a_report_withdrawn_or_flagged_before_it_came_is_so_from_the_start() -> None:
    early = domain.submitted(report(), flags=Flags(anonymous=True), withdrawn=True, due_at=LATER).case
    assert early.status is Status.WITHDRAWN
    assert early.reporter_label is None
    assert early.due_at == LATER


def test_flags_can_be_added_after_the_decision_but_not_twice() -> None:
    done = domain.verify(case(), 1, decision(), by=SARI, now=NOW).case
    outcome = domain.add_flags(done, done.version, Flags(confidential=True), by=SARI, now=LATER)
    assert outcome.case.status is Status.VERIFIED
    assert outcome.case.flags == Flags(confidential=True)
    with pytest.raises(domain.NothingAdded):
        domain.add_flags(outcome.case, outcome.case.version, Flags(confidential=True), by=SARI, now=LATER)


def test_a_disposition_before_the_decision_has_to_wait() -> None:
    assert domain.disposed(case(), "PD-1872", at=NOW) is None


def test_the_desk_points_at_boxes_that_were_left_empty() -> None:
    bare = case(place=Place(), event_date=None)
    asking = replace(ROADS, required=(Question.WHAT, Question.WHERE, Question.WHEN))
    assert domain.missing_questions(bare, asking) == (Question.WHERE, Question.WHEN)
    assert domain.missing_questions(case(), asking) == ()


class Desk(RuleBasedStateMachine):
    """Any order of what reporters, administrators and other services do to one report."""

    opened: Bundle[int] = Bundle("opened")  # versions that some administrator has on screen

    @initialize(flags=st.builds(Flags, st.booleans(), st.booleans()), withdrawn=st.booleans())
    def arrive(self, flags: Flags, withdrawn: bool) -> None:
        self.case: Case = domain.submitted(report(), flags=flags, withdrawn=withdrawn, due_at=None).case
        self.said: list[Event] = []
        self.asked = flags
        self.gone = withdrawn

    def keep(self, outcome: Outcome | None) -> None:
        if outcome is None:
            return
        before = self.case
        self.case = outcome.case
        self.said += outcome.events
        assert self.case.version >= before.version
        assert self.case.flags | before.flags == self.case.flags
        for event in outcome.events:
            if isinstance(event, ReportVerified):
                assert Flags(event.anonymous, event.confidential) == self.asked
                assert event.reporter_label is None or not self.asked.anonymous

    @rule(target=opened)
    def look(self) -> int:
        return self.case.version

    @rule(flags=st.builds(Flags, st.booleans(), st.booleans()))
    def reporter_raises_flags(self, flags: Flags) -> None:
        self.asked |= flags
        self.keep(domain.flagged(self.case, flags, at=NOW))

    @rule()
    def reporter_withdraws(self) -> None:
        self.gone = True
        self.keep(domain.withdrawn(self.case, at=NOW))

    @rule()
    def reporter_completes(self) -> None:
        self.keep(domain.supplemented(self.case, "Tambahan.", at=NOW))

    @rule(
        version=consumes(opened),
        flags=st.builds(Flags, st.booleans(), st.booleans()),
        lead=st.sampled_from([METRO, GORONTALO, HEALTH]),
    )
    def administrator_verifies(self, version: int, flags: Flags, lead: Agency) -> None:
        before = self.asked
        self.asked |= flags
        try:
            self.keep(domain.verify(self.case, version, decision(flags=flags, lead=lead), by=SARI, now=NOW))
        except (AlreadyDecided, domain.NotConnected):
            self.asked = before

    @rule(version=consumes(opened), name=st.sampled_from(["return", "reject", "hold"]))
    def administrator_decides_otherwise(self, version: int, name: str) -> None:
        try:
            if name == "return":
                outcome = domain.give_back(self.case, version, "Di mana?", complete_by=LATER, by=SARI, now=NOW)
            elif name == "reject":
                outcome = domain.reject(self.case, version, RejectionReason.CRIMINAL_CASE, None, by=SARI, now=NOW)
            else:
                outcome = domain.hold(self.case, version, GORONTALO, by=SARI, now=NOW)
        except AlreadyDecided:
            return
        self.keep(outcome)

    @rule(version=consumes(opened), flags=st.builds(Flags, st.booleans(), st.booleans()))
    def administrator_adds_flags(self, version: int, flags: Flags) -> None:
        try:
            self.keep(domain.add_flags(self.case, version, flags, by=SARI, now=NOW))
        except (AlreadyDecided, domain.NothingAdded):
            return
        self.asked |= flags

    @rule()
    def agency_connects(self) -> None:
        self.keep(domain.release(self.case, replace(GORONTALO, connected_since=NOW.date()), now=NOW))

    @rule()
    def dispatch_disposes(self) -> None:
        if any(isinstance(event, ReportVerified) for event in self.said):
            outcome = domain.disposed(self.case, "PD-1872", at=NOW)
            assert outcome is not None
            self.keep(outcome)

    @invariant()
    def decided_at_most_once(self) -> None:
        final = [event for event in self.said if isinstance(event, ReportVerified | ReportRejected)]
        assert len(final) <= 1
        if final:
            after = self.said[self.said.index(final[0]) + 1 :]
            assert all(isinstance(event, FlagsDecided) for event in after)

    @invariant()
    def flags_are_the_union_of_all_that_was_asked(self) -> None:
        assert self.case.flags == self.asked
        assert self.case.reporter_label is None or not self.asked.anonymous

    @invariant()
    def withdrawn_stays_withdrawn(self) -> None:
        assert (self.case.status is Status.WITHDRAWN) == self.gone

    @invariant()
    def held_exactly_while_pending(self) -> None:
        assert (self.case.held_for is not None) == (self.case.status is Status.PENDING)
        assert (self.case.held_by is not None) == (self.case.status is Status.PENDING)


TestDesk = Desk.TestCase
TestDesk.settings = settings(max_examples=150, stateful_step_count=25, deadline=None)


def test_history_names_who_decided() -> None:
    outcome = domain.reject(case(), 1, RejectionReason.ELECTION_BODY, "Lewat Bawaslu.", by=SARI, now=NOW)
    assert outcome.entry.kind is Happened.REJECTED
    assert outcome.entry.by == SARI
    assert outcome.entry.facts == {"reason": "election-body", "text": "Lewat Bawaslu."}
