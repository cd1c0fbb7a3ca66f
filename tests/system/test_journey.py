"""A report from the citizen to its closing, by web and by SMS, through all services, in a real browser."""

import re
import time
from uuid import uuid4

import httpx
from playwright.sync_api import Browser, Page, expect

from deploy.local.demo.seeding import CODE
from deploy.local.stack import Stack
from tests.system.desk import arriving, patiently, push_sms, report_id, signed_in, somebody
from tests.web.browser import look

BODY = "Lubang selebar ban truk di tikungan dekat SDN 5 Mulyojati sudah tiga minggu, malam hari tidak terlihat."


def accessible(page: Page) -> None:
    """What is on the screen now passes axe and fits the window."""
    found = look(page)
    assert found.violations == ()
    assert found.complaints == ()


def submit(page: Page, stack: Stack, title: str, **flags: bool) -> str:
    """Fill in the form as a citizen; the tracking ID of the receipt."""
    page.goto(f"{stack.url}/lapor")
    accessible(page)
    page.check("[name=kind][value=complaint]")
    page.fill("[name=title]", title)
    page.fill("[name=body]", BODY)
    page.fill("[name=place]", "Jalan Soekarno-Hatta, Mulyojati")
    page.select_option("[name=region]", "18.72")
    page.fill("[name=name]", "Wulan")
    page.fill("[name=email]", f"wulan.{uuid4().hex[:6]}@example.id")
    for name, ticked in flags.items():
        page.set_checked(f"[name={name}]", ticked)
    page.click(".lp-button-report")
    page.wait_for_url("**/saya/**")
    accessible(page)
    return "".join(filter(str.isdigit, page.inner_text(".lp-receipt__id")))


def verify(page: Page, stack: Stack, tracking_id: str, agency: str = "PD-1872") -> None:
    """Decide as an administrator."""
    arriving(page, f"{stack.url}/meja/verifikasi/{report_id(stack, tracking_id)}")
    accessible(page)
    form = page.locator("form[action$='/verifikasi']")
    if not form.locator("[name=category]").is_visible():
        page.locator("details:has(form[action$='/verifikasi']) > summary").click()
    form.locator("[name=category]").select_option("jalan")
    form.locator("[name=lead]").select_option(agency)
    form.locator("button:not([name])").last.click()
    page.wait_for_load_state()


def answer(page: Page, stack: Stack, tracking_id: str, kind: str, text: str) -> None:
    """Answer as an officer."""
    arriving(page, f"{stack.url}/meja/instansi/{report_id(stack, tracking_id)}")
    accessible(page)
    form = page.locator("form[action$='/jawab']")
    form.locator(f"[name=kind][value={kind}]").check()
    form.locator("[name=text]").fill(text)
    form.locator("button").last.click()
    page.wait_for_load_state()
    expect(page.locator("body")).to_contain_text(text)


def code_for(page: Page, stack: Stack, tracking_id: str) -> str:
    """The newest code that the reporter got, as the operator's sink shows it."""

    def newest() -> str | None:
        page.goto(f"{stack.url}/meja/pesan?nomor={tracking_id}")
        found = CODE.findall(page.locator("main").text_content() or "")
        return found[0] if found else None

    return patiently(newest) or ""


def test_a_report_by_web_is_published_answered_and_replied_to(chromium: Browser, stack: Stack) -> None:
    title = f"Lubang dalam di tikungan {uuid4().hex[:6]}"
    with somebody(chromium) as citizen:
        tracking_id = submit(citizen, stack, title)
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        administrator.goto(f"{stack.url}/meja/verifikasi")
        accessible(administrator)
        verify(administrator, stack, tracking_id)
    with somebody(chromium) as anybody:
        arriving(anybody, f"{stack.url}/laporan/{tracking_id}")
        accessible(anybody)
        expect(anybody.locator("h1")).to_have_text(title)
        expect(anybody.locator("main")).to_contain_text("Wulan")
        expect(anybody.locator("main")).not_to_contain_text("@example.id")
    with signed_in(chromium, stack, "metro@example.id") as officer:
        officer.goto(f"{stack.url}/meja/instansi")
        accessible(officer)
        expect(officer.locator("main")).to_contain_text(title)
        answer(officer, stack, tracking_id, "initial", "Petugas kami memeriksa lokasi siang ini.")
        answer(officer, stack, tracking_id, "resolution", "Lubang sudah ditambal pagi ini.")
    with signed_in(chromium, stack, "operator@example.id") as operator:
        code = code_for(operator, stack, tracking_id)
    with somebody(chromium) as reporter:
        reporter.goto(f"{stack.url}/kode")
        accessible(reporter)
        reporter.fill("[name=tracking_id]", tracking_id)
        reporter.fill("[name=code]", code)
        reporter.press("[name=code]", "Enter")
        reporter.wait_for_url(f"**/percakapan/{tracking_id}")
        accessible(reporter)
        reporter.check("[name=kind][value=reply]")
        reporter.fill("[name=text]", "Dari arah pasar masih ada satu lubang lagi.")
        reporter.locator("form[action$='/tanggapan'] button").last.click()
        expect(reporter.locator("main")).to_contain_text("Dari arah pasar masih ada satu lubang lagi.")
    with somebody(chromium) as anybody:
        patiently(lambda: _says(anybody, f"{stack.url}/laporan/{tracking_id}", "masih ada satu lubang lagi"))
        accessible(anybody)


