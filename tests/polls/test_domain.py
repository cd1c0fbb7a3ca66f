from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.polls import domain
from services.polls.domain import Agency, Limits, Phase, Poll
from shared.contracts.vocabulary import Zone

NOW = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
METRO = Agency("PD-1872", "Pemerintah Kota Metro", Zone.WIB, date(2026, 1, 5))
LIMITS = Limits(2, 10, 90)


def made(**changes: Any) -> Poll:
    values: dict[str, Any] = {
        "question": "Jam buka loket?",
        "options": ["Pagi", "Sore"],
        "opens_on": date(2026, 11, 18),
        "closes_on": date(2026, 11, 20),
        "key": b"k",
        "by": UUID(int=1),
        "limits": LIMITS,
        "now": NOW,
    }
    asking = changes.pop("agency", METRO)
    return domain.create(uuid4(), asking, **(values | changes))


def test_a_poll_opens_now_and_closes_at_the_end_of_its_last_day_in_the_agencys_zone() -> None:
    poll = made()
    assert poll.opens_at == NOW
    assert poll.closes_at == datetime(2026, 11, 20, 16, 59, 59, tzinfo=UTC)
    eastern = made(agency=replace(METRO, zone=Zone.WIT), opens_on=date(2026, 11, 19))
    assert eastern.opens_at == datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("changes", "refusal"),
    [
        ({"agency": None}, domain.NotConnected),
        ({"agency": replace(METRO, connected_since=None)}, domain.NotConnected),
        ({"options": ["Pagi"]}, domain.UnfitOptions),
        ({"options": [str(n) for n in range(11)]}, domain.UnfitOptions),
        ({"options": ["Pagi", "pagi "]}, domain.UnfitOptions),
        ({"opens_on": date(2026, 11, 17)}, domain.UnfitDates),
        ({"closes_on": date(2026, 11, 17)}, domain.UnfitDates),
        ({"closes_on": date(2027, 6, 1)}, domain.UnfitDates),
        ({"opens_on": date.max}, domain.UnfitDates),
    ],
)
def test_a_poll_outside_the_limits_is_refused(changes: dict[str, Any], refusal: type[Exception]) -> None:
    with pytest.raises(refusal):
        made(**changes)


def test_the_last_days_of_the_calendar_are_days_like_others() -> None:
    assert made(opens_on=date.max, closes_on=date.max).phase(NOW) is Phase.SCHEDULED


def test_votes_are_taken_while_it_is_open_only() -> None:
    poll = made(opens_on=date(2026, 11, 19))
    assert poll.phase(NOW) is Phase.SCHEDULED
    with pytest.raises(domain.NotOpen):
        domain.check_vote(poll, 1, now=NOW)
    assert domain.check_vote(poll, 2, now=poll.opens_at) == b"k"
    with pytest.raises(domain.NoSuchOption):
        domain.check_vote(poll, 3, now=poll.opens_at)
    with pytest.raises(domain.NotOpen):
        domain.check_vote(poll, 1, now=poll.closes_at)
    assert poll.phase(poll.closes_at - timedelta(seconds=1)) is Phase.OPEN


@given(st.dictionaries(st.integers(1, 2), st.integers(0, 10**6)))
def test_closing_counts_every_ballot_and_destroys_the_key(votes: dict[int, int]) -> None:
    poll = made()
    closed = domain.close(poll, votes, now=poll.closes_at)
    assert closed.key is None
    assert closed.turnout == sum(votes.values())
    assert [option.votes for option in closed.options] == [votes.get(1, 0), votes.get(2, 0)]
    event = domain.published(closed, 2, now=NOW)
    assert event.closed
    assert event.turnout == closed.turnout


def test_nothing_is_counted_in_public_before_the_close() -> None:
    event = domain.published(made(), 1, now=NOW)
    assert not event.closed
    assert event.turnout is None
    assert [option.votes for option in event.options] == [None, None]
