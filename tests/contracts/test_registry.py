"""The registry is the only list of topics: what it says is complete and holds together."""

import json

import pytest
from pydantic import ValidationError

from shared.contracts import schemas
from shared.contracts.event import State, Tombstone
from shared.contracts.registry import EVENTS, SERVICES, TOPICS, Topic, consumed_by, produced_by
from tests.builders.events import build

BODIES = sorted(name for name, model in EVENTS.items() if not issubclass(model, Tombstone))
EXAMPLES = sorted(path for path in schemas.EXAMPLES.rglob("*.json"))


def test_every_topic_has_one_producer_that_is_a_service() -> None:
    assert {topic.producer for topic in TOPICS.values()} <= set(SERVICES)
    assert sum(len(produced_by(service)) for service in SERVICES) == len(TOPICS)


def test_consumers_are_services_that_do_not_read_what_they_write_except_identitys_own_audit() -> None:
    for topic in TOPICS.values():
        assert set(topic.consumers) <= set(SERVICES)
        assert topic.producer not in topic.consumers or topic.name == "identity.audit"


def test_a_type_belongs_to_one_topic_which_its_model_names() -> None:
    assert len(EVENTS) == sum(len(topic.events) for topic in TOPICS.values())
    for topic in TOPICS.values():
        assert all(model.topic == topic.name for model in topic.events)


def test_state_is_on_compacted_topics_and_nowhere_else() -> None:
    for topic in TOPICS.values():
        for model in topic.events:
            assert issubclass(model, State | Tombstone) is topic.compacted, model


def test_names_are_plural_kebab_case_facts_and_types_carry_their_version() -> None:
    for name, model in EVENTS.items():
        stem, _, version = name.rpartition(".v")
        assert stem == stem.lower()
        assert "_" not in stem
        assert version.isdigit(), model


def test_sealed_topics_have_one_reader() -> None:
    assert all(len(topic.consumers) == 1 for topic in TOPICS.values() if topic.sealed)


def test_what_concerns_privacy_waits_behind_nothing() -> None:
    assert {topic.name for topic in TOPICS.values() if topic.urgent} == {
        "reporter-privacy",
        "privacy-decisions",
        "signing-keys",
        "revocations",
    }


def test_the_portal_reads_nothing_but_state() -> None:
    assert all(topic.compacted for topic in consumed_by("portal"))


def test_only_publications_carry_what_a_thread_says() -> None:
    texts = {"text", "body", "public_body", "title"}
    allowed = {"reports", "verifications", "publications", "polls"}
    for topic in TOPICS.values():
        for model in topic.events:
            if texts & set(model.model_fields):
                assert topic.name in allowed, model


@pytest.mark.parametrize("name", BODIES)
def test_the_schema_that_is_checked_in_is_the_models(name: str) -> None:
    kept = (schemas.FOLDER / f"{name}.json").read_text()
    assert kept == schemas.schemas()[f"{name}.json"], "run: python -m shared.contracts.schemas"


def test_no_schema_and_no_example_is_left_of_a_type_that_is_gone() -> None:
    assert {path.stem for path in schemas.FOLDER.glob("*.json")} == set(BODIES)
    assert {path.parent.name for path in EXAMPLES} == set(BODIES)


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_golden_example_is_read_and_written_without_loss(path) -> None:  # type: ignore[no-untyped-def]
    model, given = EVENTS[path.parent.name], json.loads(path.read_text())
    written = json.loads(model.model_validate(given).model_dump_json())
    assert {name: written[name] for name in given} == given


@pytest.mark.parametrize("name", BODIES)
def test_a_reader_ignores_fields_it_does_not_know(name: str) -> None:
    event = build(EVENTS[name])
    assert EVENTS[name].model_validate(event.model_dump() | {"added_later": "x"}) == event


@pytest.mark.parametrize("name", BODIES)
def test_a_validation_error_does_not_repeat_what_was_written(name: str) -> None:
    with pytest.raises(ValidationError) as failure:
        EVENTS[name].model_validate({"occurred_at": "rahasia-sekali"})
    assert "rahasia-sekali" not in str(failure.value)


def test_a_topic_knows_whether_it_is_compacted() -> None:
    assert not Topic("t", "intake", (), (), key="k").compacted
