"""The CDK app: one stage per agency and environment.

`cdk ls` shows them. All of agencies/*.toml are read, or the one file that `-c agency=FILE` names.
"""

import sys
from pathlib import Path

import aws_cdk as cdk
from cdk_nag import AwsSolutionsChecks

from agencies.settings import AgencyFileError, load_agency
from stacks.agency import Agency

app = cdk.App()
chosen = app.node.try_get_context("agency")
files = [Path(chosen)] if chosen else sorted(Path(__file__).parent.glob("agencies/*.toml"))
try:
    for file in files:
        for settings in load_agency(file):
            Agency(app, settings.stage, settings=settings)
except AgencyFileError as error:
    sys.exit(str(error))
cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
app.synth()
