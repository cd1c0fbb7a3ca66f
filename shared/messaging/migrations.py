"""The messaging tables as a step of a service's own migrations.

A service's first revision calls `upgrade_0001(op)`; `tables.metadata` stands beside the service's own metadata in its
migration environment, so that drift is seen.
"""

from importlib.resources import files
from typing import Protocol

TABLES = ("outbox", "inbox", "journey", "parked", "parked_lane", "state_version", "state_seen")


class Operations(Protocol):
    """What is used of Alembic's `op`."""

    def execute(self, sqltext: str) -> None:
        """Run one statement."""
        ...


def statements_0001() -> list[str]:
    """The statements of the first revision, in order."""
    return files("shared.messaging").joinpath("sql/0001.sql").read_text().strip().split("\n\n")


def upgrade_0001(op: Operations) -> None:
    """Create the messaging tables."""
    for statement in statements_0001():
        op.execute(statement)


def downgrade_0001(op: Operations) -> None:
    """Drop the messaging tables."""
    for table in reversed(TABLES):
        op.execute(f"drop table {table}")
    op.execute("drop function outbox_notify()")


downgrade = downgrade_0001
