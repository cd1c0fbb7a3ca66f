"""Topics `<service>.audit`: who looked at or decided what. Read by identity."""

from typing import Any
from uuid import UUID

from shared.contracts.event import Event


class AuditRecorded(Event):
    """One look or decision by a member of staff or an operator.

    The base of one class per service, made by `audit_of`: each service has an audit topic of its own.
    """

    actor: str
    """Staff account id, or `operator:<name>` for a command."""
    action: str
    """`<noun>-<verb>`, for example `report-viewed`, `parked-lane-discarded`."""
    report_id: UUID | None = None
    subject: str | None = None
    """What was looked at if it is no report; never contact data."""
    reason: str | None = None

    @property
    def key(self) -> str:
        """The report, or else the actor."""
        return str(self.report_id or self.actor)


def audit_of(service: str) -> type[AuditRecorded]:
    """The audit event of a service, always the same class for the same service."""
    return _BY_SERVICE[service]


def _make(service: str) -> type[AuditRecorded]:
    members: dict[str, Any] = {
        "type": f"{service}-audit-recorded.v1",
        "topic": f"{service}.audit",
        "__doc__": f"An audit record of {service}.",
        "__module__": __name__,
    }
    return type(f"{service.title()}AuditRecorded", (AuditRecorded,), members)


SERVICES = ("intake", "verification", "dispatch", "notify", "sla", "polls", "identity", "portal")
_BY_SERVICE = {service: _make(service) for service in SERVICES}
