"""The demo's agency, deployed: the product's own agency file, with the address of this cloud's stand-in."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from homeward.deployment.outputs import Deployment, find_deployment
from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.cloud import Cloud

STAGE = "demo-dev"


def write_agency_file(path: Path, *, namus_url: str) -> Path:
    """Copy agencies/demo.toml with this address of the NamUs stand-in."""
    text = (ROOT / "agencies" / "demo.toml").read_text()
    changed, count = re.subn(r'(?m)^base_url = "[^"]*"', f'base_url = "{namus_url}"', text)
    if count != 1:
        raise ValueError("agencies/demo.toml must have one base_url")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(changed)
    return path


def deploy_agency(cloud: Cloud, agency_file: Path) -> Deployment:
    """Synthesise the agency for this machine's Python, and deploy all of its stacks."""
    assembly = cloud.synthesize(context={"agency": str(agency_file), "bundle-platform": "host"})
    cloud.deploy(assembly, f"{STAGE}/*")
    return find_deployment(STAGE, cloud.client)
