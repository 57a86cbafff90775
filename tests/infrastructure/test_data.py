"""Buckets, tables and keys: privacy, encryption, retention and removal."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from homeward.agency.monthly_cost import monthly_cost
from tests.infrastructure.checked import EVERY_SWITCH, environments
from tests.infrastructure.templates import STACKS, all_statements

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.infrastructure.templates import Deployment

LOGS = "AccessLogs"
BUCKETS = {("Ingest", "Gallery"), ("Ingest", LOGS), ("Detection", "Captures")}
TABLES = {
    ("Ingest", "Cases"): "case_id",
    ("Alerting", "Encounters"): "encounter_id",
    ("Alerting", "Audit"): "encounter_id",
    ("Fleet", "Cameras"): "camera",
    ("Console", "Sessions"): "session",
}
DATA = ("AWS::S3::Bucket", "AWS::S3::BucketPolicy", "AWS::DynamoDB::Table", "AWS::KMS::Key")


def rules_of(deployment: Deployment, stack: str, bucket: str) -> dict[str, int]:
    """Return the days until objects expire, by prefix."""
    rules = deployment.one("AWS::S3::Bucket", stack, bucket)["Properties"]["LifecycleConfiguration"]["Rules"]
    assert all(rule["Status"] == "Enabled" for rule in rules)
    return {rule.get("Prefix", ""): rule["ExpirationInDays"] for rule in rules if "ExpirationInDays" in rule}


def test_no_other_buckets_or_tables_exist(either: Deployment) -> None:
    assert len(either.of_type("AWS::S3::Bucket")) == len(BUCKETS)
    assert len(either.of_type("AWS::DynamoDB::Table")) == len(TABLES)
    assert not either.of_type("AWS::DynamoDB::GlobalTable")


@pytest.mark.parametrize(("stack", "bucket"), sorted(BUCKETS))
def test_bucket_is_private_and_requires_tls(either: Deployment, stack: str, bucket: str) -> None:
    properties = either.one("AWS::S3::Bucket", stack, bucket)["Properties"]
    assert set(properties["PublicAccessBlockConfiguration"].values()) == {True}
    assert len(properties["PublicAccessBlockConfiguration"]) == 4
    assert properties["OwnershipControls"]["Rules"] == [{"ObjectOwnership": "BucketOwnerEnforced"}]
    arn = {"Fn::GetAtt": [either.logical_id(stack, bucket), "Arn"]}
    policy = either.one("AWS::S3::BucketPolicy", stack, f"{bucket}/Policy")
    refused = [
        statement["Condition"]
        for _, statement in all_statements({"": policy})
        if (statement["Effect"], statement["Principal"], statement["Action"]) == ("Deny", {"AWS": "*"}, "s3:*")
        and statement["Resource"] == [arn, {"Fn::Join": ["", [arn, "/*"]]}]
    ]
    assert refused == [
        {"Bool": {"aws:SecureTransport": "false"}},
        {"NumericLessThan": {"s3:TlsVersion": 1.2}},
    ]


@pytest.mark.parametrize(("stack", "bucket"), sorted(BUCKETS))
def test_bucket_is_encrypted_with_the_key_of_its_stack(either: Deployment, stack: str, bucket: str) -> None:
    properties = either.one("AWS::S3::Bucket", stack, bucket)["Properties"]
    [rule] = properties["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    if bucket == LOGS:
        # S3 cannot deliver access logs to a bucket with a customer-managed key.
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    else:
        key = {"Fn::GetAtt": [either.logical_id(stack, "Key"), "Arn"]}
        assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
        assert rule["BucketKeyEnabled"]


def test_every_key_rotates(either: Deployment) -> None:
    keys = either.of_type("AWS::KMS::Key")
    assert {name.partition("/")[0] for name in keys} == set(STACKS) - {"Sync"}  # Sync has no data
    assert all(key["Properties"]["EnableKeyRotation"] for key in keys.values())


def test_captures_expire_in_a_day_encounters_as_configured(dev: Deployment, prod: Deployment) -> None:
    assert rules_of(dev, "Detection", "Captures") == {"captures/": 1, "quarantine/": 1, "encounters/": 30}
    assert rules_of(prod, "Detection", "Captures") == {"captures/": 1, "quarantine/": 1, "encounters/": 365}


def test_incomplete_uploads_are_deleted_after_a_day(either: Deployment) -> None:
    rules = either.one("AWS::S3::Bucket", "Detection", "Captures")["Properties"]["LifecycleConfiguration"]["Rules"]
    assert {"AbortIncompleteMultipartUpload": {"DaysAfterInitiation": 1}, "Status": "Enabled"} in rules


def test_only_the_detection_bucket_keeps_old_versions(dev: Deployment, prod: Deployment) -> None:
    for deployment, days in ((dev, 30), (prod, 365)):
        buckets = deployment.of_type("AWS::S3::Bucket").items()
        assert [name for name, bucket in buckets if "VersioningConfiguration" in bucket["Properties"]] == [
            f"Detection/{deployment.logical_id('Detection', 'Captures')}"
        ]
        bucket = deployment.one("AWS::S3::Bucket", "Detection", "Captures")["Properties"]
        assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
        rules = bucket["LifecycleConfiguration"]["Rules"]
        kept = {
            rule["Prefix"]: rule["NoncurrentVersionExpiration"]["NoncurrentDays"] for rule in rules if "Prefix" in rule
        }
        assert kept == {"captures/": 1, "quarantine/": 1, "encounters/": 1, "confirmed/": days}
        assert {"ExpiredObjectDeleteMarker": True, "Status": "Enabled"} in rules


def test_detection_bucket_has_no_access_log(either: Deployment) -> None:
    gallery = either.one("AWS::S3::Bucket", "Ingest", "Gallery")["Properties"]
    assert gallery["LoggingConfiguration"]["DestinationBucketName"] == {"Ref": either.logical_id("Ingest", LOGS)}
    assert "LoggingConfiguration" not in either.one("AWS::S3::Bucket", "Detection", "Captures")["Properties"]


def test_log_retention_is_as_configured(dev: Deployment, prod: Deployment) -> None:
    for deployment, days in ((dev, 7), (prod, 90)):
        groups = deployment.of_type("AWS::Logs::LogGroup").values()
        assert {group["Properties"]["RetentionInDays"] for group in groups} == {days}
        assert rules_of(deployment, "Ingest", LOGS) == {"": days}


@pytest.mark.parametrize(("stack", "table"), sorted(TABLES))
def test_table_is_encrypted_and_has_point_in_time_recovery(either: Deployment, stack: str, table: str) -> None:
    properties = either.one("AWS::DynamoDB::Table", stack, table)["Properties"]
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    key = {"Fn::GetAtt": [either.logical_id(stack, "Key"), "Arn"]}
    assert properties["SSESpecification"] == {"SSEEnabled": True, "SSEType": "KMS", "KMSMasterKeyId": key}
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    assert properties["KeySchema"][0] == {"AttributeName": TABLES[stack, table], "KeyType": "HASH"}


def test_records_of_a_case_share_its_partition(either: Deployment) -> None:
    keys = either.one("AWS::DynamoDB::Table", "Ingest", "Cases")["Properties"]["KeySchema"]
    assert keys[1] == {"AttributeName": "record", "KeyType": "RANGE"}


def test_audit_is_sorted_by_time_and_never_expires(either: Deployment) -> None:
    audit = either.one("AWS::DynamoDB::Table", "Alerting", "Audit")["Properties"]
    assert audit["KeySchema"][1] == {"AttributeName": "at", "KeyType": "RANGE"}
    assert "TimeToLiveSpecification" not in audit


def is_data(name: str) -> bool:
    """Tell whether a resource holds data. Sessions of the console are none: people sign in again."""
    return not name.startswith("Console/Sessions")


@pytest.mark.parametrize("kind", DATA)
def test_removal_policy_decides_what_destroy_deletes(dev: Deployment, prod: Deployment, kind: str) -> None:
    for deployment, policy in ((dev, "Delete"), (prod, "Retain")):
        resources = [resource for name, resource in deployment.of_type(kind).items() if is_data(name)]
        assert {resource["DeletionPolicy"] for resource in resources} == {policy}
        assert {resource["UpdateReplacePolicy"] for resource in resources} == {policy}


def test_sessions_of_the_console_go_with_the_stack(either: Deployment) -> None:
    assert either.one("AWS::DynamoDB::Table", "Console", "Sessions")["DeletionPolicy"] == "Delete"


def test_retained_tables_have_deletion_protection(dev: Deployment, prod: Deployment) -> None:
    for deployment, is_protected in ((dev, False), (prod, True)):
        for name, table in deployment.of_type("AWS::DynamoDB::Table").items():
            assert table["Properties"]["DeletionProtectionEnabled"] is (is_protected and is_data(name)), name


def deletion_of(deployment: Deployment, stack: str, bucket: str) -> str:
    """Return the logical id of the custom resource that deletes the bucket."""
    reference = {"Ref": deployment.logical_id(stack, bucket)}
    resources = deployment.of_type("Custom::BucketContents", stack).items()
    [name] = [name for name, resource in resources if resource["Properties"]["BucketName"] == reference]
    return name.partition("/")[2]


@pytest.mark.parametrize(("stack", "bucket"), sorted(BUCKETS))
def test_bucket_policy_goes_before_the_denial_of_new_objects(dev: Deployment, stack: str, bucket: str) -> None:
    """CloudFormation would delete the denial with the policy, and a late access log would fill the bucket again."""
    policy = dev.one("AWS::S3::BucketPolicy", stack, f"{bucket}/Policy")
    assert deletion_of(dev, stack, bucket) in policy["DependsOn"]


def test_bucket_goes_before_the_bucket_of_its_access_logs(dev: Deployment) -> None:
    gallery = dev.templates["Ingest"]["Resources"][deletion_of(dev, "Ingest", "Gallery")]
    assert gallery["DependsOn"] == [deletion_of(dev, "Ingest", LOGS)]


def test_buckets_are_deleted_only_where_data_is_not_retained(dev: Deployment, prod: Deployment) -> None:
    for deployment, removal in ((dev, "destroy"), (prod, "retain")):
        emptied = {
            resource["Properties"]["BucketName"]["Ref"]: resource["Properties"]["Removal"]
            for resource in deployment.of_type("Custom::BucketContents").values()
        }
        assert emptied == {deployment.logical_id(stack, bucket): removal for stack, bucket in BUCKETS}


@pytest.mark.parametrize(
    ("stack", "function"),
    [("Ingest", "IndexPhoto"), ("Detection", "StoreCapture"), ("Detection", "Match")],
)
def test_writers_are_deleted_before_their_bucket(dev: Deployment, stack: str, function: str) -> None:
    emptying = {name.partition("/")[2] for name in dev.of_type("Custom::BucketContents", stack)}
    assert emptying <= set(dev.one("AWS::Lambda::Function", stack, function)["DependsOn"])


def test_no_resource_has_a_fixed_name(either: Deployment) -> None:
    """A fixed name prevents a second deployment, and the replacement of a resource."""
    named = {"BucketName", "TableName", "QueueName", "TopicName", "FunctionName", "RoleName", "PolicyName", "RuleName"}
    for stack in STACKS:
        for name, resource in either.templates[stack]["Resources"].items():
            if resource["Type"].startswith("AWS::") and resource["Type"] != "AWS::IAM::Policy":
                fixed = {key for key in named if isinstance(resource.get("Properties", {}).get(key), str)}
                assert not fixed, (name, fixed)


@pytest.mark.parametrize("agency", [EVERY_SWITCH, "springfield"])
def test_cost_estimate_counts_the_keys_of_the_stacks(checked: Callable[[str], dict[str, Any]], agency: str) -> None:
    for settings in environments(agency):
        stacks = [each for name, each in checked(agency).items() if name.startswith(f"{settings.stage}-")]
        kinds = [resource["Type"] for stack in stacks for resource in stack["Resources"].values()]
        assert monthly_cost(settings, cameras=0, people=0).keys == kinds.count("AWS::KMS::Key")
