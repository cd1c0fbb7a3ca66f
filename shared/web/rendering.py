"""Pages from templates: one Jinja environment per language, `render` and the filters."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from urllib.parse import unquote, urlencode, urlsplit

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, StrictUndefined

from shared.contracts.vocabulary import Zone
from shared.web.addresses import own_path, split_address
from shared.web.assets import Assets
from shared.web.language import CODES, Language, languages
from shared.web.menus import home_of, menu_of

TEMPLATES = Path(__file__).parent / "templates"
LANGUAGE_COOKIE = "lang"


@dataclass(frozen=True)
class Pages:
    """The templates of one service, in both languages; stands at `app.state.pages`."""

    languages: Mapping[str, Language]
    environments: Mapping[str, Environment]


def pages(templates: Sequence[Path], assets: Assets) -> Pages:
    """Environments over `templates` and the shared ones; each folder's neighbour `locale/en.po` adds its English."""
    both = languages(folder.parent / "locale" / "en.po" for folder in templates)
    return Pages(both, {code: _environment(both[code], templates, assets) for code in CODES})


def language_of(request: Request) -> Language:
    """The language of a request: `?lang=`, else the cookie, else Indonesian."""
    asked = request.query_params.get("lang")
    code = asked if asked in CODES else request.cookies.get(LANGUAGE_COOKIE)
    found: Language = request.app.state.pages.languages[code if code in CODES else "id"]
    return found


def render(
    request: Request,
    template: str,
    *,
    status_code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: object,
) -> HTMLResponse:
    """The page of a template.

    Besides `context` a template sees `request`, `lang` (Language), `person` (Person or None), `menu` and `home` of that person,
    `nav` (set it to mark the current entry) and `switch_url`, this page in the other language.

    Raises:
        jinja2.UndefinedError: the template uses something that it was not given.
    """
    language = language_of(request)
    environment: Environment = request.app.state.pages.environments[language.code]
    person = getattr(request.state, "person", None)
    query = [(name, value) for name, value in request.query_params.multi_items() if name != "lang"]
    shown = {
        "request": request,
        "lang": language,
        "person": person,
        "menu": menu_of(person),
        "home": home_of(person),
        "nav": "",
        "switch_url": f"{page_path(request)}?{urlencode([*query, ('lang', language.other)])}",
        "embedded": request.app.state.settings.environment != "production",
    }
    text = environment.get_template(template).render(shown | context)
    return HTMLResponse(text, status_code, dict(headers or {}))


def page_path(request: Request) -> str:
    """The page somebody is on, as a link: of a form that was sent, the one it stood on, as far as the browser tells."""
    here: str = request.scope["path"]
    if request.method not in ("GET", "HEAD"):
        referer = split_address(request.headers.get("referer", ""))
        hosts = (request.headers.get("host"), urlsplit(request.app.state.settings.public_url).netloc)
        here = unquote(referer.path) if referer.netloc and referer.netloc in hosts else here
    return own_path(here)


def tracking(tracking_id: str) -> str:
    """A tracking ID as people read it: 2611048273 becomes 2611-0482-73."""
    return f"{tracking_id[:4]}-{tracking_id[4:8]}-{tracking_id[8:]}"


def _environment(language: Language, templates: Sequence[Path], assets: Assets) -> Environment:
    environment = Environment(
        loader=ChoiceLoader([FileSystemLoader(folder) for folder in (*templates, TEMPLATES)]),
        autoescape=True,
        undefined=StrictUndefined,
        extensions=["jinja2.ext.i18n", "jinja2.ext.do"],
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.install_gettext_callables(  # type: ignore[attr-defined]  # added by the i18n extension
        language.gettext, language.choose, newstyle=True, pgettext=language.pgettext
    )
    environment.filters |= {
        "tracking": tracking,
        "day": language.day,
        "short_day": language.short_day,
        "month_year": language.month_year,
        "time": language.time,
        "daytime": language.daytime,
        "number": language.number,
        "iso": _iso,
    }
    environment.globals |= {"asset": assets.url, "Zone": Zone}
    return environment


def _iso(moment: date | datetime) -> str:
    return moment.isoformat(timespec="minutes") if isinstance(moment, datetime) else moment.isoformat()
