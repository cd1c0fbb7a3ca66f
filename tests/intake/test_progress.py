"""Where a report stands does not depend on the order in which it was heard."""

from datetime import timedelta
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.intake import progress
from services.intake.progress import STAGES, Happened, Milestone
from shared.contracts.vocabulary import AuthorRole, ClockName, EntryKind, Status
from tests.intake.test_domain import NOW, report

milestones = st.lists(
    st.builds(
        Milestone,
        event_id=st.uuids(),
        report_id=st.just(UUID(int=1)),
        kind=st.sampled_from(Happened),
        occurred_at=st.integers(0, 10**6).map(lambda seconds: NOW + timedelta(seconds=seconds)),
        agency=st.just("PD-1872"),
        due_at=st.none() | st.just(NOW + timedelta(days=5)),
        clock=st.none() | st.sampled_from(ClockName),
        author=st.sampled_from(AuthorRole),
        entry=st.sampled_from(EntryKind),
        thread_version=st.integers(1, 9),
    ),
    max_size=12,
    unique_by=lambda milestone: milestone.occurred_at,
)


@given(milestones, st.randoms(use_true_random=False))
def test_the_order_of_hearing_does_not_matter(told: list[Milestone], random: object) -> None:
    shuffled = list(told)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # hypothesis's Random
    assert progress.of(report(), shuffled) == progress.of(report(), told)


@given(milestones)
def test_every_standing_is_whole(told: list[Milestone]) -> None:
    now = progress.of(report(), told)
    assert now.stage == STAGES[now.status]
    assert (now.asked is not None) == (now.status is Status.NEEDS_COMPLETION)
    assert now.public == any(m.kind is Happened.DISPOSED for m in told)


@given(milestones)
def test_what_was_withdrawn_stays_withdrawn(told: list[Milestone]) -> None:
    assert progress.of(report(withdrawn_at=NOW), told).status is Status.WITHDRAWN
