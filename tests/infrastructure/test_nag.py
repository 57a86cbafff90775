"""cdk-nag: the stacks follow AwsSolutions, apart from findings acknowledged with a reason."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import aws_cdk as cdk
import pytest
from aws_cdk import aws_s3 as s3
from cdk_nag import AwsSolutionsChecks

from agencies.files import load_agency
from stacks.environment import AgencyEnvironment
from tests.infrastructure.templates import AGENCY_FILE, ROOT, new_app

if TYPE_CHECKING:
    from pathlib import Path


DEMO = ROOT / "local_cloud" / "demo" / "agency.toml"


def checked_app() -> cdk.App:
    app = new_app()
    cdk.Validations.of(app).add_plugins(AwsSolutionsChecks(app))
    return app


@pytest.mark.parametrize(
    "file", [AGENCY_FILE, DEMO, *sorted(ROOT.glob("agencies/**/*.toml"))], ids=lambda file: file.stem
)
def test_cdk_nag_passes_for_every_agency(file: Path) -> None:
    app = checked_app()
    for settings in load_agency(file):
        AgencyEnvironment(app, settings.stage, settings=settings)
    app.synth()


def test_account_and_region_are_optional(tmp_path: Path) -> None:
    file = tmp_path / "agency.toml"
    file.write_text(re.sub(r"(?m)^(account|region) = .*$", "", AGENCY_FILE.read_text()))
    app = checked_app()
    for settings in load_agency(file):
        assert settings.account is settings.region is None
        AgencyEnvironment(app, settings.stage, settings=settings)
    app.synth()


def test_cdk_nag_checks_the_stacks_of_a_stage() -> None:
    app = checked_app()
    settings = load_agency(AGENCY_FILE)[0]
    agency = AgencyEnvironment(app, settings.stage, settings=settings)
    stack = agency.node.find_child("Ingest")
    assert isinstance(stack, cdk.Stack)
    s3.Bucket(stack, "Open")
    with pytest.raises(RuntimeError, match=r"AwsSolutions-S1'"):
        app.synth()


def test_every_acknowledgment_has_a_reason() -> None:
    sources = "".join(path.read_text() for path in (ROOT / "stacks").rglob("*.py"))
    assert sources.count("Acknowledgment(") == len(re.findall(r"Acknowledgment\(\s*id=[^,]+,\s*reason=", sources)) > 0
