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


def test_encounters_expire_and_tell_their_new_state(either: Deployment) -> None:
    table = either.one("AWS::DynamoDB::Table", "Alerting", "Encounters")["Properties"]
    assert table["TimeToLiveSpecification"] == {"AttributeName": "expires_at", "Enabled": True}
    assert table["StreamSpecification"] == {"StreamViewType": "NEW_IMAGE"}


def test_overdue_alerts_are_found_by_their_state_and_time(either: Deployment) -> None:
    table = either.one("AWS::DynamoDB::Table", "Alerting", "Encounters")["Properties"]
    [index] = [index for index in table["GlobalSecondaryIndexes"] if index["IndexName"] == ALERTS_DUE_INDEX]
    assert index["KeySchema"] == [
        {"AttributeName": "alert", "KeyType": "HASH"},
        {"AttributeName": "alert_due_at", "KeyType": "RANGE"},
    ]


def test_notify_hears_only_of_encounters_whose_alert_is_due(either: Deployment) -> None:
    mapping = stream_mapping(either)
    encounters = either.logical_id("Alerting", "Encounters")
    assert mapping["EventSourceArn"] == {"Fn::GetAtt": [encounters, "StreamArn"]}
    [pattern] = [json.loads(each["Pattern"]) for each in mapping["FilterCriteria"]["Filters"]]
    assert pattern == {
        "eventName": ["INSERT", "MODIFY"],
        "dynamodb": {"NewImage": {"alert": {"S": [AlertState.DUE.value]}}},
    }
    assert mapping["StartingPosition"] == "TRIM_HORIZON"


def test_a_record_that_fails_does_not_hold_the_others_up(either: Deployment) -> None:
    mapping = stream_mapping(either)
    assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert mapping["BisectBatchOnFunctionError"]
    assert 0 < mapping["MaximumRetryAttempts"] <= 5
    assert 0 < mapping["MaximumRecordAgeInSeconds"] <= 3600
    failures = either.logical_id("Alerting", "NotifyFailures")
    assert mapping["DestinationConfig"]["OnFailure"]["Destination"] == {"Fn::GetAtt": [failures, "Arn"]}


def test_the_sweep_runs_every_minute(either: Deployment) -> None:
    rule = either.one("AWS::Events::Rule", "Alerting", "EveryMinute")["Properties"]
    assert (rule["ScheduleExpression"], rule["State"]) == ("rate(1 minute)", "ENABLED")
    sweep = {"Fn::GetAtt": [either.logical_id("Alerting", "Sweep"), "Arn"]}
    assert [target["Arn"] for target in rule["Targets"]] == [sweep]


def test_a_claim_outlasts_the_function_that_holds_it(either: Deployment) -> None:
    """Else a second function could send the alert that the first one is still sending."""
    for function in ("Notify", "Sweep"):
        assert either.function("Alerting", function)["Timeout"] < LEASE.total_seconds()


def subscriptions(deployment: Deployment) -> list[Resource]:
    topic = {"Ref": deployment.logical_id("Alerting", "Alerts")}
    every = [each["Properties"] for each in deployment.of_type("AWS::SNS::Subscription").values()]
    return [each for each in every if each["TopicArn"] == topic]


def test_everybody_in_the_agencys_file_gets_what_is_for_them_and_nobody_else_anything(either: Deployment) -> None:
    told = [each for each in subscriptions(either) if each["Protocol"] != "sqs"]
    assert {(each["Protocol"], each["Endpoint"], *each["FilterPolicy"]["recipients"]) for each in told} == {
        ("sms", "+15035550142", "desk"),
        ("sms", "+15035550143", "chief"),
        ("email", "missing-persons@police.everytown.example", "missing-persons"),
    }


def test_what_sns_cannot_deliver_to_somebody_waits_for_an_operator(either: Deployment) -> None:
    undelivered = {"Fn::GetAtt": [either.logical_id("Alerting", "UndeliveredAlerts"), "Arn"]}
    for each in subscriptions(either):
        if each["Protocol"] != "sqs":
            assert each["RedrivePolicy"] == {"deadLetterTargetArn": undelivered}


def test_a_receipt_comes_for_every_alert_as_it_is(either: Deployment) -> None:
    [receipts] = [each for each in subscriptions(either) if "FilterPolicy" not in each]
    assert receipts["Protocol"] == "sqs"
    assert receipts["Endpoint"] == {"Fn::GetAtt": [either.logical_id("Alerting", "Receipts"), "Arn"]}
    assert receipts["RawMessageDelivery"] is True


def test_the_topic_is_encrypted_and_refuses_plain_http(either: Deployment) -> None:
    topic = either.one("AWS::SNS::Topic", "Alerting", "Alerts")["Properties"]
    assert topic["KmsMasterKeyId"] == {"Fn::GetAtt": [either.logical_id("Alerting", "Key"), "Arn"]}
    [(_, statement)] = all_statements(either.of_type("AWS::SNS::TopicPolicy", "Alerting"))
    assert (statement["Effect"], statement["Action"]) == ("Deny", "sns:Publish")
    assert statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
