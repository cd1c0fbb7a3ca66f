"""Accepting needs intake and its database only; what was accepted arrives when the others are back."""

from uuid import uuid4

import pytest
from playwright.sync_api import Browser

from deploy.local.programs import ROSTER
from deploy.local.stack import Stack
from tests.system.desk import arriving, push_sms, report_id, signed_in, somebody
from tests.system.test_journey import submit

NEEDED = {"postgres", "intake", "gateway"}


@pytest.fixture
def alone(stack: Stack):  # type: ignore[no-untyped-def]
    """Everything is down but intake, its database and the gateway."""
    others = [name for name in ROSTER if name not in NEEDED]
    stack.stop(*others)
    yield
    stack.start("kafka")
    stack.start(*[name for name in others if name != "kafka"])


def test_intake_accepts_while_everything_else_is_down(chromium: Browser, stack: Stack, alone: None) -> None:
    with somebody(chromium) as citizen:
        web = submit(citizen, stack, f"Banjir di simpang {uuid4().hex[:6]}")
    sms = push_sms(stack, f"KOTA METRO banjir setinggi lutut {uuid4().hex[:6]}", "+6281255502612", uuid4().hex)
    assert sms.headers["x-lapor-outcome"] == "accepted"
    others = [name for name in ROSTER if name not in NEEDED]
    stack.start("kafka")
    stack.start(*[name for name in others if name != "kafka"])
    with signed_in(chromium, stack, "administrator@example.id") as administrator:
        arriving(administrator, f"{stack.url}/meja/verifikasi/{report_id(stack, web)}", 60)
