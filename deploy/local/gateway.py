"""The gateway: Caddy with the Caddyfile of every deployment, told by its environment what is where in this stack."""

from collections.abc import Mapping
from pathlib import Path

from deploy.local import prerequisites
from deploy.local.layout import ASSETS, ROOT, Layout
from deploy.local.programs import Program, tied
from shared.contracts.registry import SERVICES

FOLDER = ROOT / "deploy" / "gateway"
STATIC = ROOT / "shared" / "web" / "static"


def environment(ports: Mapping[str, int], *, data: Path, assets: Path = ASSETS) -> dict[str, str]:
    """What the Caddyfile asks for; `ports` by program, `data` for what Caddy itself keeps."""
    upstreams = {f"LAPOR_UPSTREAM_{name.upper()}": f"127.0.0.1:{ports[name]}" for name in (*SERVICES, "zipkin")}
    return {
        "LAPOR_GATEWAY_SITE": f"http://:{ports['gateway']}",
        "LAPOR_GATEWAY_BIND": "127.0.0.1",
        "LAPOR_GATEWAY_EXTRAS": str(FOLDER / "embedded" / "*.caddy"),
        "LAPOR_ASSETS": str(assets),
        "LAPOR_STATIC": str(STATIC),
        "XDG_DATA_HOME": str(data),
        "XDG_CONFIG_HOME": str(data),
        **upstreams,
    }


def program(ports: Mapping[str, int], layout: Layout) -> Program:
    """The gateway as a process."""
    command = (str(prerequisites.caddy()), "run", "--config", str(FOLDER / "Caddyfile"), "--adapter", "caddyfile")
    return Program("gateway", tied(command), environment(ports, data=layout.state / "gateway"), stop_seconds=5)
