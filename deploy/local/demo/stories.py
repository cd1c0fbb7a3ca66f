"""Makes the demonstration's reports out of `reports.toml`: varied, invented, the same for the same seed."""

import random
import tomllib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

SOURCE = Path(__file__).parent / "reports.toml"
CATEGORIES = {
    "jalan": "jalan",
    "penerangan": "penerangan-jalan",
    "sampah": "kebersihan",
    "banjir": "genangan",
    "pohon": "pohon",
    "taman": "pohon",
    "air": "air-bersih",
    "kependudukan": "kependudukan",
    "pungli": "pungutan-liar",
    "sekolah": "pendidikan",
    "kesehatan": "kesehatan",
    "transportasi": "transportasi",
    "listrik": "listrik",
    "bansos": "bantuan-sosial",
    "pertanahan": "pertanahan",
    "ketenagakerjaan": "ketenagakerjaan",
    "imigrasi": "imigrasi",
    "usaha": "perizinan",
    "lain": "lainnya",
}
"""Topic of a story → code of verification's category."""


class Fate(Enum):
    """What becomes of a story."""

    UNANSWERED = "disposed, not answered yet"
    INITIAL = "an initial response"
    PROGRESS = "a progress report"
    RESOLVED = "a resolution"
    REPLIED = "answered, and the reporter replied"
    HELD = "pending: its agency is not connected"
    REJECTED = "out of scope"
    RETURNED = "returned for completion"


@dataclass(frozen=True)
class Story:
    """One report and what becomes of it."""

    kind: str
    category: str
    title: str
    body: str
    region: str
    place: str
    agency: str
    channel: str
    """`web` or `sms`."""
    keyword: str
    name: str | None
    anonymous: bool
    confidential: bool
    fate: Fate
    rejection: str | None
    initial: str
    answer: str
    resolves: bool
    """Whether the answer says that it is solved, or how far it is."""
    reply: str


def tell(count: int, seed: int = 1708) -> list[Story]:
    """That many stories, in the order they happen."""
    source = tomllib.loads(SOURCE.read_text())
    chance = random.Random(seed)  # noqa: S311 - invented reports, not secrets
    told: dict[str, Story] = {}
    while len(told) < count:
        story = _one(source, chance)
        told.setdefault(story.body, story)
    return list(told.values())


def _one(source: dict[str, Any], chance: random.Random) -> Story:
    scenario = chance.choice(source["scenario"])
    to = str(scenario["to"])
    place = chance.choice(source["elsewhere" if to == "elsewhere" else "place"])
    road, spot = chance.choice(place["roads"]), chance.choice(place["spots"])
    words = source["words"]
    fill = {"road": road, "spot": spot, "since": chance.choice(words["since"]), "count": chance.choice(words["count"])}
    anonymous = bool(scenario.get("anonymous")) or chance.random() < 0.12
    confidential = bool(scenario.get("confidential")) or chance.random() < 0.02
    sms = to == "local" and not confidential and chance.random() < 0.3
    answers, resolves = source["answers"], chance.random() < 0.6
    agency = place["agency"] if to in ("local", "elsewhere", "return") or to.startswith("reject") else to
    return Story(
        kind=scenario["kind"],
        category=CATEGORIES[scenario["topic"]],
        title=scenario["title"].format(**fill),
        body=_sentence(scenario["body"].format(**fill)),
        region=place["region"],
        place=f"{road}, {spot}",
        agency=agency,
        channel="sms" if sms else "web",
        keyword=place.get("keyword", ""),
        name=None if anonymous else chance.choice(words["names"]),
        anonymous=anonymous,
        confidential=confidential,
        fate=_fate(to, chance),
        rejection=to.partition(":")[2] or None,
        initial=chance.choice(answers["initial"]["texts"]),
        answer=chance.choice(answers["resolution" if resolves else "progress"]["texts"]),
        resolves=resolves,
        reply=chance.choice(source["replies"]["texts"]),
    )


def _fate(to: str, chance: random.Random) -> Fate:
    if to == "elsewhere":
        return Fate.HELD
    if to == "return":
        return Fate.RETURNED
    if to.startswith("reject"):
        return Fate.REJECTED
    fates = [Fate.RESOLVED, Fate.PROGRESS, Fate.INITIAL, Fate.UNANSWERED, Fate.REPLIED]
    return chance.choices(fates, weights=[48, 22, 12, 12, 6])[0]


def _sentence(text: str) -> str:
    return ". ".join(part[:1].upper() + part[1:] for part in text.split(". "))
