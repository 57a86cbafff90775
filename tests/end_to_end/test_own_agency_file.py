"""The CDK commands of the deploy guide, with an agency's own file alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from local_cloud.cdk import run_cdk
from local_cloud.lifecycle import running_cloud
from local_cloud.settings import ACCOUNT, CloudSettings
from tests.support.checkout import add_agency, check_out

if TYPE_CHECKING:
    from pathlib import Path


def test_bootstrap_and_deploy_concern_only_the_agencys_own_file(tmp_path: Path) -> None:
    checkout = check_out(tmp_path / "checkout")
    add_agency(checkout, "shelbyville", account=ACCOUNT)
    settings = CloudSettings(state=tmp_path / "cloud", services=("emulator",)).with_free_ports()
    lines: list[str] = []
    with running_cloud(settings) as cloud:
        run_cdk(settings, "bootstrap", folder=checkout, progress=lines.append)
        deploy = ("deploy", "shelbyville-dev/Fleet", "--require-approval", "never")
        run_cdk(settings, *deploy, folder=checkout, progress=lines.append)
        stacks = cloud.client("cloudformation").describe_stacks()["Stacks"]
    assert {stack["StackName"] for stack in stacks} == {"CDKToolkit", "shelbyville-dev-Fleet"}, lines
