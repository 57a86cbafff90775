"""Webhooks and chat rooms: a queue and a secret per receiver, and the function that posts."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.infrastructure.templates import as_list

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment

RECEIVERS = {"records": "Records", "team": "Team"}


def test_each_receiver_has_a_queue_with_its_raw_messages(either: Deployment) -> None:
    by_recipient = {
        tuple(each["Properties"]["FilterPolicy"]["recipients"]): each["Properties"]
        for each in either.of_type("AWS::SNS::Subscription", "Alerting").values()
        if each["Properties"]["Protocol"] == "sqs" and "FilterPolicy" in each["Properties"]
    }
    assert by_recipient.keys() == {(name,) for name in RECEIVERS}
    for name, construct in RECEIVERS.items():
        queue = either.logical_id("Alerting", f"Webhooks/{construct}Queue")
        assert by_recipient[name,]["Endpoint"] == {"Fn::GetAtt": [queue, "Arn"]}
        assert by_recipient[name,]["RawMessageDelivery"] is True
        assert "RedrivePolicy" in by_recipient[name,]


def test_receiver_is_retried_for_an_hour_or_more(either: Deployment) -> None:
    dead_letters = {"Fn::GetAtt": [either.logical_id("Alerting", "WebhookDeadLetters"), "Arn"]}
    timeout = either.function("Alerting", "Webhooks/Post")["Timeout"]
    for construct in RECEIVERS.values():
        queue = either.one("AWS::SQS::Queue", "Alerting", f"Webhooks/{construct}Queue")["Properties"]
        assert queue["RedrivePolicy"] == {"deadLetterTargetArn": dead_letters, "maxReceiveCount": 12}
        assert queue["VisibilityTimeout"] >= 6 * timeout
    pauses = [min(5 * 2**attempt, 900) for attempt in range(11)]
    assert 3600 <= sum(pauses) <= 2 * 3600


def test_messages_are_posted_one_at_a_time(either: Deployment) -> None:
    function = {"Ref": either.logical_id("Alerting", "Webhooks/Post")}
    mappings = [
        each["Properties"]
        for each in either.of_type("AWS::Lambda::EventSourceMapping", "Alerting").values()
        if each["Properties"]["FunctionName"] == function
    ]
    assert len(mappings) == len(RECEIVERS)
    for mapping in mappings:
        assert mapping["BatchSize"] == 1
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]


def test_signing_keys_are_generated_and_encrypted(either: Deployment) -> None:
    found = either.of_type("AWS::SecretsManager::Secret").items()
    secrets = [secret for name, secret in found if name.startswith("Alerting/")]
    assert len(secrets) == len(RECEIVERS)
    key = {"Fn::GetAtt": [either.logical_id("Alerting", "Key"), "Arn"]}
    for secret in secrets:
        assert secret["Properties"]["KmsKeyId"] == key
        generated = secret["Properties"]["GenerateSecretString"]
        # 44 letters and digits are base64 of 33 bytes; Standard Webhooks requires 24 to 64.
        assert (generated["PasswordLength"], generated["ExcludePunctuation"]) == (44, True)
        assert "SecretString" not in secret["Properties"]


def test_only_the_posting_function_reads_the_secrets(either: Deployment) -> None:
    read = {
        str(resource)
        for statement in either.statements("Alerting", "Webhooks/PostRole")
        if "secretsmanager:GetSecretValue" in as_list(statement["Action"])
        for resource in as_list(statement["Resource"])
    }
    secrets = [either.logical_id("Alerting", f"Webhooks/{construct}Secret") for construct in RECEIVERS.values()]
    assert read == {str({"Ref": secret}) for secret in secrets}
    assert json.dumps(either.templates["Alerting"]).count("secretsmanager:GetSecretValue") == 1


def test_environment_has_webhook_urls_but_no_chat_urls(either: Deployment) -> None:
    receivers = json.dumps(either.function("Alerting", "Webhooks/Post")["Environment"]["Variables"]["RECEIVERS"])
    assert "https://hooks.everytown.example/homeward" in receivers
    assert receivers.count("https://") == 1
