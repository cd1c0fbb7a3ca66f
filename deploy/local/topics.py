"""Creates the registry's topics on the embedded broker."""

from confluent_kafka.admin import AdminClient, NewTopic  # type: ignore[attr-defined] # public, missing in __all__

from shared.contracts.registry import TOPICS


def create(address: str) -> None:
    """Create what the registry lists and the broker lacks."""
    admin = AdminClient({"bootstrap.servers": address})
    known = set(admin.list_topics(timeout=10).topics)
    new = [
        NewTopic(t.name, min(4, t.partitions), 1, config={"cleanup.policy": "compact" if t.compacted else "delete"})
        for t in TOPICS.values()
        if t.name not in known
    ]
    if new:
        for f in admin.create_topics(new).values():
            f.result()
