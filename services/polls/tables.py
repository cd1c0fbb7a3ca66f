"""What polls keeps."""

from sqlalchemy import Column, Date, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid

from shared import database
from shared.database import Timestamp

metadata = database.metadata()

poll = Table(
    "poll",
    metadata,
    Column("poll_id", Uuid, primary_key=True),
    Column("agency", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("question", Text, nullable=False),
    Column("opens_at", Timestamp, nullable=False),
    Column("closes_at", Timestamp, nullable=False),
    Column("created_by", Uuid, nullable=False),
    Column("key", LargeBinary),  # null from the close on
    Column("closed_at", Timestamp),
    Column("turnout", Integer),
)
Index("poll_due", poll.c.closes_at, postgresql_where=poll.c.closed_at.is_(None))
Index("poll_closed", poll.c.closes_at.desc(), postgresql_where=poll.c.closed_at.is_not(None))
Index("poll_agency", poll.c.agency, poll.c.opens_at)

poll_option = Table(
    "poll_option",
    metadata,
    Column("poll_id", Uuid, ForeignKey("poll.poll_id"), primary_key=True),
    Column("number", Integer, primary_key=True, autoincrement=False),
    Column("text", Text, nullable=False),
    Column("votes", Integer),
)

# No time and no account: a row says only that somebody, who voted once, chose this.
ballot = Table(
    "ballot",
    metadata,
    Column("poll_id", Uuid, ForeignKey("poll.poll_id"), primary_key=True),
    Column("voter", LargeBinary, primary_key=True),  # the account, hashed under the poll's key
    Column("option", Integer, nullable=False),
)

agency = Table(
    "agency",
    metadata,
    Column("code", Text, primary_key=True),
    Column("name", Text, nullable=False),
    Column("zone", Text, nullable=False),
    Column("connected_since", Date),
)
