"""Response headers of every page, as belt and braces behind the gateway."""

from typing import Any

from starlette.datastructures import MutableHeaders

_SOURCES = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "connect-src": "'self'",
    "manifest-src": "'self'",
    "worker-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
CONTENT_SECURITY_POLICY = "; ".join(f"{what} {where}" for what, where in _SOURCES.items())
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    # same-origin, not no-referrer: browsers then send a real Origin with a form, which the cross-origin check needs
    "referrer-policy": "same-origin",
    "permissions-policy": "camera=(), microphone=(), payment=(), usb=(), geolocation=(self)",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def apply_headers(scope: Any, headers: MutableHeaders) -> None:
    """Add what is missing; a view may set its own. Pages that may hold a person's name are never stored."""
    for name, value in HEADERS.items():
        headers.setdefault(name, value)
    cookie = any(name == b"cookie" for name, _ in scope["headers"])
    headers.setdefault("cache-control", "no-store" if cookie else "no-cache")
    if headers.get("content-type", "").startswith("text/html"):
        headers.add_vary_header("Cookie")
