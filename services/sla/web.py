"""The monitoring desk: what is overdue at every stage (rules.md §10)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.ext.asyncio import AsyncSession

from services.sla import calendar, store
from services.sla.store import Line, Tally
from shared.contracts.vocabulary import ClockName
from shared.security import Person, Role
from shared.web import N_, Db, Now, render, require
from shared.working_days import WorkingCalendar, default_calendar

PAGE = 50
Watcher = Annotated[Person, Depends(require(Role.OBSERVER, Role.ADMINISTRATOR, Role.OPERATOR))]
STAGES = {
    ClockName.VERIFICATION: N_("Verifikasi dan disposisi"),
    ClockName.COMPLETION: N_("Kelengkapan dari pelapor"),
    ClockName.RESPONSE: N_("Jawaban instansi"),
    ClockName.CLOSURE: N_("Penutupan"),
}
OWNERS = {
    ClockName.VERIFICATION: N_("Administrator LAPOR!"),
    ClockName.COMPLETION: N_("Pelapor"),
    ClockName.CLOSURE: N_("Sistem"),
}
"""Who must act, where it is no agency."""
PUBLISHED = (ClockName.RESPONSE, ClockName.CLOSURE)
"""Clocks of reports that have a public page."""


class View(StrEnum):
    """Which clocks are listed; the words stand in the address."""

    LATE = "terlambat"
    SOON = "segera"


@dataclass(frozen=True, slots=True)
class Totals:
    """Counts of several tallies together."""

    late: int
    soon: int
    running: int
    paused: int
    late_confidential: int


@dataclass(frozen=True, slots=True)
class Late:
    """A listed clock with its agency's name and, when it is late, by how many working days."""

    line: Line
    agency: str | None
    working_days: int
    published: bool


def router(soon_working_days: int) -> APIRouter:
    """The routes; `soon_working_days` is what counts as due soon."""
    routes = APIRouter(prefix="/meja/pemantauan")

    @routes.get("")
    async def desk(
        request: Request,
        db: Db,
        now: Now,
        person: Watcher,
        tampilan: View = View.LATE,
        tahap: ClockName | Literal[""] | None = None,
        instansi: Annotated[str | None, Query(max_length=60)] = None,
        halaman: Annotated[int, Query(ge=1, le=10_000)] = 1,
    ) -> Response:
        days = await _calendar(db)
        soon = days.add(now, soon_working_days)
        tallies = await store.tallies(db, now=now, soon=soon)
        lines, total = await store.lines(
            db,
            now=now,
            soon=soon if tampilan is View.SOON else None,
            clock=tahap or None,
            agency=instansi or None,
            limit=PAGE,
            offset=PAGE * (halaman - 1),
        )
        names = await store.agency_names(db, {t.agency for t in tallies if t.agency} | _agencies(lines))
        kept = {"tampilan": tampilan.value, "tahap": tahap.value if tahap else "", "instansi": instansi or ""}
        return render(
            request,
            "pemantauan.html",
            now=now,
            totals=_sum(tallies),
            stages=[(name, STAGES[name], _sum([t for t in tallies if t.clock is name])) for name in STAGES],
            agencies=_by_agency(tallies, names),
            listed=[_late(line, names, days, now) for line in lines],
            total=total,
            first=PAGE * (halaman - 1) + 1,
            view=tampilan,
            View=View,
            stage_names=STAGES,
            owners=OWNERS,
            stage=tahap or None,
            agency=instansi or "",
            page=halaman,
            last=max(1, -(-total // PAGE)),
            address=f"/meja/pemantauan?{urlencode({name: value for name, value in kept.items() if value})}&",
        )

    return routes


async def _calendar(db: AsyncSession) -> WorkingCalendar:
    years = await store.years(db)
    return calendar.assemble(years) if years else default_calendar()


def _agencies(lines: list[Line]) -> set[str]:
    return {line.agency for line in lines if line.agency}


def _sum(tallies: list[Tally]) -> Totals:
    return Totals(
        sum(t.late for t in tallies),
        sum(t.soon for t in tallies),
        sum(t.running for t in tallies),
        sum(t.paused for t in tallies),
        sum(t.late_confidential for t in tallies),
    )


def _by_agency(tallies: list[Tally], names: Mapping[str, str]) -> list[tuple[str, str, Totals]]:
    """Code, name and counts of each agency, the one with most late answers first."""
    codes = {t.agency for t in tallies if t.agency}
    found = [(code, names.get(code, code), _sum([t for t in tallies if t.agency == code])) for code in codes]
    return sorted(found, key=lambda row: (-row[2].late, -row[2].soon, row[1]))


def _late(line: Line, names: Mapping[str, str], days: WorkingCalendar, now: datetime) -> Late:
    agency = names.get(line.agency, line.agency) if line.agency else None
    return Late(line, agency, days.between(line.due_at, now), line.clock in PUBLISHED)
