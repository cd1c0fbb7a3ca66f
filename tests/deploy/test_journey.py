"""A report's path is put together from the ledgers of all services."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from deploy.local.journey import legs
from shared.journey import Hop

START = datetime(2026, 11, 18, 3, 0, tzinfo=UTC)
FIRST, SECOND = UUID(int=1), UUID(int=2)


def hop(service: str, direction: str, event: UUID, milliseconds: int, consumer: str | None = None) -> Hop:
    return Hop(
        service=service,
        direction=direction,
        consumer=consumer,
        event_id=event,
        type="report-submitted.v1",
        topic="reports",
        partition=2,
        offset=7,
        at=START + timedelta(milliseconds=milliseconds),
    )


def test_an_event_is_one_leg_from_its_producer_to_all_who_read_it_in_order_of_time() -> None:
    path = legs(
        [
            hop("sla", "in", FIRST, 9, "sla"),
            hop("verification", "out", SECOND, 50),
            hop("verification", "in", FIRST, 5, "verification"),
            hop("intake", "out", FIRST, 1),
        ]
    )
    assert [leg.event_id for leg in path] == [FIRST, SECOND]
    assert path[0].sent is not None
    assert path[0].sent.service == "intake"
    assert [(reading.hop.service, reading.seconds) for reading in path[0].readings] == [
        ("verification", 0.004),
        ("sla", 0.008),
    ]


def test_an_event_whose_producer_cannot_be_asked_is_shown_by_its_readers() -> None:
    (leg,) = legs([hop("sla", "in", FIRST, 9, "sla")])
    assert leg.sent is None
    assert leg.any_hop.service == "sla"
    assert leg.readings[0].seconds is None


def test_what_waits_for_the_relay_or_is_parked_is_part_of_the_path() -> None:
    path = legs([hop("intake", "staged", FIRST, 1), hop("sla", "parked", SECOND, 9, "sla")])
    assert path[0].sent is not None
    assert path[0].sent.direction == "staged"
    assert path[1].readings[0].hop.direction == "parked"


def test_a_clock_that_runs_late_never_shows_a_reading_before_its_sending() -> None:
    (leg,) = legs([hop("intake", "out", FIRST, 5), hop("sla", "in", FIRST, 1, "sla")])
    assert leg.readings[0].seconds == 0
