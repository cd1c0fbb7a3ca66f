"""A person with a browser, without the browser: pages are fetched, their forms filled in and sent, cookies kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self
from urllib.parse import urljoin

import httpx
from bs4 import BeautifulSoup, Tag

Values = Mapping[str, str | bool | None]


class UnexpectedPage(Exception):
    """The site did not answer as the visitor expected."""


@dataclass
class Form:
    """A form as it stands on a page, with the values it came with."""

    action: str
    values: dict[str, str] = field(default_factory=dict)
    checkboxes: dict[str, str] = field(default_factory=dict)
    """Name → the value that ticking the box, or pressing the button, sends."""


class Page:
    """A fetched page."""

    def __init__(self, response: httpx.Response) -> None:
        self.response = response
        self.soup = BeautifulSoup(response.text, "html.parser")

    @property
    def path(self) -> str:
        """Where the visitor ended up."""
        return self.response.url.path

    @property
    def title(self) -> str:
        """The heading of the page."""
        heading = self.soup.find("h1")
        return heading.get_text(" ", strip=True) if heading else ""

    def form(self, ending: str) -> Form:
        """The form whose address ends so.

        Raises:
            UnexpectedPage: there is none.
        """
        for tag in self.soup.find_all("form"):
            action = urljoin(str(self.response.url), str(tag.get("action") or ""))
            if httpx.URL(action).path.endswith(ending) and str(tag.get("method", "get")).lower() == "post":
                return _read(tag, action)
        raise UnexpectedPage(f"no form for …{ending} on {self.path}: {self.title or self.response.status_code}")


class Visitor:
    """Somebody who uses the site; one session of cookies. Use as `async with`."""

    def __init__(self, address: str, *, agent: str = "lapor-demo") -> None:
        self._client = httpx.AsyncClient(
            base_url=address,
            follow_redirects=True,
            timeout=30,
            headers={"User-Agent": agent, "Sec-Fetch-Site": "same-origin"},
            trust_env=False,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    async def open(self, path: str, expect: int = 200) -> Page:
        """Fetch a page.

        Raises:
            UnexpectedPage: the status is another than expected.
        """
        return _expected(await self._client.get(path), expect)

    async def send(self, form: Form, expect: int = 200, **values: str | bool | None) -> Page:
        """Fill in a form and send it. True ticks a box, False clears it, None leaves the field out.

        Raises:
            UnexpectedPage: the status after redirects is another than expected.
        """
        return _expected(await self._client.post(form.action, data=_filled(form, values)), expect)

    async def press(self, form: Form, **values: str | bool | None) -> None:
        """As `send`, by somebody in a hurry who does not wait for the page that a taken form leads to.

        Raises:
            UnexpectedPage: the form was not taken.
        """
        _expected(await self._client.post(form.action, data=_filled(form, values), follow_redirects=False), 303)


def _filled(form: Form, values: Values) -> dict[str, str]:
    data = dict(form.values)
    for name, value in values.items():
        if value is True:
            data[name] = form.checkboxes.get(name, "true")
        elif value is False or value is None:
            data.pop(name, None)
        else:
            data[name] = value
    return data


def _expected(response: httpx.Response, status: int) -> Page:
    page = Page(response)
    if response.status_code != status:
        errors = [tag.get_text(" ", strip=True) for tag in page.soup.select(".govuk-error-message")]
        said = "; ".join(errors) or page.title
        raise UnexpectedPage(f"{response.request.method} {response.url.path}: {response.status_code} {said}")
    return page


def _read(tag: Tag, action: str) -> Form:
    form = Form(action)
    for box in tag.find_all(["input", "textarea", "select", "button"]):
        name, kind = str(box.get("name") or ""), str(box.get("type") or "text")
        if not name or box.has_attr("disabled"):
            continue
        if box.name == "button":
            form.checkboxes[name] = str(box.get("value") or "")
        elif box.name == "textarea":
            form.values[name] = box.get_text()
        elif box.name == "select":
            chosen = box.find("option", selected=True) or box.find("option")
            form.values[name] = str(chosen.get("value", chosen.get_text())) if chosen else ""
        elif kind in ("checkbox", "radio"):
            if kind == "checkbox":
                form.checkboxes[name] = str(box.get("value", "on"))
            if box.has_attr("checked"):
                form.values[name] = str(box.get("value", "on"))
        elif kind not in ("submit", "button", "file"):
            form.values[name] = str(box.get("value") or "")
    return form
