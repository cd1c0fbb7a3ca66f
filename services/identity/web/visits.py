"""Where a request comes from, as far as slow-down must know."""

from ipaddress import IPv6Address, ip_address, ip_network

from fastapi import Request

from services.identity.actions.sessions import Visit
from services.identity.web.cookies import Cookies


def visit_of(request: Request, cookies: Cookies) -> Visit:
    """The source and the device of a request.

    The gateway writes the address it saw last into `X-Forwarded-For`; what stands before it came from outside and is not believed.
    """
    forwarded = request.headers.get("x-forwarded-for", "").rpartition(",")[2].strip()
    peer = request.client.host if request.client else ""
    return Visit(source=_household(forwarded or peer), device=request.cookies.get(cookies.device))


def _household(address: str) -> str:
    """An IPv4 address, or the network of an IPv6 address that one connection is given."""
    try:
        found = ip_address(address)
    except ValueError:
        return "unknown"
    if isinstance(found, IPv6Address):
        return str(found.ipv4_mapped or ip_network(f"{found}/64", strict=False))
    return str(found)
