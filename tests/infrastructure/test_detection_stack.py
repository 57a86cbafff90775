from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from lambdas.encounters.policy import read_policy

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

SQL = {
    "FacesRule": (
        "SELECT *, topic(3) AS thing, clientid() AS client_id, timestamp() AS received_ms"
        " FROM 'homeward/v1/+/faces' WHERE detection.confidence > 0.8"
    ),
    "DeepLensRule": (
        "SELECT *, topic(3) AS thing, clientid() AS client_id, timestamp() AS received_ms"
        " FROM '$aws/things/+/infer' WHERE confidence > 0.8"
    ),
}


@pytest.mark.parametrize("name", SQL)
def test_rules_send_both_message_kinds_to_store_capture(either: Deployment, name: str) -> None:
    rule = either.one("AWS::IoT::TopicRule", "Detection", name)["Properties"]["TopicRulePayload"]
    function = {"Fn::GetAtt": [either.logical_id("Detection", "StoreCapture"), "Arn"]}
    assert rule["Sql"] == SQL[name]
    assert rule["AwsIotSqlVersion"] == "2016-03-23"
    assert rule["Actions"] == [{"Lambda": {"FunctionArn": function}}]
    assert not rule.get("RuleDisabled")
    assert len(either.of_type("AWS::IoT::TopicRule")) == len(SQL)


@pytest.mark.parametrize("name", SQL)
def test_only_the_rules_may_invoke_store_capture(either: Deployment, name: str) -> None:
    function = {"Fn::GetAtt": [either.logical_id("Detection", "StoreCapture"), "Arn"]}
    sources = [
        permission["Properties"]["SourceArn"]
        for permission in either.of_type("AWS::Lambda::Permission", "Detection").values()
        if permission["Properties"]["FunctionName"] == function
        and permission["Properties"]["Principal"] == "iot.amazonaws.com"
    ]
    assert {"Fn::GetAtt": [name, "Arn"]} in sources
    assert len(sources) == len(SQL)


@pytest.mark.parametrize("name", SQL)
def test_undeliverable_messages_go_to_capture_failures(either: Deployment, name: str) -> None:
    error_action = either.one("AWS::IoT::TopicRule", "Detection", name)["Properties"]["TopicRulePayload"]["ErrorAction"]
    assert error_action["Sqs"]["QueueUrl"] == {"Ref": either.logical_id("Detection", "CaptureFailures")}
    role = either.logical_id("Detection", "RuleErrorsRole")
    assert error_action["Sqs"]["RoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    actions = [statement["Action"] for statement in either.statements("Detection", "RuleErrorsRole")]
    assert actions == ["sqs:SendMessage", ["kms:Decrypt", "kms:GenerateDataKey"]]


def test_every_object_under_captures_is_queued(either: Deployment) -> None:
    bucket = either.one("AWS::S3::Bucket", "Detection", "Captures")
    queue = {"Fn::GetAtt": [either.logical_id("Detection", "CaptureEvents"), "Arn"]}
    under_captures = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "captures/"}]}}
    assert bucket["Properties"]["NotificationConfiguration"] == {
        "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": queue, "Filter": under_captures}]
    }
    # S3 checks the queue policy when the notification is set.
    assert any("CaptureEventsPolicy" in name for name in bucket["DependsOn"])


def test_match_gets_the_thresholds_of_its_environment(dev: Deployment, prod: Deployment) -> None:
    thresholds = {}
    for each in (dev, prod):
        variables = each.function("Detection", "Match")["Environment"]["Variables"]
        assert variables["FACE_COLLECTION"] == f"homeward-everytown-{each.environment}"
        policy = read_policy(variables["POLICY"])
        thresholds[each.environment] = [policy.base.review, policy.base.alert, policy.window_s, policy.kept_days]
    assert thresholds == {"dev": [80, 90, 600, 30], "prod": [80, 95, 600, 365]}


def test_stacks_depend_on_the_stacks_that_they_use(either: Deployment) -> None:
    assert either.dependencies == {
        "Ingest": set(),
        "Fleet": set(),
        "Alerting": {"Ingest", "Fleet"},
        "Detection": {"Ingest", "Fleet", "Alerting"},
        "Review": {"Ingest", "Fleet", "Alerting", "Detection"},
        "Sync": {"Ingest", "Alerting", "Detection"},
    }


def test_no_stack_imports_an_export(either: Deployment) -> None:
    """CloudFormation cannot change or delete an export in use. Weak references need no exports."""
    for template in either.templates.values():
        assert "Fn::ImportValue" not in str(template)
        assert not any("Export" in output for output in template["Outputs"].values())
