"""The SMTP sink of the embedded stack: keeps what it is given as files, newest last, and sends nothing on.

python -m deploy.local.mailbox PORT FOLDER
"""

import signal
import sys
import threading
import time
import uuid
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT = 500
"""Older messages are deleted."""


class Folder:
    """Writes each message to a file of its own."""

    def __init__(self, path: Path) -> None:
        self._path = path

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        """Keep a message that arrived."""
        content = envelope.content or b""
        part = self._path / f".{uuid.uuid4().hex}"
        part.write_bytes(content if isinstance(content, bytes) else content.encode())
        part.replace(self._path / f"{time.time_ns()}-{part.name[1:9]}.eml")
        for old in sorted(self._path.glob("*.eml"))[:-KEPT]:
            old.unlink(missing_ok=True)
        return "250 Kept"


def main(port: int, folder: Path, host: str = "127.0.0.1") -> None:
    """Listen until told to stop."""
    folder.mkdir(parents=True, exist_ok=True)
    stop = threading.Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: stop.set())
    controller = Controller(Folder(folder), hostname=host, port=port)
    controller.start()
    stop.wait()
    controller.stop()


if __name__ == "__main__":
    main(int(sys.argv[1]), Path(sys.argv[2]), *sys.argv[3:4])
