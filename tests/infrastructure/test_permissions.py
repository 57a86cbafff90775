"""Least privilege, per function."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.infrastructure.templates import STACKS, all_statements, as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

# What each of them can do harm with, and the functions that it takes.
ONLY = {
    "rekognition:SearchFacesByImage": {"Match"},
    "rekognition:IndexFaces": {"IndexPhoto"},
    "rekognition:SearchFaces": {"IndexPhoto"},
    "rekognition:DeleteFaces": {"IndexPhoto", "FetchCase"},
    "rekognition:ListFaces": {"IndexPhoto", "FetchCase"},
    "rekognition:CreateCollection": {"Faces/Manager"},
    "rekognition:DeleteCollection": {"Faces/Manager"},
    "rekognition:DescribeCollection": {"Faces/Manager"},
    "sns:Publish": {"Notify", "Sweep"},
    "s3:DeleteObject": {"Match", "FetchCase", "Contents/Emptier"},
    "s3:PutObject": {"StoreCapture", "Match", "FetchCase"},
    "s3:GetObject": {"Match", "IndexPhoto"},
    "dynamodb:DeleteItem": {"IndexPhoto", "FetchCase"},
    "dynamodb:PutItem": {"Match"},
    "dynamodb:Scan": {"ListCases"},
}
NO_RESOURCE = {"xray:PutTraceSegments", "xray:PutTelemetryRecords"}


def allowed(deployment: Deployment) -> dict[str, set[str]]:
    """The functions that may do it, by action."""
    found: dict[str, set[str]] = {}
    for stack in STACKS:
        for role in deployment.of_type("AWS::IAM::Policy", stack).values():
            path = role["Metadata"]["aws:cdk:path"].split("/", 2)[2]
            function = path.removesuffix("Role/DefaultPolicy/Resource")
            for statement in role["Properties"]["PolicyDocument"]["Statement"]:
                for action in as_list(statement["Action"]):
                    found.setdefault(action, set()).add(function)
    return found


def test_dangerous_actions_are_allowed_to_those_who_need_them(dev: Deployment) -> None:
    actual = {action: functions for action, functions in allowed(dev).items() if action in ONLY}
    assert actual == ONLY


def test_the_sensitive_services_have_no_other_actions(dev: Deployment) -> None:
    others = {action for action in allowed(dev) if action.partition(":")[0] in {"rekognition", "sns", "s3"}}
    assert others - ONLY.keys() == {"s3:ListBucket", "s3:GetObjectTagging", "s3:PutObjectTagging"}


def test_no_policy_is_for_every_resource_but_where_there_is_none(either: Deployment) -> None:
    for name, statement in all_statements(either.of_type("AWS::IAM::Policy")):
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= NO_RESOURCE, name


def test_no_policy_allows_actions_by_a_wildcard_but_cdks_on_one_key(either: Deployment) -> None:
    for name, statement in all_statements(either.of_type("AWS::IAM::Policy")):
        wild = {action for action in as_list(statement["Action"]) if "*" in action}
        assert wild <= {"kms:GenerateDataKey*", "kms:ReEncrypt*"}, name
        if wild:
            assert statement["Resource"] == {"Fn::GetAtt": [either.logical_id(name.partition("/")[0], "Key"), "Arn"]}


def test_no_role_has_a_policy_of_aws_or_a_second_user(either: Deployment) -> None:
    roles = either.of_type("AWS::IAM::Role")
    assert not [name for name, role in roles.items() if role["Properties"].get("ManagedPolicyArns")]
    used = [
        f"{name.partition('/')[0]}/{function['Properties']['Role']['Fn::GetAtt'][0]}"
        for name, function in either.of_type("AWS::Lambda::Function").items()
    ]
    assert len(used) == len(set(used))
    assert set(used) < roles.keys()


@pytest.mark.parametrize(
    ("stack", "function", "action", "patterns"),
    [
        ("Detection", "StoreCapture", "s3:PutObject", {"captures/*"}),
        ("Detection", "Match", "s3:GetObject", {"captures/*"}),
        ("Detection", "Match", "s3:DeleteObject", {"captures/*"}),
        ("Detection", "Match", "s3:PutObject", {"encounters/*", "quarantine/*"}),
        ("Ingest", "IndexPhoto", "s3:GetObject", {"photos/*"}),
        ("Ingest", "FetchCase", "s3:PutObject", {"documents/*", "photos/*", "quarantine/*"}),
        ("Ingest", "FetchCase", "s3:DeleteObject", {"photos/*", "quarantine/*"}),
    ],
)
def test_objects_are_reached_under_their_prefix_only(
    either: Deployment, stack: str, function: str, action: str, patterns: set[str]
) -> None:
    reached = {
        resource["Fn::Join"][1][1].removeprefix("/")
        for statement in either.statements(stack, f"{function}Role")
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert reached == patterns


def test_faces_are_reached_in_the_collection_of_the_environment_only(either: Deployment) -> None:
    account = {"dev": "111111111111", "prod": "222222222222"}[either.environment]
    collection = f"arn:aws:rekognition:us-east-1:{account}:collection/homeward-everytown-{either.environment}"
    for name, statement in all_statements(either.of_type("AWS::IAM::Policy")):
        if any(action.startswith("rekognition:") for action in as_list(statement["Action"])):
            assert as_list(statement["Resource"]) == [collection], name
