"""The SMTP sink keeps what it is given, whole, and not for ever."""

import smtplib
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

from aiosmtpd.controller import Controller

from deploy.local import mailbox, ports


@contextmanager
def listening(folder: Path) -> Iterator[smtplib.SMTP]:
    port = ports.free_port(set())
    controller = Controller(mailbox.Folder(folder), hostname="127.0.0.1", port=port)
    controller.start()
    try:
        with smtplib.SMTP("127.0.0.1", port) as client:
            yield client
    finally:
        controller.stop()


def message(subject: str) -> EmailMessage:
    made = EmailMessage()
    made["From"], made["To"], made["Subject"] = "lapor@example.id", "wulan@example.id", subject
    made.set_content("Terima kasih – laporan Anda kami terima.")
    return made


def test_a_message_is_kept_as_a_file(tmp_path: Path) -> None:
    with listening(tmp_path) as client:
        client.send_message(message("Laporan diterima"))
    (kept,) = tmp_path.glob("*.eml")
    received = message_from_bytes(kept.read_bytes(), policy=policy.default)
    assert received["Subject"] == "Laporan diterima"
    assert "laporan Anda kami terima" in received.get_content()


def test_only_the_newest_messages_are_kept(tmp_path: Path) -> None:
    for number in range(mailbox.KEPT + 5):
        (tmp_path / f"{number:019}-x.eml").write_text("old")
    with listening(tmp_path) as client:
        client.send_message(message("baru"))
    kept = sorted(tmp_path.glob("*.eml"))
    assert len(kept) == mailbox.KEPT
    assert b"Subject: baru" in kept[-1].read_bytes()
