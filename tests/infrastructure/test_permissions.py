"""Least privilege, per function."""

from __future__ import annotations

from fnmatch import fnmatchcase
from typing import TYPE_CHECKING

import pytest

from tests.infrastructure.templates import all_statements, as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment, Resource

# Sensitive actions, and the only functions or managed policies that may have them.
ONLY = {
    "rekognition:SearchFacesByImage": {"Match", "Console", "IndexPhoto"},
    "rekognition:IndexFaces": {"IndexPhoto"},
    "rekognition:SearchFaces": {"IndexPhoto", "NearCases"},
    "rekognition:DeleteFaces": {"IndexPhoto", "MayChangeGallery"},
    "rekognition:ListFaces": {"IndexPhoto", "MayChangeGallery"},
    "rekognition:CreateCollection": {"Faces/Manager"},
    "rekognition:DeleteCollection": {"Faces/Manager"},
    "rekognition:DescribeCollection": {"Faces/Manager"},
    "rekognition:ListCollections": {"Faces/Manager"},
    "rekognition:ListTagsForResource": {"Faces/Manager"},
    "rekognition:TagResource": {"Faces/Manager"},
    "sns:Publish": {"Match", "Notify", "Sweep"},
    "s3:DeleteObject": {"MayChangeGallery"},
    "s3:DeleteObjectVersion": {"Match", "MayDeleteEvidence", "MaySettleEvidence", "Contents/Emptier"},
    "s3:DeleteBucket": {"Contents/Emptier"},
    "s3:PutBucketPolicy": {"Contents/Emptier"},
    "s3:PutObject": {
        "StoreCapture",
        "Match",
        "MayChangeGallery",
        "MayPutUploads",
        "MaySettleEvidence",
        "Retrospective",
    },
    "s3:GetObject": {
        "Match",
        "IndexPhoto",
        "MachineMay",
        "MayViewPhotos",
        "MayViewEvidence",
        "MaySettleEvidence",
        "Retrospective",
    },
    "kms:GenerateDataKey": {
        # They write to a bucket, or send to a queue or a topic. The others only read.
        "MayChangeGallery",
        "RuleErrors",
        "Notify",
        "Match",
        "Sweep",
        "NearCases",
        "Retrospective",
        "Daily",
        "MaySettleEvidence",
        "MayPutUploads",
        "StoreCapture",
    },
    "dynamodb:DeleteItem": {"IndexPhoto", "MayChangeGallery", "Console"},
    "dynamodb:PutItem": {
        "Match",
        "Notify",
        "Sweep",
        "Receipt",
        "Links",
        "Console",
        "Reply",
        "Daily",
        "SyncFunction",
        "StoreCapture",
    },
    "dynamodb:Scan": {"MayChangeGallery", "NearCases", "Retrospective", "Console"},
    "states:StartExecution": {"MachineMay", "Machine/Events"},
    "lambda:InvokeFunction": {"MachineMay", "Console"},
}
NO_RESOURCE = {
    "dynamodb:ListStreams",
    "logs:CreateLogDelivery",
    "logs:DeleteLogDelivery",
    "logs:DescribeLogGroups",
    "logs:DescribeResourcePolicies",
    "logs:GetLogDelivery",
    "logs:ListLogDeliveries",
    "logs:PutResourcePolicy",
    "logs:UpdateLogDelivery",
    # The Service Authorization Reference lists no resource type for these three.
    "rekognition:CreateCollection",
    "rekognition:DetectFaces",
    "rekognition:ListCollections",
    "xray:GetSamplingRules",
    "xray:GetSamplingTargets",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
POLICIES = ("AWS::IAM::Policy", "AWS::IAM::ManagedPolicy")


def allowed(deployment: Deployment) -> dict[str, set[str]]:
    """Return the functions and managed policies that allow each action."""
    found: dict[str, set[str]] = {}
    for policy in policies(deployment).values():
        path = policy["Metadata"]["aws:cdk:path"].split("/", 2)[2].removesuffix("/Resource")
        function = path.removesuffix("/DefaultPolicy").removesuffix("Role")
        for statement in policy["Properties"]["PolicyDocument"]["Statement"]:
            for action in as_list(statement["Action"]):
                found.setdefault(action, set()).add(function)
    return found


def policies(deployment: Deployment) -> dict[str, Resource]:
    """Return every policy of a role by `Stack/LogicalId`."""
    return {name: policy for kind in POLICIES for name, policy in deployment.of_type(kind).items()}


def test_sensitive_actions_have_only_the_listed_holders(dev: Deployment) -> None:
    actual = {action: functions for action, functions in allowed(dev).items() if action in ONLY}
    assert actual == ONLY


def test_sensitive_services_have_no_other_actions(dev: Deployment) -> None:
    others = {action for action in allowed(dev) if action.partition(":")[0] in {"rekognition", "sns", "s3"}}
    assert others - ONLY.keys() == {
        "rekognition:DetectFaces",
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketPolicy",
        "s3:GetObjectVersion",
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:PutObjectTagging",
    }


def test_resource_star_only_for_actions_without_resources(either: Deployment) -> None:
    for name, statement in all_statements(policies(either)):
        if "*" in as_list(statement["Resource"]):
            assert set(as_list(statement["Action"])) <= NO_RESOURCE, name


def test_actions_without_resources_are_allowed_on_star(either: Deployment) -> None:
    for name, statement in all_statements(policies(either)):
        if NO_RESOURCE & set(as_list(statement["Action"])):
            assert statement["Resource"] == "*", name


def test_no_action_has_a_wildcard(either: Deployment) -> None:
    for name, statement in all_statements(policies(either)):
        assert "*" not in str(statement["Action"]), name


def test_keys_are_used_for_two_actions(either: Deployment) -> None:
    found = {action for action in allowed(either) if action.startswith("kms:")}
    # CDK's grant to read the stream of an encrypted table includes DescribeKey.
    assert found == {"kms:Decrypt", "kms:GenerateDataKey", "kms:DescribeKey"}
    assert allowed(either)["kms:DescribeKey"] == {"Notify"}


def test_other_services_assume_roles_for_this_account_only(either: Deployment) -> None:
    trusts = [role["Properties"]["AssumeRolePolicyDocument"] for role in either.of_type("AWS::IAM::Role").values()]
    services = {"iot.amazonaws.com", "events.amazonaws.com", "states.amazonaws.com"}
    found = [
        (statement["Principal"]["Service"], statement["Condition"])
        for trust in trusts
        for statement in trust["Statement"]
        if statement["Principal"]["Service"] in services
    ]
    assert {service for service, _ in found} == services
    ours = {"aws:SourceAccount": {"dev": "111111111111", "prod": "222222222222"}[either.environment]}
    assert all(condition["StringEquals"] == ours for _, condition in found)


def test_no_role_is_shared_or_has_an_aws_managed_policy(either: Deployment) -> None:
    roles = either.of_type("AWS::IAM::Role")
    with_one = [name for name, role in roles.items() if "iam::aws:policy" in str(role)]
    assert with_one == [name for name in roles if name.startswith("Fleet/ProvisioningRole")], (
        "AWS IoT needs the managed policy"
    )
    used = [
        f"{name.partition('/')[0]}/{function['Properties']['Role']['Fn::GetAtt'][0]}"
        for name, function in either.of_type("AWS::Lambda::Function").items()
    ]
    assert len(used) == len(set(used))
    assert set(used) < roles.keys()


def test_custom_resources_cannot_delete_retained_data(dev: Deployment, prod: Deployment) -> None:
    deleting = {
        deployment.environment: {
            action
            for path in ("Ingest/Contents/Emptier", "Detection/Contents/Emptier", "Ingest/Faces/Manager")
            for statement in deployment.statements(*f"{path}Role".split("/", 1))
            for action in as_list(statement["Action"])
            if ":Delete" in action
        }
        for deployment in (dev, prod)
    }
    data = {"s3:DeleteBucket", "s3:DeleteObjectVersion", "rekognition:DeleteCollection"}
    assert deleting == {"dev": data, "prod": set()}


@pytest.mark.parametrize(
    ("stack", "policy", "action", "patterns"),
    [
        ("Detection", "StoreCaptureRole", "s3:PutObject", {"captures/*/.stored/*"}),
        ("Detection", "RetrospectiveRole", "s3:PutObject", {"captures/*/.stored/*"}),
        ("Detection", "MatchRole", "s3:GetObject", {"captures/*"}),
        ("Detection", "MatchRole", "s3:DeleteObjectVersion", {"captures/*"}),
        ("Detection", "MatchRole", "s3:PutObject", {"encounters/*", "quarantine/*"}),
        ("Ingest", "IndexPhotoRole", "s3:GetObject", {"photos/*"}),
        ("Ingest", "MayChangeGallery", "s3:PutObject", {"documents/*", "photos/*", "quarantine/*", "syncs/*"}),
        ("Ingest", "MayChangeGallery", "s3:DeleteObject", {"photos/*", "quarantine/*"}),
        ("Detection", "MayDeleteEvidence", "s3:DeleteObjectVersion", {"encounters/*"}),
        ("Detection", "MayViewEvidence", "s3:GetObject", {"encounters/*", "confirmed/*"}),
        ("Detection", "MaySettleEvidence", "s3:DeleteObjectVersion", {"encounters/*", "confirmed/*"}),
        ("Ingest", "MayViewPhotos", "s3:GetObject", {"photos/*"}),
    ],
)
def test_object_actions_are_limited_to_prefixes(
    either: Deployment, stack: str, policy: str, action: str, patterns: set[str]
) -> None:
    reached = {
        resource["Fn::Join"][1][1].removeprefix("/")
        for statement in either.statements(stack, policy)
        if action in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    assert reached == patterns


def test_face_actions_are_limited_to_the_own_collection(either: Deployment) -> None:
    account = {"dev": "111111111111", "prod": "222222222222"}[either.environment]
    collection = f"arn:aws:rekognition:us-east-1:{account}:collection/homeward-everytown-{either.environment}"
    for name, statement in all_statements(policies(either)):
        if any(action.startswith("rekognition:") for action in set(as_list(statement["Action"])) - NO_RESOURCE):
            # A rebuild makes collections whose name is this one with a suffix. Agency everytown-dev has another one.
            for resource in as_list(statement["Resource"]):
                assert resource == collection or fnmatchcase(f"{collection}-20261123030405", resource), name
                assert not fnmatchcase(f"{collection}-dev", resource), name
                assert not fnmatchcase(f"{collection}-dev-20261123030405", resource), name
