"""Identity's pages: signing in and out, one's account, and what a code opens."""

from pathlib import Path

from fastapi import APIRouter

from services.identity.equipment import Equipment
from services.identity.web import account, activation, codes, sign_in

TEMPLATES = Path(__file__).parent.parent / "templates"


def router(equipment: Equipment) -> APIRouter:
    """All pages of identity."""
    routes = APIRouter()
    for part in (sign_in, account, codes, activation):
        routes.include_router(part.router(equipment))
    return routes
