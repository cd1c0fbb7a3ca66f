"""Two polls of the demonstration: one closed, with its counts shown, and one that is open today."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from deploy.local.demo import people
from deploy.local.demo.people import Office
from shared.zones import JAKARTA


@dataclass(frozen=True)
class Opinion:
    """A poll, and what the demonstration's reporters choose."""

    agency: str
    question: str
    options: tuple[str, ...]
    runs: timedelta
    votes: tuple[int, ...]
    """Option (from 1) of each reporter."""


CLOSED = Opinion(
    "PD-1872",
    "Hari apa sebaiknya jalan di sekitar taman kota ditutup untuk kendaraan?",
    ("Sabtu sore", "Minggu pagi", "Tidak perlu ditutup"),
    timedelta(days=10),
    (2, 2),
)
OPEN = Opinion(
    "PD-3273",
    "Layanan apa yang paling Anda perlukan buka pada hari Sabtu?",
    ("Perekaman KTP elektronik", "Puskesmas", "Perpustakaan", "Pembayaran pajak daerah"),
    timedelta(days=45),
    (1, 3),
)


async def hold(office: Office, opinion: Opinion, now: datetime) -> None:
    """An officer asks; every reporter of the demonstration with a choice votes."""
    officer = await office.officer(opinion.agency)
    if officer is None:
        return
    opens = now.astimezone(JAKARTA).date()
    closes = opens + opinion.runs
    page = await officer.open("/meja/opini/baru")
    form = page.form("/meja/opini/baru")
    dates = {
        f"{name}-{part}": str(getattr(day, part))
        for name, day in (("opens_on", opens), ("closes_on", closes))
        for part in ("day", "month", "year")
    }
    fields = {"question": opinion.question, "options": "\n".join(opinion.options), **dates}
    await officer.send(form, 200, **fields)
    poll = f"/opini/{form.values['poll_id']}"
    for email, option in zip(people.reporters(), opinion.votes, strict=False):
        reporter = await office.person(email)
        ballot = await people.arriving(reporter, poll)
        await reporter.send(ballot.form(poll), option=str(option))
