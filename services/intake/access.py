"""Who may open which report: whoever has its private link, and its signed-in owner."""

from sqlalchemy.ext.asyncio import AsyncSession

from services.intake import store
from services.intake.domain import Report
from services.intake.keys import Keys
from services.intake.tracking import read_tracking_id
from shared.security import Person
from shared.web import Problem


async def find_report(db: AsyncSession, keys: Keys, person: Person | None, reference: str) -> Report:
    """The report that a private token opens, or a tracking ID on its signed-in owner's list.

    Raises:
        Problem: 404, the same for what does not exist and for what is somebody else's.
    """
    report = await store.by_token(db, keys.token_hash(reference))
    tracking_id = read_tracking_id(reference)
    if report is None and tracking_id and person and person.account_id:
        report = await store.by_owner(db, keys.owner_of_account(person.account_id), tracking_id)
    if report is None:
        raise Problem(404)
    return report
