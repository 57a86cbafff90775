"""A CDK app with the environments of several agencies, whose files the context value `agencies` lists."""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk

from agencies.files import load_agencies
from stacks.environment import AgencyEnvironment

if __name__ == "__main__":
    app = cdk.App()
    for settings in load_agencies([Path(file) for file in app.node.get_context("agencies").split(",")]):
        AgencyEnvironment(app, settings.stage, settings=settings)
    app.synth()
