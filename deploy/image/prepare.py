"""Jobs that run to their end before services start: `python -m deploy.image.prepare topics | migrate`.

`topics` reads LAPOR_KAFKA, LAPOR_TOPIC_REPLICAS and, for small stacks, LAPOR_TOPIC_PARTITIONS, which limits the contract's numbers; `migrate` reads a
LAPOR_DATABASE_URL_<SERVICE> for every service. Both may run again at any time.
"""

import os
import sys

from shared.contracts.registry import SERVICES, TOPICS
from shared.database import migrate
from shared.messaging import topics


def create_topics() -> None:
    """Create what the registry lists and the broker lacks.

    Raises:
        TopicsDifferError: the broker holds a topic that is not as the registry says.
    """
    limit = os.environ.get("LAPOR_TOPIC_PARTITIONS")
    topics.create(
        os.environ["LAPOR_KAFKA"],
        TOPICS.values(),
        at_most=int(limit) if limit else None,
        replicas=int(os.environ["LAPOR_TOPIC_REPLICAS"]),
    )


def migrate_databases() -> None:
    """Bring every service's tables to this image's version."""
    for service in SERVICES:
        migrate(service, os.environ[f"LAPOR_DATABASE_URL_{service.upper()}"])


JOBS = {"topics": create_topics, "migrate": migrate_databases}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in JOBS:
        sys.exit(f"usage: python -m deploy.image.prepare {' | '.join(JOBS)}")
    JOBS[sys.argv[1]]()
