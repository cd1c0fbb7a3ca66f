"""The broker is set so that nothing acknowledged is lost."""

from pathlib import Path

from deploy.local.kafka import BROKER_SETTINGS, properties


def parsed(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


def test_topics_are_never_made_by_accident_and_commits_do_not_linger() -> None:
    settings = parsed(properties(Path("/data"), port=20001, controller_port=20002))
    assert settings["auto.create.topics.enable"] == "false"
    assert settings["unclean.leader.election.enable"] == "false"
    assert settings["group.coordinator.append.linger.ms"] == "0"
    assert settings["min.insync.replicas"] == "1"


def test_it_listens_on_the_loopback_interface_only() -> None:
    settings = parsed(properties(Path("/data"), port=20001, controller_port=20002))
    assert settings["listeners"] == "PLAINTEXT://127.0.0.1:20001,CONTROLLER://127.0.0.1:20002"
    assert settings["advertised.listeners"] == "PLAINTEXT://127.0.0.1:20001"


def test_every_safety_setting_reaches_the_file_also_for_tests() -> None:
    settings = parsed(properties(Path("/data"), port=20001, controller_port=20002, durable=False))
    assert set(BROKER_SETTINGS) <= set(settings)
