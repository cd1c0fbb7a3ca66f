"""Addresses as browsers and strangers send them: not always well formed, not always ours."""

from urllib.parse import SplitResult, quote, urlsplit

_NOTHING = SplitResult("", "", "", "", "")


def split_address(address: str) -> SplitResult:
    """The parts of an address from a header; all empty where it cannot be read."""
    try:
        return urlsplit(address)
    except ValueError:
        return _NOTHING


def own_path(path: str) -> str:
    """A decoded path as a link that stays here: two slashes at its beginning would lead browsers to another host."""
    return "/" + quote(path.lstrip("/\\"))
