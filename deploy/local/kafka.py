"""The broker: one node that is its own controller (KRaft), set so that nothing acknowledged is lost."""

import base64
import logging
import secrets
from pathlib import Path

from confluent_kafka import KafkaException
from confluent_kafka.admin import AdminClient

from deploy.local import shell
from deploy.local.programs import Program, tied

BROKER_SETTINGS: dict[str, str] = {
    "auto.create.topics.enable": "false",
    "min.insync.replicas": "1",
    "unclean.leader.election.enable": "false",
    # Kafka 4 lets a commit of offsets wait 5 ms for company; consumers here commit per batch and would only wait
    "group.coordinator.append.linger.ms": "0",
    "group.initial.rebalance.delay.ms": "0",
    "default.replication.factor": "1",
    "offsets.topic.replication.factor": "1",
    "offsets.topic.num.partitions": "8",
    "transaction.state.log.replication.factor": "1",
    "transaction.state.log.min.isr": "1",
    "transaction.state.log.num.partitions": "4",
    "share.coordinator.state.topic.replication.factor": "1",
    "share.coordinator.state.topic.min.isr": "1",
    "share.coordinator.state.topic.num.partitions": "4",
}
"""What a broker of one node must be set to, here and in docker-compose.yml alike."""

_SMALL: dict[str, str] = {
    "broker.session.timeout.ms": "3000",
    "broker.heartbeat.interval.ms": "1000",
    "metadata.max.idle.interval.ms": "5000",
    "num.network.threads": "2",
    "num.io.threads": "4",
    "log.segment.bytes": "67108864",
    "log.cleaner.dedupe.buffer.size": "16777216",
}
"""One machine shared with everything else."""

JAVA_OPTIONS = ("-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xss512k", "-XX:MaxMetaspaceSize=128m")
"""For a small JVM that starts fast."""

_MUTE = logging.getLogger(f"{__name__}.client")
"""A broker that does not answer yet is no news."""
_MUTE.addHandler(logging.NullHandler())
_MUTE.propagate = False

_LOGGING = """Configuration:
  status: warn
  Appenders:
    Console: {name: out, PatternLayout: {pattern: "%d{HH:mm:ss.SSS} %-5p %c{1} %m%n%throwable{short}"}}
  Loggers:
    Root: {level: warn, AppenderRef: {ref: out}}
    Logger:
      - {name: kafka.server.KafkaRaftServer, level: info}
      - {name: org.apache.kafka.common.utils.AppInfoParser, level: info}
"""


def properties(data: Path, *, port: int, controller_port: int, durable: bool = True) -> str:
    """The broker's configuration file. Without `durable` small internal topics serve tests that start it often."""
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@127.0.0.1:{controller_port}",
        "listeners": f"PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://127.0.0.1:{port}",
        "controller.listener.names": "CONTROLLER",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(data).replace("\\", "\\\\"),
        **BROKER_SETTINGS,
        **_SMALL,
    }
    if not durable:
        settings["offsets.topic.num.partitions"] = settings["transaction.state.log.num.partitions"] = "2"
    return "".join(f"{name}={value}\n" for name, value in settings.items())


class Broker:
    """The broker of one stack: where its files are and how it is started."""

    def __init__(
        self, *, java: Path, class_path: str, data: Path, configuration: Path, heap_megabytes: int = 256
    ) -> None:
        self._data, self._file = data, configuration / "kafka.properties"
        self._logging = configuration / "log4j2.yaml"
        self._java = (
            str(java),
            "-Xms64m",
            f"-Xmx{heap_megabytes}m",
            *JAVA_OPTIONS,
            f"-Dlog4j2.configurationFile={self._logging}",
            "-cp",
            class_path,
        )

    def prepare(self, *, port: int, controller_port: int, durable: bool = True) -> None:
        """Write the configuration and, the first time, format the storage.

        Raises:
            Problem: the storage cannot be formatted.
        """
        self._logging.write_text(_LOGGING)
        self._file.write_text(properties(self._data, port=port, controller_port=controller_port, durable=durable))
        if not (self._data / "meta.properties").exists():
            cluster = base64.urlsafe_b64encode(secrets.token_bytes(16)).decode().rstrip("=").replace("-", "A")
            shell.demand(
                [*self._java, "kafka.tools.StorageTool", "format", "-t", cluster, "-c", self._file],
                "Formatting Kafka's storage",
            )

    def program(self) -> Program:
        """The broker as a process."""
        return Program("kafka", tied((*self._java, "kafka.Kafka", str(self._file))), stop_seconds=20)


def answers(address: str) -> bool:
    """Whether a broker listens at `host:port` and knows its cluster."""
    # a client per question: one that saw the broker away backs off and would answer late
    client = AdminClient({"bootstrap.servers": address}, logger=_MUTE)
    try:
        return bool(client.list_topics(timeout=2).brokers)
    except KafkaException:
        return False
