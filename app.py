"""The CDK app: one stage per agency and environment.

It reads every agencies/*.toml, or the one file that `-c agency=FILE` names, and none of agencies/examples/. `cdk ls`
lists the stages.
"""

import sys
from pathlib import Path

import aws_cdk as cdk

from agencies.files import AgencyFileError, load_agencies
from stacks.constructs.nag import PACKS
from stacks.environment import AgencyEnvironment

app = cdk.App()
chosen = app.node.try_get_context("agency")
folder = Path(__file__).parent / "agencies"
files = [Path(chosen)] if chosen else sorted(folder.glob("*.toml"))
if not files:
    sys.exit(
        f"There is no agency file in {folder}. Write one with: homeward agency new NAME."
        " Or name a file with -c agency=FILE."
    )
try:
    environments = load_agencies(files)
except AgencyFileError as error:
    sys.exit(str(error))
for settings in environments:
    AgencyEnvironment(app, settings.stage, settings=settings)
# The local cloud skips cdk-nag, which takes most of a synthesis. The infrastructure tests run it on the same templates.
if app.node.try_get_context("skip-nag") != "true":
    cdk.Validations.of(app).add_plugins(*(pack(app) for pack in PACKS))
app.synth()
