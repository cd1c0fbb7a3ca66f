"""What is confidential or anonymous stays so, through all services and on the broker."""

import time
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, expect

from deploy.local.stack import Stack
from tests.reliability.ledger import read_bodies
from tests.system.desk import arriving, patiently, report_id, signed_in, somebody
from tests.system.test_journey import submit, verify

PUBLIC = ("publications", "polls")


def public_page(stack: Stack, tracking_id: str) -> httpx.Response:
    return httpx.get(f"{stack.url}/laporan/{tracking_id}", trust_env=False, follow_redirects=True)


def test_a_confidential_report_reaches_its_agency_and_nothing_public(chromium: Browser, stack: Stack) -> None:
    mark = uuid4().hex[:8]
    with somebody(chromium) as citizen:
        tracking_id = submit(citizen, stack, f"Pungutan di loket {mark}", confidential=True)
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        verify(administrator, stack, tracking_id)
    with signed_in(chromium, stack, "metro@example.id") as officer:
        arriving(officer, f"{stack.url}/meja/instansi/{report_id(stack, tracking_id)}")
        expect(officer.locator("main")).to_contain_text(mark)
    confidential, unknown = public_page(stack, tracking_id), public_page(stack, "2611048271")
    assert confidential.status_code == unknown.status_code == 404
    assert confidential.text.replace(tracking_id, "") == unknown.text.replace("2611048271", "")
    listed = httpx.get(f"{stack.url}/laporan?q={mark}", trust_env=False).text
    assert tracking_id not in listed.replace("-", "")
    assert not [body for body in read_bodies(stack, *PUBLIC) if mark.encode() in body or tracking_id.encode() in body]


def test_an_anonymous_report_shows_no_name_anywhere(chromium: Browser, stack: Stack) -> None:
    name = f"Wulan{uuid4().hex[:6]}"
    with somebody(chromium) as citizen:
        citizen.goto(f"{stack.url}/lapor")
        citizen.check("[name=kind][value=complaint]")
        citizen.fill("[name=title]", "Juru parkir memungut dua kali")
        citizen.fill("[name=body]", "Juru parkir tanpa rompi memungut dua kali di pasar Cendrawasih setiap pagi.")
        citizen.select_option("[name=region]", "18.72")
        citizen.fill("[name=name]", name)
        citizen.check("[name=anonymous]")
        citizen.click(".lp-button-report")
        citizen.wait_for_url("**/saya/**")
        tracking_id = "".join(filter(str.isdigit, citizen.inner_text(".lp-receipt__id")))
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        verify(administrator, stack, tracking_id)
    with signed_in(chromium, stack, "metro@example.id") as officer:
        arriving(officer, f"{stack.url}/meja/instansi/{report_id(stack, tracking_id)}")
        expect(officer.locator("main")).not_to_contain_text(name)
    patiently(lambda: public_page(stack, tracking_id).status_code == 200)
    assert name not in public_page(stack, tracking_id).text
    assert not [body for body in read_bodies(stack) if name.encode() in body]


def test_a_report_made_confidential_late_is_gone_from_the_public_within_a_minute(
    chromium: Browser, stack: Stack
) -> None:
    with somebody(chromium) as citizen:
        tracking_id = submit(citizen, stack, f"Sampah menumpuk {uuid4().hex[:6]}")
        own_page = citizen.url
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        verify(administrator, stack, tracking_id)
    patiently(lambda: public_page(stack, tracking_id).status_code == 200)
    began = time.monotonic()
    with somebody(chromium) as citizen:
        citizen.goto(own_page)
        citizen.click("button[name=confidential]")
        citizen.wait_for_load_state()
    patiently(lambda: public_page(stack, tracking_id).status_code == 404, 60)
    assert time.monotonic() - began < 60
