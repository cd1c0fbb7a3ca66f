"""The JSON API: the web form's rules for programs."""

from typing import Any

import httpx
import pytest

from shared.contracts.reports import ReportSubmitted
from shared.contracts.vocabulary import Channel
from tests.intake.conftest import BODY, FIELDS, Intake

KEY = "7d1f0a52-2a2c-4a53-9d0e-5d6f3b1c9a10"


async def send(intake: Intake, key: str | None = KEY, **changes: Any) -> httpx.Response:
    headers = {"idempotency-key": key} if key else {}
    return await intake.client.post("/api/v1/reports", json=FIELDS | changes, headers=headers)


async def test_a_program_s_report_is_received(intake: Intake) -> None:
    answer = await send(intake, region="18.72", event_date="2026-11-01", email="ratna@contoh.id")

    (submitted,) = await intake.staged(ReportSubmitted)
    assert answer.status_code == 201
    receipt = answer.json()
    assert receipt["tracking_id"] == submitted.tracking_id
    assert receipt["link"].startswith("http://lapor.test/saya/")
    assert receipt["verify_by"] == "2026-11-05T16:59:59Z"
    assert submitted.channel is Channel.APP
    assert submitted.event_date.isoformat() == "2026-11-01"
    page = await intake.client.get(receipt["link"].removeprefix("http://lapor.test"))
    assert page.status_code == 200


async def test_where_it_stands_is_told_to_who_has_the_token(intake: Intake) -> None:
    location = (await send(intake)).headers["location"]
    standing = await intake.client.get(location)

    assert standing.status_code == 200
    assert standing.json()["status"] == "received"
    assert standing.json()["stage"] == 2
    unknown = await intake.client.get("/api/v1/reports/nobody-has-this-token")
    assert unknown.status_code == 404
    assert unknown.headers["content-type"] == "application/problem+json"


async def test_the_same_key_is_one_report_and_another_content_a_refusal(intake: Intake) -> None:
    first, second = await send(intake), await send(intake)
    changed = await send(intake, title="Lain")

    assert (first.status_code, second.status_code, changed.status_code) == (201, 200, 422)
    assert first.json() == second.json()
    assert await intake.count("report") == 1


@pytest.mark.parametrize("key", [None, "1", "short", "x" * 65, "with space " * 3])
async def test_a_key_that_could_be_guessed_is_refused(intake: Intake, key: str | None) -> None:
    answer = await send(intake, key)
    assert answer.status_code == 400
    assert "Idempotency-Key" in answer.json()["title"]


async def test_what_is_wrong_is_said_by_field(intake: Intake) -> None:
    faults: list[tuple[dict[str, Any], str]] = [
        ({"title": ""}, "title"),
        ({"title": None}, "title"),
        ({"title": 5}, "title"),
        ({"body": "pendek"}, "body"),
        ({"body": BODY + "\x00"}, "body"),
        ({"kind": "x"}, "kind"),
        ({"region": "99"}, "region"),
        ({"agency": "PD-9999"}, "agency"),
        ({"category": "x"}, "category"),
        ({"event_date": "2026-02-31"}, "event_date"),
        ({"event_date": "besok"}, "event_date"),
        ({"event_date": "2027-01-01"}, "event_date"),
        ({"email": "x"}, "email"),
        ({"phone": "1"}, "phone"),
        ({"unknown": "x"}, "unknown"),
        ({"anonymous": True, "body": BODY + " Hubungi 0812-3456-7890"}, "confirm_personal_data"),
    ]
    for changes, field in faults:
        answer = await send(intake, **changes)
        assert answer.status_code == 422, changes
        assert answer.headers["content-type"] == "application/problem+json"
        assert field in answer.json()["errors"], changes
    assert await intake.count("report") == 0


async def test_a_leak_that_is_confirmed_is_sent(intake: Intake) -> None:
    body = BODY + " Hubungi 0812-3456-7890"
    assert (await send(intake, anonymous=True, body=body, confirm_personal_data=True)).status_code == 201


async def test_what_is_no_json_is_refused(intake: Intake) -> None:
    headers = {"idempotency-key": KEY}
    form = await intake.client.post("/api/v1/reports", data=FIELDS, headers=headers)
    broken = [b"{", b"\xff\xfe", b"", b'{"title": "\xff"}']
    headers["content-type"] = "application/json"
    answers = [await intake.client.post("/api/v1/reports", content=body, headers=headers) for body in broken]

    assert form.status_code == 415
    assert {answer.status_code for answer in answers} == {400}
    listed = await intake.client.post("/api/v1/reports", content=b"[]", headers=headers)
    assert listed.status_code == 422
