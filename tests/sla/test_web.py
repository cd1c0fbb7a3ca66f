from pathlib import Path

import pytest
import pytest_asyncio
from httpx import ASGITransport, AsyncClient

from services.sla import web
from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.vocabulary import Place, Zone
from shared.security import Person, Sessions
from shared.web import create_app, untranslated
from tests.sla.conftest import Sla
from tests.sla.reports import METRO, Story, at
from tests.support.people import administrator, observer, officer, operator, reporter, sign_in

DESK = "/meja/pemantauan"
SERVICE = Path(web.__file__).parent


@pytest_asyncio.fixture
async def client(sla: Sla) -> AsyncClient:
    app = create_app(
        "sla",
        [web.router(1)],
        settings=sla.settings,
        sessions=sla.sessions,
        clock=sla.clock,
        templates=[SERVICE / "templates"],
        verifier=Sessions(sla.sessions),
    )
    return AsyncClient(transport=ASGITransport(app=app), base_url="http://127.0.0.1:1708")


async def enter(client: AsyncClient, sla: Sla, person: Person) -> None:
    client.cookies.set(sla.settings.session_cookie, await sign_in(sla.sessions, person))


METRO_EVENT = Agency(
    occurred_at=at(2),
    version=1,
    code=METRO,
    parent=None,
    kind=AgencyKind.LOCAL_GOVERNMENT,
    name="Pemerintah Kota Metro",
    short_name="Pemkot Metro",
    region="18.72",
    zone=Zone.WIB,
    connected_since=None,
)


@pytest.mark.parametrize("person", [observer(), administrator(), operator()], ids=lambda p: p.role.value)
async def test_the_desk_shows_what_is_late_with_words_and_names(sla: Sla, client: AsyncClient, person: Person) -> None:
    late, answered, fresh = Story(tracking_id="2611000017"), Story(tracking_id="2611000025"), Story()
    await sla.tell(
        METRO_EVENT, late.submitted(at(2)), answered.submitted(at(2)), answered.disposed(at(2)), fresh.submitted(at(11))
    )
    sla.clock.moment = at(11)
    await sla.run_until_idle()
    await enter(client, sla, person)

    page = await client.get(DESK)
    assert page.status_code == 200
    assert "2611-0000-17" in page.text
    assert "Terlambat 4 hari kerja" in page.text
    assert 'href="/laporan/2611000025"' in page.text
    assert 'href="/laporan/2611000017"' not in page.text  # nothing public yet
    assert "Pemkot Metro" in page.text
    assert "2611-0482-73" not in page.text

    english = await client.get(DESK, params={"lang": "en"})
    assert "4 working days late" in english.text

    only = await client.get(DESK, params={"tahap": "response", "instansi": METRO})
    assert "2611-0000-25" in only.text
    assert "2611-0000-17" not in only.text


async def test_what_is_due_soon_has_a_view_of_its_own(sla: Sla, client: AsyncClient) -> None:
    await sla.tell(Story(tracking_id="2611000017").submitted(at(2)))
    sla.clock.moment = at(5, 8)
    await enter(client, sla, observer())
    assert "2611-0000-17" not in (await client.get(DESK)).text
    assert "2611-0000-17" in (await client.get(DESK, params={"tampilan": "segera"})).text


@pytest.mark.parametrize("region", ["73.71", "91.71"])
async def test_limits_are_days_of_jakarta_wherever_the_report_is_from(
    sla: Sla, client: AsyncClient, region: str
) -> None:
    there = Story().submitted(at(2)).model_copy(update={"place": Place(region=region)})
    await sla.tell(there)
    await enter(client, sla, observer())
    sla.clock.moment = at(5, 8)
    assert "Kam 5 Nov 2026" in (await client.get(DESK, params={"tampilan": "segera"})).text
    sla.clock.moment = at(6)
    await sla.run_until_idle()
    assert "Kam 5 Nov 2026" in (await client.get(DESK)).text


async def test_a_confidential_report_is_only_counted(sla: Sla, client: AsyncClient) -> None:
    flagged, born = Story(tracking_id="2611000017"), Story(tracking_id="2611000025")
    await sla.tell(flagged.made_confidential(at(2)), flagged.submitted(at(2)), born.submitted(at(2), confidential=True))
    sla.clock.moment = at(11)
    await sla.run_until_idle()
    await enter(client, sla, observer())
    for address in (DESK, f"{DESK}?tahap=verification", f"{DESK}?tampilan=segera"):
        page = (await client.get(address)).text
        assert "2611-0000" not in page
        assert str(flagged.report_id) not in page
        assert "<b>2</b> terlambat" in page


async def test_nobody_and_the_wrong_people_are_turned_away(sla: Sla, client: AsyncClient) -> None:
    assert (await client.get(DESK)).headers["location"].startswith("/masuk")
    client.cookies.set(sla.settings.session_cookie, "dipalsukan")
    assert (await client.get(DESK)).status_code == 303
    for person in (officer(), reporter()):
        await enter(client, sla, person)
        assert (await client.get(DESK)).status_code == 403


@pytest.mark.parametrize(
    "query",
    ["tahap=makan", "tampilan=x", "halaman=0", "halaman=abc", "halaman=99999999999", f"instansi={'x' * 61}"],
)
async def test_a_nonsense_question_is_refused_in_words(sla: Sla, client: AsyncClient, query: str) -> None:
    await enter(client, sla, observer())
    page = await client.get(f"{DESK}?{query}")
    assert page.status_code == 422
    assert "tidak dapat kami terima" in page.text


async def test_empty_filters_and_unknown_agencies_show_an_empty_list(sla: Sla, client: AsyncClient) -> None:
    await enter(client, sla, observer())
    for query in ("tahap=&instansi=", "instansi=XX-1", "halaman=7"):
        page = await client.get(f"{DESK}?{query}")
        assert page.status_code == 200, query
        assert "Tidak ada batas waktu yang terlewat di sini" in page.text


def test_every_text_has_its_english() -> None:
    assert untranslated(SERVICE) == set()
