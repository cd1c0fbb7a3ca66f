"""The ledger forgets after 60 days, in batches, and never what still protects from a repetition."""

from datetime import timedelta

import pytest

from shared.messaging import cleanup
from tests.messaging.world import World

OLD = """
insert into inbox (event_id, source, consumer, topic, key, type, partition, "offset", received_at)
select gen_random_uuid(), '/s', 'c', 't', 'k', 'y', 0, n, now() - make_interval(days => n, mins => 1)
from generate_series(1, 100) n"""
SENT = """
insert into journey (event_id, type, topic, key, partition, "offset", occurred_at, sent_at)
select uuidv7(make_interval(days => -n, mins => -1)), 'y', 't', 'k', 0, n, now(), now() - make_interval(days => n, mins => 1)
from generate_series(1, 100) n"""


async def test_rows_older_than_sixty_days_go_in_batches(world: World) -> None:
    world.sql(OLD)
    world.sql(SENT)
    assert await cleanup.forget_old(world.sessions, batch=7, pause=0) == 82
    assert world.sql("select count(*), max(now() - received_at) < '60 days 1 minute' from inbox") == [(59, True)]
    assert world.sql("select count(*) from journey") == [(59,)]
    assert await cleanup.forget_old(world.sessions) == 0


async def test_the_claim_of_a_parked_event_stays(world: World) -> None:
    world.sql(OLD)
    world.sql(
        """insert into parked (consumer, lane, topic, key, event_id, partition, "offset", headers)
           select consumer, key, topic, key, event_id, 0, 0, '{}' from inbox where "offset" = 90"""
    )
    await cleanup.forget_old(world.sessions)
    assert world.sql('select "offset" from inbox where "offset" > 60') == [(90,)]


async def test_what_a_reader_has_seen_of_a_state_topic_is_never_forgotten(world: World) -> None:
    world.sql("insert into state_seen values ('pages', 'a', 7)")
    await cleanup.forget_old(world.sessions)
    assert world.sql("select version from state_seen") == [(7,)]


async def test_an_inbox_shorter_than_retention_is_refused(world: World) -> None:
    with pytest.raises(ValueError, match="31 days"):
        await cleanup.forget_old(world.sessions, kept=timedelta(days=30))
