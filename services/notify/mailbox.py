"""The local mailbox of the embedded stack: e-mails that it kept as files, found again by the message they are."""

import asyncio
from collections.abc import Set
from dataclasses import dataclass
from email import policy
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path
from uuid import UUID

from services.notify.channels.email import MESSAGE_HEADER


@dataclass(frozen=True, slots=True)
class Letter:
    """An e-mail as somebody reads it."""

    recipient: str
    subject: str
    text: str


class Mailbox:
    """Reads the folder; None: there is none, and nothing is ever found."""

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._known: dict[str, str] = {}
        """Message by file name; files never change."""

    async def letters(self, messages: Set[UUID]) -> dict[UUID, Letter]:
        """The e-mails of these messages, as far as the folder has them."""
        return await asyncio.to_thread(self._find, messages) if messages else {}

    def _find(self, messages: Set[UUID]) -> dict[UUID, Letter]:
        wanted = {str(message): message for message in messages}
        found = {}
        for path in sorted(self._folder.glob("*.eml")) if self._folder and self._folder.is_dir() else []:
            message = wanted.get(self._message_of(path))
            if message is not None:
                found[message] = _letter(path)
        return found

    def _message_of(self, path: Path) -> str:
        if path.name not in self._known:
            with path.open("rb") as file:
                headers = BytesHeaderParser(policy=policy.default).parse(file)
            self._known[path.name] = str(headers.get(MESSAGE_HEADER, ""))
        return self._known[path.name]


def _letter(path: Path) -> Letter:
    with path.open("rb") as file:
        letter = BytesParser(policy=policy.default).parse(file)
    body = letter.get_body(preferencelist=("plain",))
    return Letter(str(letter["To"] or ""), str(letter["Subject"] or ""), body.get_content() if body else "")
