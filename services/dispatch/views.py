"""What the desk and the thread page show of one report, put together once for both."""

from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Any, ClassVar
from uuid import UUID, uuid4

from fastapi import Request
from fastapi.responses import Response
from pydantic import AfterValidator, ValidationInfo
from pydantic_core import PydanticCustomError
from sqlalchemy.ext.asyncio import AsyncSession

from services.dispatch import register, store
from services.dispatch.cases import Case, Disposition, Draft, Schedule
from services.dispatch.directory import Names
from services.dispatch.domain import OPEN, NotOpen, Standing, standing
from services.dispatch.settings import Settings
from services.dispatch.timeline import Line, timeline
from shared import regions
from shared.contracts.vocabulary import EntryKind, Status
from shared.web import N_, Language, forms, render
from shared.web.forms import Text

STATUS = {
    Status.DISPOSED: (N_("Didisposisikan"), ""),
    Status.IN_FOLLOW_UP: (N_("Ditindaklanjuti"), "green"),
    Status.CLOSED: (N_("Selesai"), "green"),
    Status.WITHDRAWN: (N_("Ditarik pelapor"), "grey"),
}
"""Words and colour of the states that dispatch knows."""
KINDS = {
    EntryKind.INITIAL: N_("Tanggapan awal"),
    EntryKind.QUESTION: N_("Pertanyaan"),
    EntryKind.PROGRESS: N_("Perkembangan"),
    EntryKind.RESOLUTION: N_("Tindak lanjut"),
    EntryKind.THANKS: N_("Terima kasih"),
}
"""What is said of an entry above its words."""

TOO_LONG = (
    N_("Percakapan ini sudah terlalu panjang"),
    N_("Tidak ada yang tersimpan. Ringkas tulisan Anda, atau mintalah bantuan administrator."),
)


def _within(value: str, info: ValidationInfo) -> str:
    limit = int((info.context or {})["limit"])
    if len(value) > limit:
        raise PydanticCustomError("string_too_long", "too long", {"max_length": limit})
    return value


class EntryForm(forms.Form):
    """What every form of the thread sends."""

    command_id: UUID
    text: Annotated[Text, AfterValidator(_within)]

    messages: ClassVar = {
        ("command_id", "missing"): N_("Muat ulang halaman ini, lalu kirim lagi"),
        ("command_id", "uuid_parsing"): N_("Muat ulang halaman ini, lalu kirim lagi"),
        ("text", "missing"): N_("Tulis isi tanggapan Anda"),
    }


def command_id() -> str:
    """A new name for what a form will send, so that sending it twice is one entry."""
    return str(uuid4())


@dataclass(frozen=True)
class Clock:
    """One agency's time for its answers, as shown."""

    held: Disposition
    standing: Standing
    """Of its first answer, or of the next one where one is asked for."""

    @property
    def in_time(self) -> bool:
        """Whether the first answer came in time."""
        return self.held.answered_at is not None and self.held.answered_at <= self.held.answer_by


@dataclass(frozen=True)
class Shown:
    """A report with everything that its pages say of it."""

    case: Case
    lines: list[Line]
    names: Names
    clocks: list[Clock]
    schedule: Schedule
    category: str
    place: str
    status: tuple[str, str]
    disposed_after: int
    """Working days from receipt to disposition."""
    closes_in: int | None
    """Working days until silence closes it."""
    limit: int

    @property
    def takes_entries(self) -> bool:
        """Whether the thread is open."""
        return self.case.status in OPEN

    @property
    def objected(self) -> bool:
        """Whether a reply or statement stopped the time until closing."""
        return self.case.status is Status.IN_FOLLOW_UP and self.case.closes_at is None


async def shown(session: AsyncSession, case: Case, settings: Settings, language: Language, *, now: datetime) -> Shown:
    """Put a report's page together."""
    schedule = await store.schedule(session, settings)
    codes = {code for d in case.dispositions for code in d.path} | {e.unit for e in case.entries} | {case.lead}
    category = await store.category_names(session, case.category)
    return Shown(
        case=case,
        lines=timeline(case),
        names=await register.names(session, codes),
        clocks=[
            Clock(d, standing(d.due_at or d.answer_by, schedule.calendar, settings.soon_days, now=now))
            for d in case.dispositions
        ],
        schedule=schedule,
        category=category[language.code != "id"],
        place=place_of(case),
        status=STATUS[case.status],
        disposed_after=schedule.calendar.between(case.received_at, case.disposed_at),
        closes_in=schedule.calendar.between(now, case.closes_at) if case.closes_at else None,
        limit=settings.answer_limit,
    )


def place_of(case: Case) -> str:
    """The place in words: as the reporter wrote it, then the region."""
    region = regions.path_of(case.place.region) if case.place.region else None
    return ", ".join(part for part in (case.place.text, region) if part)


def context(view: Shown, **more: Any) -> dict[str, Any]:
    """What the templates are given."""
    return {"shown": view, "case": view.case, "names": view.names, "kinds": KINDS, **more}


def refused(request: Request, case: Case, why: NotOpen, draft: Draft, back: str, *, base: str) -> Response:
    """The page that says why nothing was added, with what was written so that it can be copied (rules.md §6)."""
    return render(
        request,
        "refused.html",
        status_code=409,
        base=base,
        case=case,
        closed=why.status is Status.CLOSED,
        text=draft.text,
        back=back,
    )
