"""parliament on every policy, and cfn-lint on every template."""

from __future__ import annotations

import json
import re
import warnings
from typing import TYPE_CHECKING, Any

import cfnlint.api  # type: ignore[import-untyped]  # has no types
import pytest

from tests.infrastructure.checked import AGENCIES, EVERY_SWITCH, FILES
from tests.infrastructure.resolved_policies import resolved_policies

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    import parliament  # type: ignore[import-untyped]  # has no types

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


# It asks for both formats. An execution has one: ours are not of express workflows.
NOT_BOTH = {"[{'action': 'states:DescribeExecution', 'required_format': 'arn:*:states:*:*:express:*:*:*'}]"}

# Whoever may write a bucket's policy could grant itself the rest. The function writes it to refuse new objects, right
# before it deletes the bucket and all that is in it (docs/decisions/0028-take-down.md).
ESCALATING = ("ContentsEmptierRole", "RESOURCE_POLICY_PRIVILEGE_ESCALATION")


def complaints(policies: Iterable[tuple[str, dict[str, Any]]]) -> list[str]:
    """List what parliament finds in policies."""
    return [
        f"{name}: {finding.issue} {finding.detail}"
        for name, document in policies
        for finding in parliament.analyze_policy_string(json.dumps(document)).findings
        if str(finding.detail) not in NOT_BOTH and not (ESCALATING[0] in name and finding.issue == ESCALATING[1])
    ]


@pytest.mark.parametrize("agency", AGENCIES)
def test_actions_support_their_resources(checked: Callable[[str], dict[str, Any]], agency: str) -> None:
    policies = list(resolved_policies(checked(agency)))
    assert len(policies) > 20
    assert complaints(policies) == []


def test_an_action_on_a_wrong_resource_is_found() -> None:
    faces = "arn:aws:rekognition:us-east-1:111111111111:collection/faces"
    statement = {"Effect": "Allow", "Action": "rekognition:CreateCollection", "Resource": faces}
    [found] = complaints([("Manager", {"Version": "2012-10-17", "Statement": [statement]})])
    assert "RESOURCE_MISMATCH" in found


def distinct(stacks: dict[str, Any]) -> dict[str, str]:
    """Leave out templates that differ from another's in names and hashes only."""
    by_content: dict[str, tuple[str, str]] = {}
    for name, template in stacks.items():
        text = json.dumps(template)
        anonymous = re.sub(rf"{name.rpartition('-')[0]}|\b[0-9a-f]{{64}}\b", "", text)
        by_content.setdefault(anonymous, (name, text))
    return dict(by_content.values())


# The others have nothing that the first lacks.
@pytest.mark.parametrize("agency", [EVERY_SWITCH, *(pytest.param(name, marks=pytest.mark.nightly) for name in FILES)])
def test_cfn_lint_finds_no_error(checked: Callable[[str], dict[str, Any]], agency: str) -> None:
    # W3005 is about dependencies that CDK adds to each function.
    matches = {name: cfnlint.api.lint(text) for name, text in distinct(checked(agency)).items()}
    assert [f"{name}: {each}" for name, found in matches.items() for each in found if each.rule.id != "W3005"] == []


def test_cfn_lint_finds_an_unknown_property() -> None:
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Delay": 1}}
    [match] = cfnlint.api.lint(json.dumps({"Resources": {"Queue": queue}}))
    assert match.rule.id == "E3002"


def test_every_switch_includes_feeds_and_greengrass(checked: Callable[[str], dict[str, Any]]) -> None:
    everything = checked(EVERY_SWITCH)
    kinds = {resource["Type"] for template in everything.values() for resource in template["Resources"].values()}
    assert {"everytown-dev-Feeds", "everytown-prod-Feeds"} < everything.keys()
    assert "AWS::GreengrassV2::ComponentVersion" in kinds
