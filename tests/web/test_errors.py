"""Errors: a page for people, problem+json for programs, nothing of the inside for anybody."""

import httpx
import pytest

HTML = {"accept": "text/html,application/xhtml+xml,*/*;q=0.8"}


@pytest.mark.parametrize(
    ("method", "path", "status", "words"),
    [
        ("GET", "/tidak-ada", 404, "Halaman ini tidak ada"),
        ("DELETE", "/contoh", 405, "tidak dapat dibuka dengan cara itu"),
        ("GET", "/hitung/satu", 404, "Halaman ini tidak ada"),
        ("GET", "/gagal", 409, "Kasus ini baru saja diputuskan Yudi &lt;P&gt;"),
        ("GET", "/rusak", 500, "Ada yang salah di pihak kami"),
        ("GET", "/padam", 503, "sedang tidak tersedia"),
        ("GET", "/contoh?judul=%00", 400, "tidak dapat kami baca"),
        ("GET", "/laporan/%00", 400, "tidak dapat kami baca"),
    ],
)
async def test_people_get_a_page_that_says_what_happened(
    client: httpx.AsyncClient, method: str, path: str, status: int, words: str
) -> None:
    answer = await client.request(method, path, headers=HTML)
    assert answer.status_code == status
    assert words in answer.text
    assert "Kirim SMS ke <b>1708</b>" in answer.text
    assert "081234567890" not in answer.text


async def test_programs_get_problem_json(client: httpx.AsyncClient) -> None:
    answer = await client.get("/tidak-ada", headers={"accept": "application/json"})
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json()["status"] == 404
    answer = await client.get("/api/tidak-ada", headers=HTML)
    assert answer.headers["content-type"] == "application/problem+json"


async def test_a_body_of_the_wrong_shape_is_422(client: httpx.AsyncClient) -> None:
    answer = await client.post("/api/hitung", json={"satu": "dua"})
    assert (answer.status_code, answer.json()["status"]) == (422, 422)


async def test_a_body_that_is_too_large_is_413_with_a_page(client: httpx.AsyncClient) -> None:
    answer = await client.post("/contoh", data={"title": "x" * 3_000_000}, headers=HTML)
    assert answer.status_code == 413
    assert "terlalu besar" in answer.text


async def test_every_answer_carries_the_security_headers(client: httpx.AsyncClient) -> None:
    for path in ("/contoh", "/tidak-ada", "/rusak", "/static/lapor/lapor.css"):
        answer = await client.get(path)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


async def test_pages_for_somebody_known_are_never_stored(client: httpx.AsyncClient) -> None:
    anonymous = await client.get("/contoh")
    known = await client.get("/contoh", headers={"cookie": "lapor=ratna"})
    assert (anonymous.headers["cache-control"], known.headers["cache-control"]) == ("no-cache", "no-store")


async def test_static_files_are_kept_by_version(client: httpx.AsyncClient) -> None:
    page = (await client.get("/contoh")).text
    address = page.split('href="/static/lapor/lapor.css')[1].split('"')[0]
    answer = await client.get(f"/static/lapor/lapor.css{address}")
    assert address.startswith("?v=")
    assert "immutable" in answer.headers["cache-control"]


async def test_head_is_answered_like_get_without_a_body(client: httpx.AsyncClient) -> None:
    got, head = await client.get("/contoh"), await client.head("/contoh")
    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == got.headers["content-length"]
    assert (await client.head("/tidak-ada")).status_code == 404


async def test_documentation_is_closed_in_production(make_app: object) -> None:
    app = make_app(environment="production", public_url="https://lapor.test", kafka_security="sasl_ssl")  # type: ignore[operator]
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="https://lapor.test") as client:
        assert (await client.get("/docs")).status_code == 404
        assert (await client.get("/openapi.json")).status_code == 404
        assert (await client.get("/live")).json() == {"live": True}
