"""The cookies that identity sets: session, one report's session, activation, device."""

from datetime import datetime

from starlette.responses import Response

from services.identity.equipment import Equipment
from shared.contracts.vocabulary import TrackingId

ACTIVATION_PATH = "/akun/aktivasi"
SIGN_IN_PATH = "/masuk"


class Cookies:
    """Sets and takes away cookies; all are out of reach of scripts and of other sites."""

    def __init__(self, equipment: Equipment) -> None:
        self._settings, self._wall = equipment.settings, equipment.wall
        prefix = "__Secure-lapor" if self._settings.secure_cookies else "lapor"
        self.activation = f"{prefix}-aktivasi"
        self.device = f"{prefix}-perangkat"

    def sign_in(self, response: Response, token: str, expires_at: datetime, device: str) -> None:
        """Begin a session and know the browser again."""
        self._set(response, self._settings.session_cookie, token, "/", self._seconds_to(expires_at))
        lasting = int(self._settings.device_lifetime.total_seconds())
        self._set(response, self.device, device, SIGN_IN_PATH, lasting)

    def sign_out(self, response: Response) -> None:
        """Forget the session."""
        self._set(response, self._settings.session_cookie, "", "/", 0)

    def open_report(self, response: Response, tracking_id: TrackingId, token: str, expires_at: datetime) -> None:
        """Open one report's thread page, and nothing else."""
        name, path = self._settings.report_cookie, f"/percakapan/{tracking_id}"
        self._set(response, name, token, path, self._seconds_to(expires_at))

    def close_report(self, response: Response, tracking_id: TrackingId) -> None:
        """Forget the session of one report."""
        self._set(response, self._settings.report_cookie, "", f"/percakapan/{tracking_id}", 0)

    def start_activation(self, response: Response, token: str, expires_at: datetime) -> None:
        """Let this browser choose a password."""
        self._set(response, self.activation, token, ACTIVATION_PATH, self._seconds_to(expires_at))

    def end_activation(self, response: Response) -> None:
        """That is done."""
        self._set(response, self.activation, "", ACTIVATION_PATH, 0)

    def _seconds_to(self, moment: datetime) -> int:
        return max(0, int((moment - self._wall.now()).total_seconds()))

    def _set(self, response: Response, name: str, value: str, path: str, max_age: int) -> None:
        response.set_cookie(
            name,
            value,
            max_age=max_age,
            path=path,
            secure=self._settings.secure_cookies,
            httponly=True,
            samesite="lax",
        )
