"""The directory: what the file must hold, the tree, and how it is brought in."""

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from services.dispatch import actions, directory, register
from services.dispatch.directory import BadDirectory, Listed, plant
from services.dispatch.settings import Settings
from shared.clock import FixedClock
from shared.contracts.agencies import Agency, AgencyKind
from shared.contracts.vocabulary import Zone
from shared.regions import name_of
from tests.conftest import SessionsOf
from tests.dispatch.builders import MONDAY, row, small_directory
from tests.support.flow import Flow

HEAD = "code,parent,kind,name,short_name,region,keywords,categories,connected_since\n"


@pytest.fixture(scope="module")
def listing() -> dict[str, Listed]:
    return {listed.unit.code: listed for listed in directory.read(Path(directory.__file__).parent / "directory.csv")}


def test_the_demonstration_directory_is_a_tree_whose_regions_exist(listing: dict[str, Listed]) -> None:
    assert sum(listed.parent is None and listed.unit.code.startswith("KL-") for listed in listing.values()) == 81
    assert sum(listed.kind is AgencyKind.STATE_ENTERPRISE for listed in listing.values()) == 44
    assert listing["PD-31-PU-71"].unit.path == ("PD-31", "PD-31-PU", "PD-31-PU-71")
    assert all(name_of(listed.region) for listed in listing.values() if listed.region)
    codes = list(listing)
    assert all(codes.index(x.parent) < codes.index(x.unit.code) for x in listing.values() if x.parent)


def test_an_sms_that_begins_with_kota_metro_names_a_connected_agency(listing: dict[str, Listed]) -> None:
    named = {keyword: listed for listed in listing.values() for keyword in listed.keywords}
    assert named["KOTA METRO"].unit.code == "PD-1872"
    assert named["KOTA METRO"].connected_since is not None
    assert all(keyword == keyword.upper().strip() and "," not in keyword for keyword in named)
    unconnected = [x for x in listing.values() if x.kind is AgencyKind.LOCAL_GOVERNMENT and not x.connected_since]
    assert len(unconnected) >= 3
    assert all(listed.keywords for listed in unconnected)


def test_a_region_has_the_zone_of_its_province(listing: dict[str, Listed]) -> None:
    zones = {code: listing[code].zone for code in ("PD-1872", "PD-7501", "PD-9171", "KL-001")}
    assert zones == {"PD-1872": Zone.WIB, "PD-7501": Zone.WITA, "PD-9171": Zone.WIT, "KL-001": Zone.WIB}


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ("kode salah,,unit,A,A,,,,\n", "row 2, code"),
        ("PD-1,,kantor,A,A,,,,\n", "row 2, kind"),
        ("PD-1,,unit,,A,,,,\n", "row 2, name"),
        ("PD-1,,unit,A,A,99-1,,,\n", "row 2, region"),
        ("PD-1,,unit,A,A,,,,kemarin\n", "row 2, connected_since"),
        ("PD-1,,unit,A,A,,,,,lebih\n", "row 2"),
        ("PD-1,,unit,A,A\n", "row 2"),
        ("PD-1,,unit,A,A,,,,\nPD-1,,unit,B,B,,,,\n", "stands twice"),
        ("PD-1,PD-2,unit,A,A,,,,\n", "not listed"),
        ("PD-1,PD-2,unit,A,A,,,,\nPD-2,PD-1,unit,B,B,,,,\n", "below itself"),
        ("PD-1,,unit,A,A,,METRO,,\nPD-2,,unit,B,B,,METRO,,\n", "METRO names PD-1 and PD-2"),
    ],
)
def test_a_file_that_cannot_be_brought_in_is_refused_with_the_reason(tmp_path: Path, rows: str, said: str) -> None:
    path = tmp_path / "directory.csv"
    path.write_text(HEAD + rows)
    with pytest.raises(BadDirectory, match=said):
        directory.read(path)


def test_rows_come_after_the_one_above_them_whatever_their_order() -> None:
    listing = plant([row("PD-1-A-B", "PD-1-A"), row("PD-1-A", "PD-1"), row("PD-1")])
    assert [listed.unit.code for listed in listing] == ["PD-1", "PD-1-A", "PD-1-A-B"]


async def test_seeding_publishes_each_agency_once_and_again_only_what_changed(
    sessions_of: SessionsOf, settings: Settings, clock: FixedClock
) -> None:
    from services.dispatch import handlers

    sessions = sessions_of("dispatch")
    flow = Flow("dispatch", sessions, handlers.routes(clock, settings))
    listing = small_directory()

    async def seed(what: list[Listed]) -> list[str]:
        async with sessions.begin() as session:
            return await actions.seed(session, what, now=MONDAY)

    assert len(await seed(listing)) == 4
    assert {(a.code, a.version) for a in await flow.staged(Agency)} == {(x.unit.code, 1) for x in listing}
    await flow.clear()
    assert await seed(listing) == []
    assert await flow.staged() == []
    renamed = [replace(x, name="Dinas Bina Marga") if x.unit.code == "PD-1872-PU" else x for x in listing]
    assert await seed(renamed) == ["PD-1872-PU"]
    [agency] = await flow.staged(Agency)
    assert (agency.version, agency.name, agency.parent) == (2, "Dinas Bina Marga", "PD-1872")


async def test_what_is_not_in_the_listing_any_more_stays_until_somebody_removes_it(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions.begin() as session:
        assert await actions.seed(session, small_directory()[:1], now=MONDAY) == []
        assert len(await register.everything(session)) == 4


async def test_names_of_agencies_that_are_not_listed_are_their_codes(
    sessions: async_sessionmaker[AsyncSession],
) -> None:
    async with sessions() as session:
        names = await register.names(session, ["PD-1872", "KL-999", None])
    assert (names.short("PD-1872"), names.full("KL-999"), names.short("KL-999")) == ("Kota Metro", "KL-999", "KL-999")
