"""Jobs that run to their end before services start: `python -m deploy.image.prepare topics | migrate`.

`topics` reads LAPOR_KAFKA, `migrate` a LAPOR_DATABASE_URL_<SERVICE> for every service. Both may run again at any time.
"""

import os
import sys

from deploy.local import topics
from shared.contracts.registry import SERVICES
from shared.database import migrate


def create_topics() -> None:
    """Create what the registry lists and the broker lacks."""
    topics.create(os.environ["LAPOR_KAFKA"])


def migrate_databases() -> None:
    """Bring every service's tables to this image's version."""
    for service in SERVICES:
        migrate(service, os.environ[f"LAPOR_DATABASE_URL_{service.upper()}"])


JOBS = {"topics": create_topics, "migrate": migrate_databases}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in JOBS:
        sys.exit(f"usage: python -m deploy.image.prepare {' | '.join(JOBS)}")
    JOBS[sys.argv[1]]()
