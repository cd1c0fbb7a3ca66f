"""Builds what the pages load in the browser: `npm ci`, govuk-frontend compiled from Sass in our own type, scripts copied."""

import hashlib
import os
import shutil
from pathlib import Path

from deploy.local import prerequisites, shell
from deploy.local.layout import ASSETS, ROOT, SHARED
from deploy.local.parts import one_at_a_time
from deploy.local.progress import Narrator

WEB = ROOT / "deploy" / "web"
SOURCES = ("package.json", "package-lock.json", "govuk-frontend.scss", "build.mjs")


def version() -> str:
    """Changes whenever the built assets would."""
    digest = hashlib.sha256()
    for name in SOURCES:
        digest.update((WEB / name).read_bytes())
    return digest.hexdigest()[:16]


def provide(narrator: Narrator, target: Path = ASSETS) -> Path:
    """The folder of built assets, built now unless it is there and fits the lock file.

    Raises:
        Problem: Node is missing, or npm fails.
    """
    stamp = target / f"built-{version()}"
    with one_at_a_time(SHARED / "assets.lock"):
        if not stamp.exists():
            tools = prerequisites.node_folder(narrator.say)
            work, part = SHARED / "web", target.with_name(f"{target.name}.part")
            with narrator.step("building page assets (npm, once)", announce=True) as show:
                _copy_sources(work)
                path = {"PATH": f"{tools}{os.pathsep}{os.environ.get('PATH', '')}"}
                show("npm ci")
                shell.demand(
                    [tools / "npm", "ci", "--no-audit", "--no-fund", "--ignore-scripts"],
                    "npm ci",
                    cwd=work,
                    environment=path,
                )
                show("Sass")
                shutil.rmtree(part, ignore_errors=True)
                shell.demand([tools / "node", "build.mjs", part], "Building page assets", cwd=work, environment=path)
            (part / stamp.name).touch()
            shutil.rmtree(target, ignore_errors=True)
            part.rename(target)
    return target


def _copy_sources(work: Path) -> None:
    """Outside the checkout's own tree, so that nothing there is ever written."""
    work.mkdir(parents=True, exist_ok=True)
    for name in SOURCES:
        shutil.copyfile(WEB / name, work / name)
