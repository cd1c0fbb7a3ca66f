"""What identity does with events: redelivered, out of order, unreadable."""

from datetime import timedelta
from uuid import uuid4

import pytest

from services.identity import handlers
from shared.contracts.accounts import ContactStored
from shared.contracts.audit import SERVICES, audit_of
from shared.contracts.follow_ups import ReportClosed
from shared.contracts.keys import IdentitySealingKey, NotifySealingKey, SigningKey
from shared.contracts.registry import consumed_by
from shared.contracts.sealed import Contact, ContactDetails, CredentialIssued, Purpose
from shared.contracts.vocabulary import AuthorRole
from shared.sealing import OpeningKey, new_private_key
from tests.identity.conftest import NOW, Identity, a_report, disposed, posted

DEWI = {"name": "Dewi Anggraini", "email": "dewi@contoh.example", "phone": "+6281234560001"}


def test_identity_subscribes_to_what_the_registry_says(identity: Identity) -> None:
    assert handlers.routes(identity.equipment).topics == sorted(t.name for t in consumed_by("identity"))


async def test_contact_data_go_into_the_vault_and_sealed_to_notify(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give_twice(identity.contact_of(report, **DEWI))
    (for_notify,) = await identity.flow.staged(Contact)
    (stored,) = await identity.flow.staged(ContactStored)
    assert (stored.reporter_ref, stored.report_id) == (report.reporter_ref, report.report_id)
    assert (for_notify.reporter_ref, for_notify.version) == (report.reporter_ref, 1)
    assert for_notify.key_id == identity.notify.public.key_id
    assert ContactDetails.model_validate_json(identity.notify.open(for_notify.sealed)) == ContactDetails(**DEWI)


async def test_contact_data_sent_anew_replace_the_old(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI))
    await identity.flow.give(identity.contact_of(report, email="baru@contoh.example"))
    newest = (await identity.flow.staged(Contact))[-1]
    assert newest.version == 2
    assert ContactDetails.model_validate_json(identity.notify.open(newest.sealed)).email == "baru@contoh.example"
    assert len(await identity.rows("contact")) == 1


async def test_an_account_named_in_the_seal_is_linked_and_not_passed_on(identity: Identity) -> None:
    account = await identity.open_account()
    report, stranger = a_report(), a_report()
    await identity.flow.give(
        identity.contact_of(report, **DEWI, account_id=account), identity.contact_of(stranger, account_id=uuid4())
    )
    linked = {row.reporter_ref: row.account_id for row in await identity.rows("contact")}
    assert linked == {report.reporter_ref: account, stranger.reporter_ref: None}
    for event in await identity.flow.staged(Contact):
        assert ContactDetails.model_validate_json(identity.notify.open(event.sealed)).account_id is None


async def test_an_unreadable_seal_parks_and_loses_nothing(identity: Identity) -> None:
    foreign = OpeningKey(new_private_key()).public
    event = identity.contact_of(a_report(), **DEWI).model_copy(update={"sealed": foreign.seal(b"{}")})
    await identity.flow.give(event)
    assert await identity.flow.parked() == 1
    assert await identity.flow.staged() == []
    assert await identity.rows("contact") == []


async def test_the_first_disposition_brings_an_activation(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI))
    event_id = uuid4()
    for _ in range(2):
        await identity.flow.give(disposed(report), event_id=event_id)
    (issued,) = await identity.flow.staged(CredentialIssued)
    assert (issued.purpose, issued.cause, issued.reporter_ref) == (Purpose.ACTIVATION, event_id, report.reporter_ref)
    assert issued.expires_at == identity.wall.now() + timedelta(days=7)
    (row,) = await identity.rows("credential")
    code = identity.code_in(issued)
    assert row.secret_hash.startswith("$argon2id$")
    assert row.selector == code.replace("-", "")[:4]
    assert code.replace("-", "")[4:] not in str(row)


async def test_a_disposition_that_comes_before_the_contact_data_waits_for_them(identity: Identity) -> None:
    report = a_report()
    event_id = uuid4()
    for _ in range(2):
        await identity.flow.give(disposed(report), event_id=event_id)
    assert await identity.flow.staged(CredentialIssued) == []
    await identity.flow.give_twice(identity.contact_of(report, **DEWI))
    (issued,) = await identity.flow.staged(CredentialIssued)
    assert issued.cause == event_id
    assert identity.code_in(issued)
    identity.wall.advance(timedelta(hours=1))
    assert await identity.tending.give_up_needs() == 0


async def test_without_contact_data_none_is_needed_after_a_while(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(disposed(report))
    assert await identity.tending.give_up_needs() == 0
    identity.wall.advance(timedelta(seconds=30))
    assert await identity.tending.give_up_needs() == 1
    assert await identity.tending.give_up_needs() == 0
    (issued,) = await identity.flow.staged(CredentialIssued)
    assert (issued.sealed, issued.key_id, issued.expires_at) == (None, None, None)
    await identity.flow.give(identity.contact_of(report, **DEWI))
    assert len(await identity.flow.staged(CredentialIssued)) == 1


@pytest.mark.parametrize("details", [{"name": "Dewi"}, {}])
async def test_whoever_cannot_be_reached_needs_none(identity: Identity, details: dict[str, str]) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **details), disposed(report), posted(report))
    issued = await identity.flow.staged(CredentialIssued)
    assert [(event.purpose, event.sealed) for event in issued] == [(Purpose.ACTIVATION, None), (Purpose.ACCESS, None)]
    assert await identity.rows("credential") == []


