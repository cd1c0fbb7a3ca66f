"""What pages load is built from a lock file that names no registry, and never holds somebody else's typeface."""

import json

from deploy.local import assets

LOCK = json.loads((assets.WEB / "package-lock.json").read_text())
PACKAGE = json.loads((assets.WEB / "package.json").read_text())


def test_every_package_is_pinned_to_one_version_and_its_content() -> None:
    for name, package in LOCK["packages"].items():
        if name:
            assert package["integrity"].startswith("sha512-"), name
    wanted = {**PACKAGE["dependencies"], **PACKAGE["devDependencies"]}
    assert all(version[0].isdigit() for version in wanted.values())
    assert {name: LOCK["packages"][f"node_modules/{name}"]["version"] for name in wanted} == wanted


def test_the_lock_names_no_registry() -> None:
    addresses = {package.get("resolved", "https://registry.npmjs.org/") for package in LOCK["packages"].values()}
    assert all(address.startswith("https://registry.npmjs.org/") for address in addresses)


def test_the_design_system_is_compiled_without_the_typeface_of_govuk() -> None:
    style = (assets.WEB / "govuk-frontend.scss").read_text()
    assert "$govuk-include-default-font-face: false" in style
    assert "system-ui" in style


def test_every_source_counts_for_whether_to_build_anew() -> None:
    sources = {path.name for path in assets.WEB.iterdir() if path.is_file()}
    assert sources == set(assets.SOURCES)
