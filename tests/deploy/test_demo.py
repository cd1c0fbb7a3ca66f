"""The demonstration's stories fit what the services offer, and happen in an order that can happen."""

import csv
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from deploy.local.demo import people
from deploy.local.demo.browsing import Page, UnexpectedPage
from deploy.local.demo.schedule import DAYS, Step, plan, working_days
from deploy.local.demo.stories import Fate, tell
from shared import regions
from shared.contracts.vocabulary import Kind, RejectionReason
from shared.working_days import default_calendar

SERVICES = Path(__file__).parents[2] / "services"
STORIES = tell(300)


def test_stories_are_all_different_and_the_same_for_the_same_seed() -> None:
    assert len({story.body for story in STORIES}) == 300
    assert tell(300) == STORIES
    assert tell(300, seed=1) != STORIES


def test_stories_speak_of_what_there_is() -> None:
    categories = {c["code"] for c in tomllib.loads((SERVICES / "verification/categories.toml").read_text())["category"]}
    with (SERVICES / "dispatch/directory.csv").open() as file:
        directory = {row["code"]: row for row in csv.DictReader(file)}
    for story in STORIES:
        assert story.category in categories
        assert regions.name_of(story.region) is not None
        assert Kind(story.kind)
        connected = bool(directory[story.agency]["connected_since"])
        assert connected is (story.fate is not Fate.HELD)
        assert (story.fate is Fate.REJECTED) is (story.rejection is not None)
        if story.rejection:
            assert RejectionReason(story.rejection)


def test_every_fate_and_both_channels_occur() -> None:
    assert {story.fate for story in STORIES} == set(Fate)
    assert {story.channel for story in STORIES} == {"web", "sms"}
    assert any(story.confidential for story in STORIES)
    assert any(story.anonymous for story in STORIES)


def test_things_happen_on_working_days_before_today_in_their_order() -> None:
    calendar = default_calendar()
    days = working_days(calendar, datetime(2026, 11, 22, 9, tzinfo=UTC))
    assert len(days) == DAYS
    assert all(calendar.is_working_day(day.date()) for day in days)
    assert days[-1].date().isoformat() == "2026-11-20"
    timetable = plan(STORIES, days)
    assert list(timetable) == sorted(timetable)
    done: dict[int, list[Step]] = {}
    for due in timetable.values():
        for one in due:
            done.setdefault(one.story, []).append(one.step)
    assert all(steps == sorted(steps) and steps[0] is Step.SEND for steps in done.values())
    assert len(done) == 300


def test_officers_have_accounts() -> None:
    assert {"PD-1872", "PD-31", "BUMN-001"} <= set(people.officers())
    assert len(people.reporters()) == 2


def page(html: str) -> Page:
    return Page(httpx.Response(200, text=html, request=httpx.Request("GET", "http://lapor.test/halaman")))


def test_a_form_is_read_as_it_stands() -> None:
    form = page(
        "<form method=post action=/kirim><input type=hidden name=key value=k><textarea name=isi>lama</textarea>"
        "<select name=wilayah><option value=1>a</option><option value=2 selected>b</option></select>"
        "<input type=checkbox name=anonim value=ya><input type=radio name=jenis value=x checked>"
        "<button name=leak value=tanda>Kirim juga</button><button>Kirim</button></form>"
    ).form("/kirim")
    assert form.action == "http://lapor.test/kirim"
    assert form.values == {"key": "k", "isi": "lama", "wilayah": "2", "jenis": "x"}
    assert form.checkboxes == {"anonim": "ya", "leak": "tanda"}


def test_a_page_without_the_form_says_so() -> None:
    with pytest.raises(UnexpectedPage, match="no form for …/kirim"):
        page("<h1>Lain</h1><form method=get action=/kirim></form>").form("/kirim")