async def test_whoever_has_an_account_needs_none(identity: Identity) -> None:
    report, account = a_report(), await identity.open_account()
    await identity.flow.give(identity.contact_of(report, **DEWI, account_id=account), disposed(report), posted(report))
    assert [event.sealed for event in await identity.flow.staged(CredentialIssued)] == [None, None]


async def test_later_dispositions_ask_for_nothing(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI), disposed(report))
    await identity.flow.clear()
    await identity.flow.give(disposed(report, lead=False), disposed(report, previous=uuid4()))
    assert await identity.flow.staged() == []


async def test_a_second_first_disposition_needs_no_second_activation(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI), disposed(report), disposed(report))
    assert [event.sealed is None for event in await identity.flow.staged(CredentialIssued)] == [False, True]


async def test_an_agencys_answer_brings_an_access_code_that_supersedes_the_one_before(identity: Identity) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI), disposed(report))
    await identity.flow.give_twice(posted(report))
    await identity.flow.give(posted(report))
    issued = await identity.flow.staged(CredentialIssued)
    assert [event.purpose for event in issued] == [Purpose.ACTIVATION, Purpose.ACCESS, Purpose.ACCESS]
    rows = sorted(await identity.rows("credential"), key=lambda row: row.credential_id)
    assert [row.superseded_at is not None for row in rows] == [False, True, False]


@pytest.mark.parametrize("author", [author for author in AuthorRole if author is not AuthorRole.AGENCY])
async def test_nobody_elses_entry_brings_a_code(identity: Identity, author: AuthorRole) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI))
    await identity.flow.clear()
    await identity.flow.give(posted(report, author))
    assert await identity.flow.staged() == []


async def test_closing_brings_nothing(identity: Identity) -> None:
    report = a_report()
    closed = ReportClosed(
        occurred_at=NOW,
        report_id=report.report_id,
        tracking_id=report.tracking_id,
        reporter_ref=report.reporter_ref,
        thread_version=3,
    )
    await identity.flow.give(closed)
    assert (await identity.flow.staged(), await identity.flow.parked()) == ([], 0)


async def test_notifys_newest_published_key_is_sealed_to(identity: Identity) -> None:
    newer = OpeningKey(new_private_key())
    published = NotifySealingKey(
        occurred_at=NOW, version=2, key_id=newer.public.key_id, public_key=newer.public.public_key
    )
    stale = published.model_copy(update={"version": 1, "public_key": identity.notify.public.public_key})
    await identity.flow.give_twice(published)
    await identity.flow.give(stale, identity.contact_of(a_report(), **DEWI))
    (sealed,) = await identity.flow.staged(Contact)
    assert sealed.key_id == newer.public.key_id
    assert ContactDetails.model_validate_json(newer.open(sealed.sealed)).email == DEWI["email"]


async def test_every_services_audit_is_kept_once(identity: Identity) -> None:
    actor = str(uuid4())
    for service in SERVICES:
        await identity.flow.give_twice(
            audit_of(service)(
                occurred_at=NOW, actor=actor, action="report-viewed", report_id=uuid4(), reason="tugas harian"
            )
        )
    rows = await identity.rows("audit_record")
    assert sorted(row.service for row in rows) == sorted(SERVICES)
    assert {(row.actor, row.action, row.occurred_at, row.reason) for row in rows} == {
        (actor, "report-viewed", NOW, "tugas harian")
    }


async def test_starting_again_publishes_the_same_keys_with_higher_versions(identity: Identity) -> None:
    await identity.tending.begin()
    await identity.tending.begin()
    published = await identity.flow.staged(SigningKey)
    sealing = await identity.flow.staged(IdentitySealingKey)
    assert [key.version for key in published] == [2, 3]
    assert len({key.key_id for key in published}) == 1
    assert '"d"' not in published[0].jwk
    assert [key.public_key for key in sealing] == [identity.equipment.opening.public.public_key] * 2


async def test_a_failing_action_leaves_nothing_behind(identity: Identity, monkeypatch: pytest.MonkeyPatch) -> None:
    report = a_report()
    await identity.flow.give(identity.contact_of(report, **DEWI))
    await identity.flow.clear()

    async def broken(secret: str) -> str:
        raise RuntimeError

    monkeypatch.setattr(identity.equipment.codes, "hash", broken)
    await identity.flow.give(disposed(report))
    assert await identity.flow.parked() == 1
    assert await identity.flow.staged() == []
    assert await identity.rows("credential") == []
    assert await identity.rows("credential_need") == []
