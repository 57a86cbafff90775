"""Deploys the demo agency: agency.toml, with the address of this cloud's NamUs stand-in."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from homeward.deployment.outputs import Deployment, find_deployment

if TYPE_CHECKING:
    from local_cloud.cloud import Cloud

STAGE = "demo-dev"
_AGENCY_FILE = Path(__file__).with_name("agency.toml")
# cdk-nag takes most of the time of a synthesis, and the infrastructure tests run it on the same templates.
LOCAL_CONTEXT = {"bundle-platform": "host", "skip-nag": "true"}


def write_agency_file(path: Path, *, namus_url: str) -> Path:
    """Copy agency.toml and set the URL of the NamUs stand-in."""
    text = _AGENCY_FILE.read_text()
    changed, count = re.subn(r'(?m)^base_url = "[^"]*"', f'base_url = "{namus_url}"', text)
    if count != 1:
        raise ValueError(f"{_AGENCY_FILE} must have exactly one base_url.")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(changed)
    return path


def synthesize_agency(cloud: Cloud, agency_file: Path) -> Path:
    """Synthesize the agency's stacks with functions for this machine's Python. Returns the assembly."""
    return cloud.synthesize(context={"agency": str(agency_file), **LOCAL_CONTEXT})


def deploy_agency(cloud: Cloud, agency_file: Path) -> Deployment:
    """Synthesize the agency and deploy all its stacks."""
    cloud.deploy(synthesize_agency(cloud, agency_file), f"{STAGE}/*")
    return find_deployment(STAGE, cloud.client)
