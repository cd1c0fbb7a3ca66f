"""E-mail against a real SMTP server on this machine."""

import asyncio
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from pathlib import Path
from uuid import uuid4

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from services.notify.channels import Parcel
from services.notify.channels.email import Email
from services.notify.domain import Outcome
from services.notify.mailbox import Mailbox
from services.notify.settings import Settings
from services.notify.texts import Rendered
from shared.clock import FixedClock
from tests.notify.world import EMAIL, NOW

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning")


@dataclass
class Server:
    """Answers what it is told to, and keeps what it took."""

    port: int
    rcpt: str = "250 OK"
    data: str = "250 OK"
    got: list[bytes] = field(default_factory=list)

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        envelope.rcpt_tos.append(address)
        return self.rcpt

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's name
        self.got.append(envelope.original_content or b"")
        if self.data == "silence":
            await asyncio.sleep(30)
        return self.data


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server(free_port())
    controller = Controller(made, hostname="127.0.0.1", port=made.port)
    controller.start()
    yield made
    controller.stop()


def route(port: int, *, seconds: float = 2) -> Email:
    settings = Settings.model_validate(
        {
            "environment": "test",
            "database_url": "postgresql+psycopg://unused",
            "kafka": "unused",
            "kafka_security": "plaintext",
            "internal_token": "invented",
            "smtp": f"127.0.0.1:{port}",
            "send_timeout": seconds,
        }
    )
    return Email(settings, FixedClock(NOW))


def parcel(recipient: str = EMAIL) -> Parcel:
    return Parcel(uuid4(), recipient, Rendered("closed.email.id@0", "Isi – surel", "Laporan selesai", "<p>Isi</p>"))


async def test_a_letter_arrives_as_text_and_html_with_its_idempotency_key(server: Server) -> None:
    sent = parcel()
    assert await route(server.port).send(sent) is Outcome.SENT
    letter = message_from_bytes(server.got[0], policy=policy.default)
    assert letter["To"] == EMAIL
    assert letter["Subject"] == "Laporan selesai"
    assert str(sent.message_id) in letter["Message-ID"]
    assert [part.get_content_type() for part in letter.iter_parts()] == ["text/plain", "text/html"]


async def test_the_desk_finds_it_again_in_the_mailbox(server: Server, tmp_path: Path) -> None:
    sent = parcel()
    await route(server.port).send(sent)
    (tmp_path / "1-abc.eml").write_bytes(server.got[0])
    (tmp_path / "2-xyz.eml").write_bytes(b"\xff\xfe no letter at all")
    mailbox = Mailbox(tmp_path)
    found = await mailbox.letters({sent.message_id, uuid4()})
    assert found[sent.message_id].recipient == EMAIL
    assert "Isi – surel" in found[sent.message_id].text
    assert await Mailbox(None).letters({sent.message_id}) == {}
    assert await Mailbox(tmp_path / "missing").letters({sent.message_id}) == {}


@pytest.mark.parametrize(
    ("rcpt", "data", "outcome"),
    [
        ("550 no such mailbox", "250 OK", Outcome.REFUSED),
        ("450 try later", "250 OK", Outcome.BUSY),
        ("250 OK", "554 spam", Outcome.REFUSED),
        ("250 OK", "451 try later", Outcome.BUSY),
        ("250 OK", "silence", Outcome.UNKNOWN),
    ],
)
async def test_each_answer_of_the_server_means_something(
    server: Server, rcpt: str, data: str, outcome: Outcome
) -> None:
    server.rcpt, server.data = rcpt, data
    assert await route(server.port, seconds=1).send(parcel()) is outcome


async def test_a_server_that_is_away_is_tried_again_later() -> None:
    assert await route(free_port()).send(parcel()) is Outcome.BUSY


@pytest.mark.parametrize("address", ["a@b.invalid\r\nBcc: x@y.invalid", "bukan alamat", ""])
async def test_what_is_no_address_is_refused(server: Server, address: str) -> None:
    assert await route(server.port).send(parcel(address)) is Outcome.REFUSED
    assert server.got == []
