"""Turns a message into words, in memory only: what comes out may hold a code."""

from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from services.notify import sms
from services.notify.domain import Message, Privacy, Report
from shared.contracts.notifications import MessageChannel
from shared.contracts.vocabulary import Channel, Language
from shared.web import tracking
from shared.web.language import Language as Words

TEMPLATES = Path(__file__).parent / "templates"
ELASTIC = ("missing", "agency")
"""What gives way, in this order, where an SMS would not fit one segment."""
FOOTERS = {
    Language.INDONESIAN: "LAPOR! – layanan aspirasi dan pengaduan rakyat. Surel ini dikirim otomatis; balasan ke alamat ini tidak terbaca.",
    Language.ENGLISH: "LAPOR! – the people's aspirations and complaints service. This message was sent automatically; replies are not read.",
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A text ready to send; its words never appear in a representation."""

    template: str
    """Name and version of the template, for example `disposed.sms.id@3f2a91c0`."""
    text: str = field(repr=False)
    subject: str | None = field(default=None, repr=False)
    html: str | None = field(default=None, repr=False)


class Texts:
    """The message templates, read once; the version of each follows from its content."""

    def __init__(self, public_url: str, sms_number: str) -> None:
        self._url = public_url.rstrip("/")
        self._number = sms_number
        self._versions = {
            path.name: sha256(path.read_bytes()).hexdigest()[:8] for path in (TEMPLATES / "messages").iterdir()
        }
        loader = FileSystemLoader(TEMPLATES)
        self._plain = Environment(loader=loader, undefined=StrictUndefined, autoescape=False)  # noqa: S701 - plain text
        self._html = Environment(loader=loader, undefined=StrictUndefined, autoescape=True)

    def render(
        self,
        message: Message,
        report: Report,
        privacy: Privacy,
        *,
        channel: MessageChannel,
        agency: str | None,
        code: str | None,
    ) -> Rendered:
        """The words of a message. For a confidential report they name neither topic nor agency (rules.md §7), and lead to no public page.

        Who came by SMS left no receipt behind to open, only the number to write to again.

        Raises:
            jinja2.TemplateError: the stage has no template, or it uses something that it was not given.
        """
        name = f"{message.stage}.{channel}.{report.language}.txt"
        hidden = privacy.confidential
        told = message.parameters
        values: dict[str, str | None] = {
            "id": report.tracking_id,
            "shown_id": tracking(report.tracking_id),
            "url": self._url,
            "public": None if hidden else "yes",
            "page": f"{self._url}/saya" if hidden else f"{self._url}/laporan/{report.tracking_id}",
            "number": self._number if report.channel is Channel.SMS else None,
            "by": self._day(told.get("by"), report.language, channel),
            "agency": None if hidden else agency,
            "missing": None if hidden else told.get("missing"),
            "reason": None if hidden else told.get("reason"),
            "explanation": None if hidden else told.get("explanation"),
            "link": f"{self._url}/k/{code}" if code else None,
        }
        template = f"{name.removesuffix('.txt')}@{self._versions.get(name, '')}"
        if channel is MessageChannel.SMS:
            return Rendered(template, self._one_segment(name, values))
        subject, _, text = self._words(name, values).partition("\n\n")
        subject = subject.removeprefix("Subject: ")
        footer = FOOTERS[report.language]
        html = self._html.get_template("mail.html").render(
            language=report.language, subject=subject, paragraphs=text.split("\n\n"), footer=footer
        )
        return Rendered(template, f"{text}\n\n-- \n{footer}\n", subject, html)

    def _words(self, name: str, values: dict[str, str | None]) -> str:
        return self._plain.get_template(f"messages/{name}").render(values).strip()

    def _one_segment(self, name: str, values: dict[str, str | None]) -> str:
        values = {key: sms.to_gsm7(" ".join(value.split())) if value else value for key, value in values.items()}
        text = self._words(name, values)
        for elastic in ELASTIC:
            word = values[elastic]
            excess = sms.measure(text).units - sms.SINGLE
            if excess <= 0 or not word:
                continue
            values[elastic] = sms.shorten(word, max(0, sms.measure(word).units - excess)) or None
            text = self._words(name, values)
        return text

    @staticmethod
    def _day(moment: str | None, language: Language, channel: MessageChannel) -> str | None:
        """A deadline's day: reckoned in Jakarta, so named in WIB wherever the reporter lives."""
        if moment is None:
            return None
        words = Words(language)
        day = datetime.fromisoformat(moment)
        return words.short_day(day) if channel is MessageChannel.SMS else words.day(day)
