from __future__ import annotations

import json
from typing import TYPE_CHECKING

from lambdas.encounters.alert_updates import LEASE
from lambdas.encounters.encounter import AlertState
from lambdas.encounters.table import ALERTS_DUE_INDEX
from tests.infrastructure.templates import all_statements

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment, Resource


def stream_mapping(deployment: Deployment) -> Resource:
    [found] = [
        resource["Properties"]
        for resource in deployment.of_type("AWS::Lambda::EventSourceMapping", "Alerting").values()
        if resource["Properties"]["FunctionName"] == {"Ref": deployment.logical_id("Alerting", "Notify")}
    ]
    return dict(found)


def test_encounters_expire_and_stream_their_new_image(either: Deployment) -> None:
    table = either.one("AWS::DynamoDB::Table", "Alerting", "Encounters")["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_an_index_finds_overdue_alerts_by_state_and_time(either: Deployment) -> None:
    table = either.one("AWS::DynamoDB::Table", "Alerting", "Encounters")["Properties"]
    [index] = [index for index in table["GlobalSecondaryIndexes"] if index["IndexName"] == ALERTS_DUE_INDEX]
    assert index["KeySchema"] == [
        {"AttributeName": "alert", "KeyType": "HASH"},
        {"AttributeName": "alert_due_at", "KeyType": "RANGE"},
    ]


def test_notify_gets_only_encounters_with_a_due_alert(either: Deployment) -> None:
    mapping = stream_mapping(either)
    encounters = either.logical_id("Alerting", "Encounters")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [encounters, "StreamArn"]}
    [pattern] = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    assert pattern == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"alert": {"S": [AlertState.DUE.value]}}},
    }
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_failing_record_does_not_block_its_shard(either: Deployment) -> None:
    mapping = stream_mapping(either)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"]
    assert 0 < mapping["MaximumRetryAttempts"] <= 5
    assert 0 < mapping["MaximumRecordAgeInSeconds"] <= 3600
    failures = either.logical_id("Alerting", "NotifyFailures")
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [failures, "Arn"]}


def test_sweep_runs_every_minute(either: Deployment) -> None:
    rule = either.one("AWS::Events::Rule", "Alerting", "EveryMinute")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    sweep = {"Fn::GetAtt": [either.logical_id("Alerting", "Sweep"), "Arn"]}
    assert [target["Arn"] for target in rule["Targets"]] == [sweep]


def test_lease_is_longer_than_the_timeout_of_its_holder(either: Deployment) -> None:
    """Otherwise a second function could send an alert that the first is still sending."""
    for function in ("Notify", "Sweep"):
        assert either.function("Alerting", function)["Timeout"] < LEASE.total_seconds()


def subscriptions(deployment: Deployment) -> list[Resource]:
    topic = {"Ref": deployment.logical_id("Alerting", "Alerts")}
    every = [each["Properties"] for each in deployment.of_type("AWS::SNS::Subscription").values()]
    return [each for each in every if each["TopicArn"] == topic]


def test_each_recipient_is_subscribed_with_a_filter(either: Deployment) -> None:
    addresses = [each for each in subscriptions(either) if each["Protocol"] != "sqs"]
    assert [(each["Protocol"], each["Endpoint"], each["FilterPolicy"]["recipients"]) for each in addresses] == [
        ("sms", "+15035550142", ["desk"]),
        ("sms", "+15035550143", ["chief"]),
        ("email", "missing-persons@police.everytown.example", ["missing-persons"]),
    ]


def test_filters_pass_one_channel_and_messages_from_before_channels(either: Deployment) -> None:
    for each in subscriptions(either):
        channel = "document" if each["Protocol"] == "sqs" else each["Protocol"]
        either_of = [{"channel": [channel]}, {"channel": [{"exists": False}]}]
        assert each.get("FilterPolicy", {"$or": either_of})["$or"] == either_of


def test_undeliverable_alerts_go_to_a_failure_queue(either: Deployment) -> None:
    undelivered = {"Fn::GetAtt": [either.logical_id("Alerting", "UndeliveredAlerts"), "Arn"]}
    for each in subscriptions(either):
        assert each["RedrivePolicy"] == {"deadLetterTargetArn": undelivered}


def test_receipts_queue_gets_every_alert_unfiltered(either: Deployment) -> None:
    [receipts] = [each for each in subscriptions(either) if "FilterPolicy" not in each]
    assert receipts["Protocol"] == "sqs"
    assert receipts["Endpoint"] == {"Fn::GetAtt": [either.logical_id("Alerting", "Receipts"), "Arn"]}
    assert receipts["RawMessageDelivery"] is True


def test_alert_topic_is_encrypted_and_requires_tls(either: Deployment) -> None:
    topic = either.one("AWS::SNS::Topic", "Alerting", "Alerts")["Properties"]
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": [either.logical_id("Alerting", "Key"), "Arn"]}
    [(_, statement)] = all_statements(either.of_type("AWS::SNS::TopicPolicy", "Alerting"))
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sns:Publish")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
