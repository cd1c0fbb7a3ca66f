"""The web form: one page, complete without JavaScript."""

from collections.abc import Mapping, Sequence
from functools import cache
from secrets import token_urlsafe
from typing import Any

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import actions, projections
from services.intake.domain import KeyReused, UnknownAgency, UnknownCategory
from services.intake.forms import KEY_PATTERN, ReportForm, limits, require_form
from services.intake.keys import Keys
from services.intake.leaks import leak_mark, leaks_in
from services.intake.settings import Settings
from services.intake.telling import KINDS, LEAKS
from shared import regions
from shared.contracts import vocabulary
from shared.contracts.agencies import AgencyKind
from shared.contracts.vocabulary import Channel, Kind
from shared.web import N_, CurrentPerson, Db, Lang, Language, Now, forms, render
from shared.web.forms import Filled

KIND_HINTS = {
    Kind.COMPLAINT: N_("Ada layanan yang buruk, rusak, terlambat, atau dipungut biaya tidak resmi"),
    Kind.ASPIRATION: N_("Usul atau harapan untuk pembangunan dan layanan"),
    Kind.INFORMATION_REQUEST: N_("Pertanyaan tentang aturan, syarat, jadwal, atau anggaran"),
}
AGENCY_KINDS = {
    AgencyKind.MINISTRY: N_("Kementerian"),
    AgencyKind.INSTITUTION: N_("Lembaga"),
    AgencyKind.LOCAL_GOVERNMENT: N_("Pemerintah daerah"),
    AgencyKind.STATE_ENTERPRISE: N_("Badan usaha milik negara"),
}
Options = Sequence[tuple[str, Sequence[tuple[str, str]]]]
"""Groups of (value, text) under a heading."""


def router(keys: Keys, settings: Settings) -> APIRouter:
    """`/lapor`."""
    routes = APIRouter(include_in_schema=False)

    @routes.get("/lapor")
    async def form(request: Request, db: Db, lang: Lang, person: CurrentPerson) -> Response:
        """An empty form with a key of its own; a signed-in reporter may keep or remove the name."""
        blank = forms.blank(ReportForm, name=person.name if person and person.account_id else "")
        context = await _offered(db, lang)
        return render(request, "report_form.html", form=blank, **_fresh(settings), **context)

    @routes.post("/lapor")
    async def send(request: Request, db: Db, lang: Lang, now: Now, person: CurrentPerson) -> Response:
        """Take in a report, or show the form again as it was."""
        require_form(request)
        filled = await forms.read(request, ReportForm, limits(settings, now))
        key = filled.value("key")
        if filled.form is None:
            return await _again(request, db, lang, settings, filled, key=key)
        if not KEY_PATTERN.match(key):
            refused = filled.with_error("", lang.gettext("Halaman ini sudah lama terbuka. Kirim sekali lagi."))
            return await _again(request, db, lang, settings, refused)
        written = f"{filled.form.title}\n{filled.form.body}"
        mark = leak_mark(keys.hash_key, written) if filled.form.anonymous else ""
        if mark and filled.form.leak != mark:
            names = [lang.gettext(LEAKS[leak]) for leak in leaks_in(written)]
            return await _again(request, db, lang, settings, filled, key=key, leaks=names, mark=mark)
        submission = filled.form.submission(Channel.WEB, key, vocabulary.Language(lang.code), person)
        try:
            receipt = await actions.submit(db, submission, keys=keys, settings=settings, now=now)
        except UnknownAgency:
            refused = filled.with_error("agency", lang.gettext("Instansi itu tidak ada dalam daftar"))
        except UnknownCategory:
            refused = filled.with_error("category", lang.gettext("Topik itu tidak ada dalam daftar"))
        except KeyReused:
            said = lang.gettext(
                "Laporan dari halaman ini sudah kami terima, dan sesudah itu isinya Anda ubah. Kirim lagi bila ini laporan baru."
            )
            return await _again(request, db, lang, settings, filled.with_error("", said))
        else:
            return RedirectResponse(f"/saya/{receipt.token}?baru=1", 303)
        return await _again(request, db, lang, settings, refused, key=key)

    return routes


def _fresh(settings: Settings) -> dict[str, Any]:
    return {"key": token_urlsafe(24), "leaks": (), "mark": "", "settings": settings}


async def _again(
    request: Request,
    db: AsyncSession,
    lang: Language,
    settings: Settings,
    filled: Filled[ReportForm],
    *,
    key: str = "",
    leaks: Sequence[str] = (),
    mark: str = "",
) -> Response:
    """The form as it was filled in, and what is to be done about it; without `key` it gets a new one."""
    context = _fresh(settings) | {"leaks": leaks, "mark": mark}
    if KEY_PATTERN.match(key):
        context["key"] = key
    return render(request, "report_form.html", status_code=422, form=filled, **context, **await _offered(db, lang))


async def _offered(db: AsyncSession, lang: Language) -> Mapping[str, Any]:
    agencies = await projections.agencies(db)
    categories = await projections.categories(db)
    by_kind = [
        (lang.gettext(text), [(a.code, a.name) for a in agencies if a.kind is kind])
        for kind, text in AGENCY_KINDS.items()
    ]
    return {
        "kinds": [(kind.value, lang.gettext(text), lang.gettext(KIND_HINTS[kind])) for kind, text in KINDS.items()],
        "regions": region_options(),
        "agencies": [(heading, choices) for heading, choices in by_kind if choices],
        "categories": [(c.code, c.name if lang.code == "id" else c.name_en) for c in categories],
    }


@cache
def region_options() -> Options:
    """Provinces with their regencies and cities; the province itself for those who do not know more."""
    return tuple(
        (province.name, ((province.code, province.name), *((r.code, r.name) for r in regions.below(province.code))))
        for province in regions.provinces()
    )
