"""What views ask for in their signature: `Db`, `Now`, `Lang`, `CurrentPerson`, `require(...)`."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import datetime
from typing import Annotated

from fastapi import Depends, Request
from sqlalchemy.ext.asyncio import AsyncSession

from shared.security import Person, Role
from shared.web.errors import Problem, SignInNeeded
from shared.web.language import Language
from shared.web.people import recognise, recognise_reporter
from shared.web.rendering import language_of


async def session(request: Request) -> AsyncIterator[AsyncSession]:
    """One transaction per request: committed when the view has returned, before anything is sent; rolled back on an error.

    It begins when all that was sent is here: who sends slowly must not hold a connection that others wait for.
    """
    await request.body()
    async with request.app.state.sessions() as opened, opened.begin():
        yield opened


def now(request: Request) -> datetime:
    """Domain time (UTC)."""
    moment: datetime = request.app.state.clock.now()
    return moment


def require(*roles: Role) -> Callable[[Request], Awaitable[Person]]:
    """A dependency that gives the signed-in person, who must have one of `roles` (any role when none is named).

    Raises:
        SignInNeeded: nobody is signed in.
        Problem: 403, the person has another role.
    """

    async def person(request: Request) -> Person:
        found = await recognise(request)
        if found is None:
            raise SignInNeeded
        if roles and found.role not in roles:
            raise Problem(403)
        return found

    return person


# scope="function": the commit happens before the response leaves, so that "received" is never said of something unsaved
Db = Annotated[AsyncSession, Depends(session, scope="function")]
Now = Annotated[datetime, Depends(now)]
Lang = Annotated[Language, Depends(language_of)]
CurrentPerson = Annotated[Person | None, Depends(recognise)]
OneReport = Annotated[Person | None, Depends(recognise_reporter)]
SignedIn = Annotated[Person, Depends(require())]
