"""The templates of every agency file of the repository, which cdk-nag has checked, and of one with every switch on."""

from __future__ import annotations

import fcntl
import json
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import aws_cdk as cdk

from agencies.files import load_agency
from stacks.constructs.nag import PACKS
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import AGENCY_FILE, ROOT, new_app

if TYPE_CHECKING:
    from agencies.settings import Settings

EVERY_SWITCH = "every-switch"
_DEMO = ROOT / "local_cloud" / "demo" / "agency.toml"
FILES = {file.stem: file for file in (_DEMO, *sorted(ROOT.glob("agencies/**/*.toml")))}
AGENCIES = (EVERY_SWITCH, *FILES)
# What agency.toml leaves off.
_SWITCHES = """
[fleet]
greengrass = true
deeplens = true
legacy_topics = true

[[feeds]]
name = "shelter"
url = "https://shelter.everytown.example/feed.xml"
permission = "Letter of 2026-10-01 from the shelter"

[console]
certificate = "arn:aws:acm:us-east-1:222222222222:certificate/1b2c"

[console.federation]
name = "everytown"
oidc_issuer = "https://login.everytown.example"
oidc_client_id = "homeward"
oidc_secret = "everytown-sign-in"
"""
_FOLDER = """
[sources.folder]
enabled = true
folder = "s3://everytown-cases/open"
"""


def checked_app() -> cdk.App:
    """Return an app that raises RuntimeError for findings that are not acknowledged."""
    app = new_app()
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
    return app


def environments(agency: str) -> list[Settings]:
    """Read the environments of an agency."""
    if agency != EVERY_SWITCH:
        return list(load_agency(FILES[agency]))
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "agency.toml"
        file.write_text(AGENCY_FILE.read_text() + _SWITCHES + _FOLDER)
        return list(load_agency(file))


def templates(folder: Path, agency: str) -> dict[str, Any]:
    """Synthesize every environment of an agency, unless the folder has its templates. Return them by stack name."""
    file = folder / f"{agency}.json"
    with (folder / f"{agency}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not file.exists():
            file.write_text(json.dumps(_synthesized(agency)))
    found: dict[str, Any] = json.loads(file.read_text())
    return found


def _synthesized(agency: str) -> dict[str, Any]:
    app = checked_app()
    for settings in environments(agency):
        AgencyEnvironment(app, settings.stage, settings=settings)
    stages = app.synth().nested_assemblies
    return {stack.stack_name: stack.template for stage in stages for stack in stage.nested_assembly.stacks}
