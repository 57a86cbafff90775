from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import astuple

from lambdas.common.cameras_table import BY_THING_INDEX
from lambdas.encounters.policy import Thresholds, read_policy

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

SQL = (
    "SELECT encode(*, 'base64') AS payload, topic(3) AS thing, topic(4) AS kind, clientid() AS client_id,"
    " timestamp() AS received_ms FROM 'homeward/{stage}/+/"
)


def test_message_goes_to_store_capture(either: Deployment) -> None:
    rule = either.one("AWS::IoT::TopicRule", "Detection", "StageFacesRule")["Properties"]["TopicRulePayload"]
    function = {"Fn::GetAtt": [either.logical_id("Detection", "StoreCapture"), "Arn"]}
    stage = f"everytown-{either.environment}"
    assert rule["Sql"] == SQL.format(stage=stage) + "faces' WHERE detection.confidence > 0.8"
    health = either.one("AWS::IoT::TopicRule", "Detection", "HealthRule")["Properties"]["TopicRulePayload"]
    assert (health["Sql"], health["Actions"]) == (SQL.format(stage=stage) + "health'", rule["Actions"])
    assert rule["AwsIotSqlVersion"] == "2016-03-23"
    assert rule["Actions"] == [{"Lambda": {"FunctionArn": function}}]
    assert not rule.get("RuleDisabled")
    assert len(either.of_type("AWS::IoT::TopicRule")) == 2, "the topics of before and of the prototype are opt-in"


def test_only_the_rules_may_invoke_store_capture(either: Deployment) -> None:
    function = {"Fn::GetAtt": [either.logical_id("Detection", "StoreCapture"), "Arn"]}
    sources = [
        permission["Properties"]["SourceArn"]
        for permission in either.of_type("AWS::Lambda::Permission", "Detection").values()
        if permission["Properties"]["FunctionName"] == function
        and permission["Properties"]["Principal"] == "iot.amazonaws.com"
    ]
    assert sources == [{"Fn::GetAtt": [rule, "Arn"]} for rule in ("StageFacesRule", "HealthRule")]


def test_store_capture_knows_the_things_of_its_environment_only(either: Deployment) -> None:
    variables = either.function("Detection", "StoreCapture")["Environment"]["Variables"]
    assert variables["STAGE"] == f"everytown-{either.environment}"
    assert "CAMERAS_TABLE" in variables
    table = either.one("AWS::DynamoDB::Table", "Fleet", "Cameras")["Properties"]
    [index] = table["GlobalSecondaryIndexes"]
    assert index["IndexName"] == BY_THING_INDEX
    actions = [statement["Action"] for statement in either.statements("Detection", "StoreCaptureRole")]
    assert {"dynamodb:GetItem", "dynamodb:Query"} <= {action for action in actions if isinstance(action, str)}


def test_message_of_an_unregistered_thing_raises_an_alarm(either: Deployment) -> None:
    alarm = either.one("AWS::CloudWatch::Alarm", "Detection", "UnregisteredThings")["Properties"]
    variables = either.function("Detection", "StoreCapture")["Environment"]["Variables"]
    assert alarm["Namespace"] == variables["METRICS_NAMESPACE"] == f"Homeward/everytown-{either.environment}"
    assert alarm["MetricName"] == "CapturesFromUnregisteredThings"
    assert alarm["Dimensions"] == [{"Name": "service", "Value": variables["SERVICE_NAME"]}]
    assert (alarm["Threshold"], alarm["ComparisonOperator"]) == (1, "GreaterThanOrEqualToThreshold")


def test_undelivered_message_is_queued_with_the_failures_of_the_function(either: Deployment) -> None:
    rule = either.one("AWS::IoT::TopicRule", "Detection", "StageFacesRule")["Properties"]["TopicRulePayload"]
    error_action = rule["ErrorAction"]
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
        thresholds[each.environment] = [*astuple(policy.base), policy.window_s, policy.kept_days]
    usual = Thresholds()
    assert thresholds == {
        "dev": [usual.review, 90, usual.alone, 600, 30],
        "prod": [*astuple(usual), 600, 365],
    }


def test_stacks_depend_on_the_stacks_that_they_use(either: Deployment) -> None:
    assert either.dependencies == {
        "Ingest": set(),
        "Fleet": set(),
        "Alerting": {"Ingest", "Fleet"},
        "Detection": {"Ingest", "Fleet", "Alerting"},
        "Console": {"Ingest", "Fleet", "Alerting", "Detection", "Sync"},
        "Review": {"Ingest", "Fleet", "Alerting", "Detection", "Console"},
        "Sync": {"Ingest", "Alerting", "Detection"},
    }


def test_no_stack_imports_an_export(either: Deployment) -> None:
    """CloudFormation cannot change or delete an export in use. Weak references need no exports."""
    for template in either.templates.values():
        assert "Fn::ImportValue" not in str(template)
        assert not any("Export" in output for output in template["Outputs"].values())
