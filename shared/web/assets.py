"""Static files: addresses that change with the content, so that browsers may keep them."""

from hashlib import sha256
from pathlib import Path

from starlette.responses import Response
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

OWN = Path(__file__).parent / "static"
KEPT = "public, max-age=31536000, immutable"
CHECKED = "public, max-age=300"


class Assets:
    """Knows the folders behind `/static` and the version of each file."""

    def __init__(self, vendor: Path | None) -> None:
        self.folders = {"lapor": OWN}
        if vendor is not None and vendor.is_dir():
            self.folders["vendor"] = vendor
        self._urls: dict[str, str] = {}

    def url(self, name: str) -> str:
        """The address of `lapor/lapor.css` or `vendor/govuk-frontend.min.css`, with its version."""
        if name not in self._urls:
            place, _, rest = name.partition("/")
            path = self.folders[place] / rest if place in self.folders else None
            version = f"?v={sha256(path.read_bytes()).hexdigest()[:12]}" if path is not None and path.is_file() else ""
            self._urls[name] = f"/static/{name}{version}"
        return self._urls[name]


class VersionedFiles(StaticFiles):
    """Files asked for with a version may be kept for a year; others for five minutes."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Serve one file."""
        response = await super().get_response(path, scope)
        if response.status_code in (200, 304):
            response.headers["cache-control"] = KEPT if b"v=" in scope["query_string"] else CHECKED
        return response
