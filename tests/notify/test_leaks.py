"""Contact data and codes stand nowhere but sealed: not in a column, an event, a log line."""

import logging

import pytest
from sqlalchemy import text

from services.notify.domain import Outcome
from shared.contracts.vocabulary import Channel
from tests.notify.conftest import Notify
from tests.notify.world import CODE, EMAIL, PHONE, Story

INVENTED = (PHONE, PHONE.removeprefix("+"), EMAIL, "Dewi Rekaan", CODE, CODE.replace("-", ""), "/k/")


async def test_invented_contacts_and_codes_are_in_no_column_no_event_and_no_log(
    notify: Notify, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    notify.sms.outcomes = [Outcome.BUSY, Outcome.UNKNOWN, Outcome.SENT, Outcome.REFUSED]
    for channel in (Channel.SMS, Channel.WEB):
        for withheld in (False, True):
            story = Story(channel)
            await notify.give(story.submitted(confidential=withheld), story.contact(notify.key))
            disposed, posted = await notify.give(story.disposed(), story.posted())
            await notify.give(story.credential(notify.key, disposed), story.credential(notify.key, posted))
            await notify.sender.round()
            await notify.give(story.returned(), story.rejected(), story.reminder(), story.closed())
    await everywhere(notify, caplog)
    for _ in range(6):
        notify.wall.advance(notify.settings.retry_longest)
        await notify.send()
    assert any(CODE in words for words in notify.sms.texts)
    assert any(CODE in words for words in notify.mail.texts)
    await everywhere(notify, caplog)
    async with notify.sessions() as session:
        assert await session.scalar(text("select count(*) from credential")) == 0


async def everywhere(notify: Notify, caplog: pytest.LogCaptureFixture) -> None:
    """Look into every column of every table, outbox and sink among them, and into the log."""
    found = caplog.text + repr(notify.sms.got) + repr(notify.mail.got)
    async with notify.sessions() as session:
        tables = list(await session.scalars(text("select tablename from pg_tables where schemaname = 'public'")))
        assert {"message", "outbox", "inbox", "parked", "contact", "credential", "sms_sink"} <= set(tables)
        for table in tables:
            rows = await session.scalars(text(f'select row_to_json("{table}")::text from "{table}"'))
            found += "".join(rows)
        bodies = await session.scalars(text("select convert_from(body, 'utf8') from outbox where body is not null"))
        found += "".join(bodies)
    for invented in INVENTED:
        assert invented not in found
