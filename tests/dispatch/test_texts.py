"""Every text of the screens has its English."""

from pathlib import Path

import services.dispatch
from shared.web import untranslated


def test_every_text_is_there_in_english() -> None:
    assert untranslated(Path(services.dispatch.__file__).parent) == set()
