"""`/akun/aktivasi`: after redeeming an activation, choose a password, add the report to one's account, or leave it for now."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, ClassVar
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse
from pydantic import ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from services.identity import tokens
from services.identity.actions import accounts, sessions
from services.identity.actions.accounts import AlreadyLinked
from services.identity.actions.attempts import TooSoon
from services.identity.actions.sessions import Entered, Wrong
from services.identity.domain import Account, Login, LoginTaken, NotRedeemable, proved_logins
from services.identity.equipment import Equipment
from services.identity.store import keys
from services.identity.web.cookies import ACTIVATION_PATH, Cookies
from services.identity.web.passwords import TypedPassword
from services.identity.web.sign_in import WAIT
from services.identity.web.visits import visit_of
from shared.contracts.vocabulary import TrackingId
from shared.security import Role
from shared.web import N_, Db, Lang, Problem, forms, render

OVER = (
    N_("Aktivasi ini sudah selesai atau sudah lewat waktunya"),
    N_("Laporan Anda tetap dapat dibuka dengan kode dari pesan kami berikutnya."),
)
WRONG_PASSWORD = N_("Kata sandi itu tidak cocok dengan akun Anda")
DIFFERENT = N_("Kedua kata sandi tidak sama")


class PasswordForm(forms.Form):
    """A password of one's own choice, twice. Validated with the least length as `context`."""

    password: TypedPassword
    repeated: TypedPassword
    messages: ClassVar[Mapping[tuple[str, str], str]] = {
        ("password", "missing"): N_("Pilih kata sandi"),
        ("password", "string_too_short"): N_("Kata sandi itu %(length)s huruf; paling sedikit %(min_length)s"),
        ("repeated", "missing"): N_("Ulangi kata sandi itu"),
    }

    @field_validator("password")
    @classmethod
    def long_enough(cls, value: str, info: ValidationInfo) -> str:
        """Not shorter than the policy asks for."""
        least = info.context
        if isinstance(least, int) and len(value) < least:
            raise PydanticCustomError("string_too_short", "too short", {"min_length": least})
        return value

    @field_validator("repeated")
    @classmethod
    def same(cls, value: str, info: ValidationInfo) -> str:
        """Typed twice alike."""
        if "password" in info.data and value != info.data["password"]:
            raise ValueError(DIFFERENT)
        return value


class JoinForm(forms.Form):
    """The password of the account that is there already."""

    password: TypedPassword
    messages: ClassVar[Mapping[tuple[str, str], str]] = {("password", "missing"): N_("Tulis kata sandi Anda")}


@dataclass(frozen=True)
class Activation:
    """What the browser's activation cookie opens."""

    credential_id: UUID
    tracking_id: TrackingId
    logins: tuple[Login, ...]
    """What the new account will sign in by."""
    account: Account | None
    """The account that signs in by one of these already."""

    @property
    def joins(self) -> bool:
        """Whether the report can be added to that account."""
        return self.account is not None and self.account.role is Role.REPORTER

    @property
    def opens(self) -> bool:
        """Whether a new account can be opened."""
        return self.account is None and bool(self.logins)


def router(equipment: Equipment) -> APIRouter:
    """Activating."""
    routes = APIRouter(prefix=ACTIVATION_PATH)
    cookies = Cookies(equipment)
    least = equipment.settings.password_min_length

    async def activation(request: Request, db: Db) -> Activation:
        credential_id = await redeemed_here(request, db)
        try:
            contact, details, taken = await accounts.activation(db, equipment, credential_id)
        except (NotRedeemable, AlreadyLinked):
            raise Problem(410, *OVER) from None
        account = taken[0] if taken else None
        return Activation(credential_id, contact.report.tracking_id, proved_logins(details), account)

    async def redeemed_here(request: Request, db: Db) -> UUID:
        token = request.cookies.get(cookies.activation, "")
        jwk = await keys.public_jwk(db, tokens.key_id_of(token))
        credential_id = tokens.activated(token, jwk, equipment.wall.now()) if jwk else None
        if credential_id is None:
            raise Problem(410, *OVER)
        return credential_id

    Open = Annotated[Activation, Depends(activation)]  # noqa: N806 - a type

    def page(request: Request, found: Activation, form: object, status_code: int = 200, retry: int = 0) -> Response:
        headers = {"Retry-After": str(retry)} if retry else None
        return render(
            request,
            "activation.html",
            status_code=status_code,
            headers=headers,
            activation=found,
            form=form,
            least=least,
        )

    def done(found: Activation, entered: Entered | None) -> Response:
        response = RedirectResponse(f"/percakapan/{found.tracking_id}", 303)
        cookies.end_activation(response)
        if entered is not None:
            cookies.sign_in(response, entered.token, entered.expires_at, entered.device)
        return response

    @routes.get("")
    async def activation_page(request: Request, found: Open) -> Response:
        return page(request, found, forms.blank(JoinForm if found.joins else PasswordForm))

    @routes.post("")
    async def open_account(request: Request, db: Db, found: Open) -> Response:
        filled = await forms.read(request, PasswordForm, context=least)
        if filled.form is None:
            return page(request, found, filled, 422)
        try:
            entered = await accounts.activate(db, equipment, found.credential_id, filled.form.password)
        except (LoginTaken, AlreadyLinked):
            raise Problem(409) from None
        return done(found, entered)

    @routes.post("/akun")
    async def join_account(request: Request, db: Db, lang: Lang, found: Open) -> Response:
        if found.account is None or not found.joins:
            raise Problem(409)
        filled = await forms.read(request, JoinForm)
        if filled.form is None:
            return page(request, found, filled, 422)
        login = found.account.logins[0].value
        result = await sessions.sign_in(db, equipment, login, filled.form.password, visit_of(request, cookies))
        if isinstance(result, TooSoon):
            refused = filled.with_error("", lang.gettext(WAIT, seconds=lang.number(result.seconds)))
            return page(request, found, refused, 429, result.seconds)
        if isinstance(result, Wrong):
            return page(request, found, filled.with_error("password", lang.gettext(WRONG_PASSWORD)), 401)
        await accounts.join(db, equipment, found.credential_id, found.account.account_id)
        return done(found, result)

    @routes.post("/nanti")
    async def leave_for_now(found: Open) -> Response:
        return done(found, None)

    return routes
