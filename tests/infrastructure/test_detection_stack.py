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
def test_a_message_of_either_kind_goes_to_store_capture(either: Deployment, name: str) -> None:
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
def test_what_a_rule_cannot_hand_over_waits_beside_what_the_function_could_not_store(
    either: Deployment, name: str
) -> None:
    error_action = either.one("AWS::IoT::TopicRule", "Detection", name)["Properties"]["TopicRulePayload"]["ErrorAction"]
    assert error_action["Sqs"]["QueueUrl"] == {"Ref": either.logical_id("Detection", "CaptureFailures")}
    role = either.logical_id("Detection", "RuleErrorsRole")
    assert error_action["Sqs"]["RoleArn"] == {"Fn::GetAtt": [role, "Arn"]}
    actions = [statement["Action"] for statement in either.statements("Detection", "RuleErrorsRole")]
    assert actions == ["sqs:SendMessage", ["kms:Decrypt", "kms:GenerateDataKey"]]


def test_every_image_that_somebody_puts_under_captures_is_searched(either: Deployment) -> None:
    bucket = either.one("AWS::S3::Bucket", "Detection", "Captures")
    queue = {"Fn::GetAtt": [either.logical_id("Detection", "CaptureEvents"), "Arn"]}
    under_captures = {"S3Key": {"Rules": [{"Name": "prefix", "Value": "captures/"}]}}
    assert bucket["Properties"]["NotificationConfiguration"] == {
        "QueueConfigurations": [{"Event": "s3:ObjectCreated:*", "Queue": queue, "Filter": under_captures}]
    }
    # S3 refuses a queue that it may not send to.
    assert any("CaptureEventsPolicy" in name for name in bucket["DependsOn"])


def test_match_knows_the_agencys_thresholds(dev: Deployment, prod: Deployment) -> None:
    known = {}
    for each in (dev, prod):
        variables = each.function("Detection", "Match")["Environment"]["Variables"]
        assert variables["FACE_COLLECTION"] == f"homeward-everytown-{each.environment}"
        policy = read_policy(variables["POLICY"])
        known[each.environment] = [policy.base.review, policy.base.alert, policy.window_s, policy.kept_days]
    assert known == {"dev": [80, 90, 600, 30], "prod": [80, 95, 600, 365]}


def test_a_stack_comes_after_those_that_it_uses(either: Deployment) -> None:
    assert either.dependencies == {
        "Ingest": set(),
        "Fleet": set(),
        "Alerting": {"Ingest", "Fleet"},
        "Detection": {"Ingest", "Fleet", "Alerting"},
        "Review": {"Ingest", "Fleet", "Alerting", "Detection"},
        "Sync": {"Ingest", "Alerting", "Detection"},
    }


def test_no_stack_locks_what_another_one_exports(either: Deployment) -> None:
    """An export in use can be neither changed nor removed; weak references have none."""
    for template in either.templates.values():
        assert "Fn::ImportValue" not in str(template)
        assert not any("Export" in output for output in template["Outputs"].values())
