"""The JSON Schema of every event type, checked in under `schemas/` so that a change of a contract is seen in review.

`python -m shared.contracts.schemas` writes them anew.
"""

import json
from pathlib import Path

from shared.contracts.event import Tombstone
from shared.contracts.registry import EVENTS

FOLDER = Path(__file__).parent / "schemas"
EXAMPLES = Path(__file__).parent / "examples"


def schemas() -> dict[str, str]:
    """File name → text, for every type that has a body."""
    return {
        f"{name}.json": json.dumps(model.model_json_schema(mode="serialization"), indent=2, ensure_ascii=False) + "\n"
        for name, model in EVENTS.items()
        if not issubclass(model, Tombstone)
    }


def write() -> None:
    """Write all schemas."""
    FOLDER.mkdir(exist_ok=True)
    for name, text in schemas().items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    write()
