"""Which texts a service shows, and which of them have no English yet: for the tests."""

from pathlib import Path

from babel.messages.extract import extract_from_dir

from shared.web.language import SHARED_CATALOGUE, forms_of, message_key, read_catalogue

KEYWORDS = {"_": None, "N_": None, "gettext": None, "ngettext": (1, 2), "pgettext": ((1, "c"), 2), "NP_": (1, 1)}
METHODS = [("**.py", "python"), ("**/templates/**.html", "jinja2.ext:babel_extract")]
OPTIONS = {"**/templates/**.html": {"silent": "false", "newstyle_gettext": "true", "extensions": "jinja2.ext.do"}}


def used_texts(folder: Path) -> set[str]:
    """Every msgid in the Python files and templates under `folder`."""
    found = extract_from_dir(folder, METHODS, OPTIONS, keywords=KEYWORDS, strip_comment_tags=True)
    return {message_key(message, context) for _, _, message, _, context in found}


def untranslated(folder: Path) -> set[str]:
    """Texts under `folder` with an English text neither in its own `locale/en.po` nor in the shared one."""
    own = folder / "locale" / "en.po"
    known: set[str] = set()
    for path in (SHARED_CATALOGUE, own):
        if path.exists():
            known |= {key for key, strings in map(forms_of, read_catalogue(path)) if strings}
    return used_texts(folder) - known
