from pathlib import Path

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from services.notify import web
from services.notify.channels.sink import Sink
from services.notify.sender import Sender
from services.notify.settings import Settings
from shared.contracts.audit import audit_of
from shared.contracts.notifications import MessageChannel
from shared.security import Person, Sessions
from shared.web import create_app, untranslated
from tests.notify.conftest import Notify
from tests.notify.world import CODE, METRO_EVENT, PHONE, Story
from tests.support.people import administrator, observer, officer, operator, reporter, sign_in

DESK = "/meja/pesan"
SERVICE = Path(web.__file__).parent


def client_of(notify: Notify, settings: Settings) -> AsyncClient:
    app = create_app(
        "notify",
        [web.router(settings)],
        settings=settings,
        sessions=notify.sessions,
        clock=notify.clock,
        templates=[SERVICE / "templates"],
        verifier=Sessions(notify.sessions),
    )
    return AsyncClient(transport=ASGITransport(app=app), base_url="http://127.0.0.1:1708")


@pytest_asyncio.fixture
async def client(notify: Notify) -> AsyncClient:
    return client_of(notify, notify.settings.model_copy(update={"public_url": "http://127.0.0.1:1708"}))


async def enter(client: AsyncClient, notify: Notify, person: Person) -> None:
    client.cookies.set("lapor", await sign_in(notify.sessions, person))


async def send_to_sink(notify: Notify) -> None:
    routes = {MessageChannel.SMS: Sink(notify.sessions, notify.wall)}
    sender = Sender(
        notify.sessions, notify.settings, clock=notify.clock, wall=notify.wall, key=notify.key, routes=routes
    )
    while await sender.round():
        pass


@pytest.mark.parametrize("person", [administrator(), operator()], ids=lambda p: p.role.value)
async def test_the_desk_shows_what_the_telephone_got_and_the_look_is_audited(
    notify: Notify, client: AsyncClient, person: Person
) -> None:
    story, other = Story(), Story(tracking_id="2611000017")
    await notify.give(METRO_EVENT, story.submitted(), story.contact(notify.key), other.submitted())
    (disposed,) = await notify.give(story.disposed())
    await notify.give(story.credential(notify.key, disposed))
    await send_to_sink(notify)
    await notify.flow.clear()
    await enter(client, notify, person)

    page = await client.get(DESK)
    assert page.status_code == 200
    assert PHONE in page.text
    assert f"/k/{CODE}" in page.text
    assert "Terkirim" in page.text
    assert "Menunggu" in page.text
    assert page.text.index("2611-0482-73", page.text.index("Diteruskan ke instansi") - 200) > 0
    (looked,) = await notify.flow.staged(audit_of("notify"))
    assert (looked.actor, looked.action) == (str(person.account_id), "messages-viewed")

    only = await client.get(DESK, params={"nomor": "2611-0000-17"})
    assert "2611-0000-17" in only.text
    assert "2611-0482-73" not in only.text
    waiting = await client.get(DESK, params={"keadaan": "waiting", "lang": "en"})
    assert "Waiting" in waiting.text
    assert "2611-0482-73" not in waiting.text


async def test_in_production_the_desk_shows_no_texts_and_no_addresses(notify: Notify) -> None:
    settings = notify.settings.model_copy(
        update={"public_url": "http://127.0.0.1:1708", "sms_route": "off", "mail_sink": None}
    )
    story = Story()
    await notify.known(story)
    client = client_of(notify, settings)
    await enter(client, notify, administrator())
    page = await client.get(DESK)
    assert "2611-0482-73" in page.text
    assert PHONE not in page.text
    assert "tidak disimpan" in page.text
    assert await notify.flow.staged(audit_of("notify")) == []


async def test_nobody_and_the_wrong_people_are_turned_away(notify: Notify, client: AsyncClient) -> None:
    assert (await client.get(DESK)).headers["location"].startswith("/masuk")
    client.cookies.set("lapor", "dipalsukan")
    assert (await client.get(DESK)).status_code == 303
    for person in (officer(), reporter(), observer()):
        await enter(client, notify, person)
        assert (await client.get(DESK)).status_code == 403


@pytest.mark.parametrize("query", ["keadaan=x", "halaman=0", "halaman=abc", f"nomor={'1' * 21}"])
async def test_a_nonsense_question_is_refused_in_words(notify: Notify, client: AsyncClient, query: str) -> None:
    await enter(client, notify, operator())
    page = await client.get(f"{DESK}?{query}")
    assert page.status_code == 422
    assert "tidak dapat kami terima" in page.text


@pytest.mark.parametrize("query", ["", "nomor=abc", "nomor=9999999999", "keadaan=&nomor=", "halaman=9"])
async def test_where_nothing_matches_it_says_so(notify: Notify, client: AsyncClient, query: str) -> None:
    await enter(client, notify, operator())
    page = await client.get(f"{DESK}?{query}")
    assert page.status_code == 200
    assert "Belum ada pesan yang cocok" in page.text


def test_every_text_has_its_english() -> None:
    assert untranslated(SERVICE) == set()
