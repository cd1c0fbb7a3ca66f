"""Polls, their choices, ballots, and the agencies that ask."""

import sqlalchemy as sa
from alembic import op

from shared.messaging import migrations as messaging
from shared.security import tables as security

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

MOMENT = sa.DateTime(timezone=True)


def upgrade() -> None:
    messaging.upgrade_0001(op)
    security.upgrade_0001(op)
    op.create_table(
        "poll",
        sa.Column("poll_id", sa.Uuid),
        sa.Column("agency", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("question", sa.Text, nullable=False),
        sa.Column("opens_at", MOMENT, nullable=False),
        sa.Column("closes_at", MOMENT, nullable=False),
        sa.Column("created_by", sa.Uuid, nullable=False),
        sa.Column("key", sa.LargeBinary),
        sa.Column("closed_at", MOMENT),
        sa.Column("turnout", sa.Integer),
        sa.PrimaryKeyConstraint("poll_id", name="poll_pkey"),
    )
    op.create_index("poll_due", "poll", ["closes_at"], postgresql_where=sa.text("closed_at is null"))
    op.create_index(
        "poll_closed", "poll", [sa.text("closes_at desc")], postgresql_where=sa.text("closed_at is not null")
    )
    op.create_index("poll_agency", "poll", ["agency", "opens_at"])
    op.create_table(
        "poll_option",
        sa.Column("poll_id", sa.Uuid),
        sa.Column("number", sa.Integer, autoincrement=False),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("votes", sa.Integer),
        sa.PrimaryKeyConstraint("poll_id", "number", name="poll_option_pkey"),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.poll_id"], name="poll_option_poll_id_fkey"),
    )
    op.create_table(
        "ballot",
        sa.Column("poll_id", sa.Uuid),
        sa.Column("voter", sa.LargeBinary),
        sa.Column("option", sa.Integer, nullable=False),
        sa.PrimaryKeyConstraint("poll_id", "voter", name="ballot_pkey"),
        sa.ForeignKeyConstraint(["poll_id"], ["poll.poll_id"], name="ballot_poll_id_fkey"),
    )
    op.create_table(
        "agency",
        sa.Column("code", sa.Text),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("zone", sa.Text, nullable=False),
        sa.Column("connected_since", sa.Date),
        sa.PrimaryKeyConstraint("code", name="agency_pkey"),
    )
