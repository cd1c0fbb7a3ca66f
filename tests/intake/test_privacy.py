"""Contact data stands nowhere in clear: no column, no event, no log line."""

import asyncio
import logging

import pytest
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from sqlalchemy import text

from services.intake import actions, store
from shared.contracts.privacy_decisions import FlagsDecided
from shared.messaging import outbox
from shared.telemetry import Formatter, trace_requests
from tests.intake.conftest import BODY, Intake, application, client_of
from tests.support.people import reporter, sign_in

EMAIL, NAME, PHONE = "invented.canary@contoh.id", "Kanaria Rekaan", "0812-9988-7766"
SPELLINGS = (EMAIL, "0812-9988-7766", "081299887766", "81299887766", "99887766")


async def everything_kept(intake: Intake) -> str:
    """Every row of every table as text."""
    async with intake.sessions() as session:
        tables = (
            await session.execute(
                text("select table_name from information_schema.tables where table_schema = 'public'")
            )
        ).scalars()
        rows = [
            str(row)
            for table in tables
            for row in (
                await session.execute(text(f"select to_jsonb(t)::text || coalesce(t::text, '') from {table} t"))
            ).scalars()
        ]
        bodies = (
            await session.execute(text("select convert_from(body, 'UTF8') from outbox where body is not null"))
        ).scalars()
        return "\n".join([*rows, *bodies])


async def test_contact_data_is_in_no_column_event_or_log_line(intake: Intake, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    person = reporter("Kanaria Rekaan Pemilik")
    await intake.report(name=NAME, email=EMAIL, phone=PHONE, anonymous="yes")
    await intake.report(name=NAME, email=EMAIL, phone="x" * 5)
    await intake.sms("KOTA METRO, " + BODY, x_kannel_from="+6281299887766", x_kannel_id="mo-1")
    await intake.sms("ANONIM " + BODY, x_kannel_from="+6281299887766", x_kannel_id="mo-2")
    await intake.sms(b"\xff", x_kannel_from="+6281299887766", x_kannel_id="mo-3")
    intake.client.cookies.set(intake.settings.session_cookie, await sign_in(intake.sessions, person))
    await intake.report(anonymous="yes")

    kept = await everything_kept(intake)
    assert "Lubang dalam" in kept
    lines = "\n".join(Formatter("intake").format(record) for record in caplog.records)
    for spelling in (*SPELLINGS, NAME, str(person.account_id), person.name):
        assert spelling not in kept, spelling
        assert spelling not in lines, spelling
    assert "+628129988xxxx" in kept


async def test_a_failure_after_everything_was_staged_leaves_nothing(
    intake: Intake, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def fails(*_: object, **__: object) -> None:
        raise ConnectionError(EMAIL)

    with monkeypatch.context() as patched:
        patched.setattr(store, "add_sealed_contact", fails)
        assert (await intake.report(email=EMAIL, key="f" * 32)).status_code == 500
        assert (await intake.sms(BODY, x_kannel_id="mo-1")).status_code == 500
    for table in ("report", "sealed_contact", "outbox", "report_owner", "sms_received"):
        assert await intake.count(table) == 0, table

    assert (await intake.report(email=EMAIL, key="f" * 32)).status_code == 303
    assert (await intake.sms(BODY, x_kannel_id="mo-1")).status_code == 200
    assert await intake.count("report") == 2


async def test_a_failed_command_leaves_nothing(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    page = (await intake.report(name=NAME)).headers["location"].partition("?")[0]

    def fails(*_: object) -> None:
        raise ConnectionError

    staged = len(await intake.staged())
    with monkeypatch.context() as patched:
        patched.setattr(outbox, "stage", fails)
        assert (await intake.client.post(f"{page}/privasi", data={"anonymous": "yes"})).status_code == 500
        assert (await intake.client.post(f"{page}/tarik", data={"ya": "1"})).status_code == 500
    assert await intake.count("privacy") == 0
    assert (await intake.rows("select withdrawn_at from report"))[0].withdrawn_at is None
    assert len(await intake.staged()) == staged
    assert await intake.staged(FlagsDecided) == []


async def test_a_taken_tracking_id_is_not_given_twice(intake: Intake, monkeypatch: pytest.MonkeyPatch) -> None:
    made = iter(["2611048272", "2611048272", "5446497329"])
    monkeypatch.setattr(actions, "new_tracking_id", lambda: next(made))
    await intake.report()
    await intake.report()
    assert {row.tracking_id for row in await intake.rows("select tracking_id from report")} == {
        "2611048272",
        "5446497329",
    }


async def test_a_private_link_stays_out_of_traces(intake: Intake) -> None:
    page = (await intake.report()).headers["location"]
    token = page.removeprefix("/saya/").partition("?")[0]
    kept = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(kept))
    traced = application(intake.settings, intake.keys, intake.sessions, intake.clock)
    trace_requests(traced, provider)
    async with client_of(traced) as client:
        for path in (page, f"/saya/{token}/tarik", f"/api/v1/reports/{token}"):
            assert (await client.get(path)).status_code == 200
        for path in (f"/saya/{token}/", f"/saya/{token}/privasi", f"/saya/{token}/tak-ada", f"//saya/{token}"):
            assert (await client.get(f"http://lapor.test{path}")).status_code in (307, 404, 405)
        assert (await client.post(page, headers={"origin": "https://elsewhere.test"})).status_code == 403

    spans = kept.get_finished_spans()
    told = "".join(span.to_json() for span in spans)
    assert len(spans) == 8
    assert "/saya/{reference}" in told
    assert token not in told
    assert "python-httpx" not in told


async def test_reporter_and_administrator_who_raise_flags_at_once_both_succeed(intake: Intake) -> None:
    await intake.report()
    [(report_id,)] = await intake.rows("select report_id from report")
    waits = "select 1 from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"

    async def decide() -> None:
        async with intake.sessions.begin() as session:
            await actions.decide_flags(session, report_id, anonymous=True, confidential=False)

    async with intake.sessions.begin() as session:
        await store.lock(session, report_id)
        deciding = asyncio.create_task(decide())
        async with asyncio.timeout(20):
            while not await intake.rows(waits):  # noqa: ASYNC110 - the database has no event to wait for
                await asyncio.sleep(0.01)
        await actions.raise_flags(session, report_id, anonymous=True, confidential=True, now=intake.clock.now())
    await deciding
    assert await intake.rows("select anonymous, confidential from privacy") == [(True, True)]
