"""Everything that pages share: application factory, look, language, forms. This is the guide; read the rest only when it fails you.

A service's `web.py` is thin: ask for what you need, call an action, render.

    from shared.web import CurrentPerson, Db, Lang, N_, Now, Problem, forms, render, require
    from shared.web.forms import Day, Line, Text

    Administrator = Annotated[Person, Depends(require(Role.ADMINISTRATOR))]

    class ReturnForm(forms.Form):
        missing: Annotated[Text, Field(min_length=10, max_length=1000)]
        until: Day | None = None                                  # boxes until-day, until-month, until-year
        messages = {("missing", "missing"): N_("Tulis apa yang perlu dilengkapi")}   # (field, pydantic's error type)

    def router() -> APIRouter:
        routes = APIRouter(prefix="/meja/verifikasi")

        @routes.get("/{report_id}")
        async def case(request: Request, db: Db, now: Now, person: Administrator, report_id: UUID) -> Response:
            found = await store.case(db, report_id)
            if found is None:
                raise Problem(404, N_("Kasus ini tidak ada"))
            return render(request, "case.html", case=found, form=forms.blank(ReturnForm))

        @routes.post("/{report_id}/kembalikan")
        async def give_back(request: Request, db: Db, lang: Lang, now: Now, person: Administrator, report_id: UUID) -> Response:
            filled = await forms.read(request, ReturnForm)
            if filled.form is None:                               # status 422, everything kept as it was typed
                return render(request, "case.html", status_code=422, case=await store.case(db, report_id), form=filled)
            try:
                await actions.give_back(db, report_id, filled.form.missing, now=now)
            except AlreadyDecided:                                # a refusal of the domain, said beside a field ("" = the whole form)
                filled = filled.with_error("", lang.gettext("Kasus ini baru saja diputuskan"))
                return render(request, "case.html", status_code=409, ...)
            return RedirectResponse("/meja/verifikasi", 303)
        return routes

`templates/case.html` (a desk page; public pages extend page.html):

    {% extends 'desk.html' %}{% set nav = 'verifikasi' %}
    {% import 'forms.html' as f %}
    {% block title %}{{ case.title }}{% endblock %}
    {% block before %}{{ m.breadcrumbs([(_('Antrean verifikasi'), '/meja/verifikasi')]) }}{% endblock %}
    {% block main %}
    {{ f.error_summary(form) }}
    <h1 class="govuk-heading-l">{{ case.title }}</h1>
    <p class="lp-meta">{{ m.id(case.tracking_id) }} · {{ _('diterima %(day)s', day=case.received_at | daytime(case.zone)) }}</p>
    <form method="post" action="/meja/verifikasi/{{ case.report_id }}/kembalikan" novalidate>
    {{ f.textarea(form, 'missing', _('Yang perlu dilengkapi'), limit=1000) }}
    {{ f.date(form, 'until', _('Sampai tanggal')) }}
    {{ f.button(_('Minta dilengkapi')) }}
    </form>
    {% endblock %}

`create_app("verification", [web.router()], settings=…, sessions=…, clock=…, templates=[Path(__file__).parent / "templates"], verifier=…)`

- `Db` commits when the view returns, before the response is sent; an exception (a `Problem`, too) rolls back. Actions never
  commit. After a refusal that left changes behind, raise instead of returning, or call `await db.rollback()`.
- `CurrentPerson` is who is signed in with an account (or None); `OneReport` is whoever opened one report by code or link (its
  `report_id`), from a cookie of its own; a thread page asks for both.
- Texts: write Indonesian in `_('…')` (templates), `lang.gettext("…")` (views) or `N_("…")` (constants; `NP_` with a count); placeholders are
  `%(name)s`, a plain percent sign in a template's `_()` is `%%`. English goes to `services/<name>/locale/en.po`;
  `untranslated(Path("services/<name>"))` must be empty (put that in a test).
- Filters: `tracking`, `day(zone)` (Selasa 10 November; year=true), `short_day(zone)`, `time(zone)`, `daytime(zone)`, `number`,
  `iso`. Zone is `shared.contracts.vocabulary.Zone`; left out it is WIB.
  What happened takes the zone of its place; a limit (end of a day in Jakarta) takes none. The same as methods of `lang`.
- Macros (`m` is there in every page block): icon, id, when, tag, dots, stages, entry, event, clock, note, receipt, bar, bars,
  breadcrumbs, pagination. In `forms.html` as `f`: error_summary, text, textarea, radios, checkboxes, checkbox, select, date,
  button. Which class for what: docs/look.md.
- No `style=`, no inline script: the CSP refuses both. POST from another origin is refused with 403 before your view; 404, 405,
  413, 422, 500 are done. JSON callers (`/api/…` or Accept) get problem+json. A missing sign-in leads to `/masuk?lanjut=…`.
- Templates are StrictUndefined: pass everything. A page that is a step of a process sets `{% set in_form = true %}` (no menu).
"""

from shared.web import forms
from shared.web.app import create_app
from shared.web.catalogues import untranslated, used_texts
from shared.web.dependencies import CurrentPerson, Db, Lang, Now, OneReport, SignedIn, require
from shared.web.errors import Problem, SignInNeeded
from shared.web.language import N_, NP_, Language
from shared.web.rendering import render, tracking

__all__ = [
    "NP_",
    "N_",
    "CurrentPerson",
    "Db",
    "Lang",
    "Language",
    "Now",
    "OneReport",
    "Problem",
    "SignInNeeded",
    "SignedIn",
    "create_app",
    "forms",
    "render",
    "require",
    "tracking",
    "untranslated",
    "used_texts",
]