def test_an_sms_that_names_kota_metro_reaches_its_inbox(chromium: Browser, stack: Stack) -> None:
    mark = uuid4().hex[:6]
    text = f"KOTA METRO, Jalan Pala Iringmulyo terdapat pohon tumbang {mark} menutup separuh jalan sejak semalam"
    first = push_sms(stack, text, "+6281255502611", f"kannel-{mark}")
    again = push_sms(stack, text, "+6281255502611", f"kannel-{mark}")
    found = re.search(r"\d{10}", first.text.replace("-", ""))
    assert found is not None
    tracking_id = found.group()
    assert tracking_id in again.text.replace("-", "")
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        arriving(administrator, f"{stack.url}/meja/verifikasi/{report_id(stack, tracking_id)}")
        wished = administrator.locator("form[action$='/verifikasi'] [name=lead]").input_value()
        assert wished == "PD-1872"
        verify(administrator, stack, tracking_id)
    with signed_in(chromium, stack, "metro@example.id") as officer:
        patiently(lambda: _says(officer, f"{stack.url}/meja/instansi", mark))
    with signed_in(chromium, stack, "jakarta@example.id") as other:
        assert not _says(other, f"{stack.url}/meja/instansi", mark)
        refused = other.goto(f"{stack.url}/meja/instansi/{report_id(stack, tracking_id)}")
        assert refused is not None
        assert refused.status == 404
    with somebody(chromium) as anybody:
        arriving(anybody, f"{stack.url}/laporan/{tracking_id}")
        expect(anybody.locator("main")).not_to_contain_text("2611")


def test_the_journey_stands_in_the_traces_and_the_graph_draws_services_and_topics(
    chromium: Browser, stack: Stack
) -> None:
    with somebody(chromium) as citizen:
        tracking_id = submit(citizen, stack, f"Lampu jalan padam {uuid4().hex[:6]}")
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        verify(administrator, stack, tracking_id)
    zipkin = f"{stack.url}/zipkin/api/v2"

    def edges() -> set[tuple[str, str]]:
        now = int(time.time() * 1000)
        links = httpx.get(f"{zipkin}/dependencies?endTs={now}&lookback=86400000", trust_env=False).json()
        return {(link["parent"], link["child"]) for link in links}

    wanted = {
        ("intake", "reports"),
        ("reports", "verification"),
        ("verification", "verifications"),
        ("verifications", "dispatch"),
        ("dispatch", "publications"),
        ("dispatch", "dispositions"),
        ("dispositions", "notify"),
    }
    patiently(lambda: wanted <= edges(), 40)
    report = report_id(stack, tracking_id)
    hops = httpx.get(
        f"http://127.0.0.1:{stack.ports['dispatch']}/internal/journey/{report}",
        headers={"Authorization": f"Bearer {stack.internal_token}"},
        trust_env=False,
    ).json()
    episode = next(hop["trace_id"] for hop in hops if hop["type"] == "report-verified.v1")
    spans = patiently(lambda: _spans(zipkin, episode, {"verification", "dispatch", "sla", "notify"}), 40)
    assert {span["localEndpoint"]["serviceName"] for span in spans} >= {"verification", "dispatch", "sla", "notify"}


def _spans(zipkin: str, trace_id: str, services: set[str]) -> list[dict]:  # type: ignore[type-arg]
    answer = httpx.get(f"{zipkin}/trace/{trace_id}", trust_env=False)
    spans = answer.json() if answer.status_code == 200 else []
    return spans if services <= {span["localEndpoint"]["serviceName"] for span in spans} else []


def _says(page: Page, address: str, words: str) -> bool:
    page.goto(address)
    return words in (page.locator("main").text_content() or "")
