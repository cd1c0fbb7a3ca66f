"""The ways in: one adapter each, switched on by settings, able to run apart over the one database.

Attachments, drafts and rates come to the adapters later; each hands a `domain.Submission` to the same action.
"""

from collections.abc import Callable, Mapping

from fastapi import APIRouter

from services.intake.channels import api, sms, web
from services.intake.keys import Keys
from services.intake.settings import ChannelName, Settings

ADAPTERS: Mapping[ChannelName, Callable[[Keys, Settings], APIRouter]] = {
    ChannelName.WEB: web.router,
    ChannelName.SMS: sms.router,
    ChannelName.API: api.router,
}


def routers(keys: Keys, settings: Settings) -> list[APIRouter]:
    """The adapters that this process serves."""
    return [adapter(keys, settings) for name, adapter in ADAPTERS.items() if name in settings.channels]
