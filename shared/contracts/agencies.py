"""Topic `agencies`: the directory. State, written by dispatch."""

from datetime import date
from enum import StrEnum

from shared.contracts.event import State, Tombstone
from shared.contracts.vocabulary import AgencyCode, CategoryCode, RegionCode, Zone


class AgencyKind(StrEnum):
    """Kinds of institution and of the units below them."""

    MINISTRY = "ministry"
    INSTITUTION = "institution"
    LOCAL_GOVERNMENT = "local-government"
    STATE_ENTERPRISE = "state-enterprise"
    UNIT = "unit"


class Agency(State):
    """An agency or a unit below one."""

    type = "agency.v1"
    topic = "agencies"

    code: AgencyCode
    parent: AgencyCode | None
    kind: AgencyKind
    name: str
    short_name: str
    region: RegionCode | None
    zone: Zone
    keywords: tuple[str, ...] = ()
    """First words of an SMS that name it, upper case, without punctuation."""
    categories: tuple[CategoryCode, ...] = ()
    connected_since: date | None
    """None: reports for it are held as pending."""

    @property
    def key(self) -> str:
        """The code."""
        return self.code


class AgencyRemoved(Tombstone):
    """The agency is no longer in the directory."""

    type = "agency-removed.v1"
    topic = "agencies"
