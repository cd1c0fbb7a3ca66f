"""What every published event has in common: a type, a topic, a key and the moment it happened."""

from typing import ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict


class Event(BaseModel):
    """A fact on the wire.

    Readers ignore fields they do not know and types they do not know; within a version of a type, fields are only added.
    """

    model_config = ConfigDict(frozen=True, extra="ignore", hide_input_in_errors=True)

    type: ClassVar[str]
    """Name and version, for example `report-submitted.v1`."""
    topic: ClassVar[str]

    occurred_at: AwareDatetime
    """Domain time (UTC)."""

    @property
    def key(self) -> str:
        """Events of one key on one topic keep their order."""
        raise NotImplementedError


class State(Event):
    """The newest snapshot of something on a compacted topic; replaces every lower `version` of its key."""

    version: int
    """Counts up per key, over tombstones too. A reader ignores what is not higher than what it has seen."""


class Tombstone(Event):
    """The end of a state record: a null body on the wire; key, version and time travel in the headers."""

    version: int
    record_key: str

    @property
    def key(self) -> str:
        """The key of the record that ends."""
        return self.record_key
