"""Work queues and failure queues: redelivery, dead letters, concurrency and encryption."""

from __future__ import annotations

from typing import TYPE_CHECKING

from agencies.workers import index_workers, match_workers
from tests.infrastructure.templates import STACKS, all_statements

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment, Resource

# function -> the queue that it consumes
WORKERS = {
    ("Ingest", "IndexPhoto"): "PhotoEvents",
    ("Detection", "Match"): "CaptureEvents",
    ("Alerting", "Receipt"): "Receipts",
    ("Review", "Reply"): "Replies",
}


def mapping_of(deployment: Deployment, stack: str, function: str) -> Resource:
    """Return the one event source mapping of a function."""
    name = deployment.logical_id(stack, function)
    [found] = [
        resource["Properties"]
        for resource in deployment.of_type("AWS::Lambda::EventSourceMapping", stack).values()
        if resource["Properties"]["FunctionName"] == {"Ref": name}
    ]
    return dict(found)


def test_each_worker_consumes_its_queue(either: Deployment) -> None:
    for (stack, function), queue in WORKERS.items():
        source = mapping_of(either, stack, function)["EventSourceArn"]
        assert source == {"Fn::GetAtt": [either.logical_id(stack, queue), "Arn"]}


def test_visibility_timeout_is_six_times_the_function_timeout(either: Deployment) -> None:
    for (stack, function), queue in WORKERS.items():
        properties = either.one("AWS::SQS::Queue", stack, queue)["Properties"]
        assert properties["VisibilityTimeout"] >= 6 * either.function(stack, function)["Timeout"]


def test_five_failures_move_a_message_to_the_dead_letters(either: Deployment) -> None:
    for (stack, _), queue in WORKERS.items():
        redrive = either.one("AWS::SQS::Queue", stack, queue)["Properties"]["RedrivePolicy"]
        assert redrive["maxReceiveCount"] >= 5
        assert redrive["deadLetterTargetArn"] == {
            "Fn::GetAtt": [either.logical_id(stack, f"{queue}DeadLetters"), "Arn"]
        }


def test_messages_fail_alone_and_concurrency_is_limited(either: Deployment) -> None:
    for stack, function in WORKERS:
        mapping = mapping_of(either, stack, function)
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
        assert mapping["ScalingConfig"]["MaximumConcurrency"] >= 2


def test_rekognition_quota_limits_the_concurrency(dev: Deployment, prod: Deployment) -> None:
    limits = {
        (environment.environment, function): mapping_of(environment, stack, function)["ScalingConfig"]
        for environment in (dev, prod)
        for stack, function in (("Detection", "Match"), ("Ingest", "IndexPhoto"))
    }
    assert limits == {
        ("dev", "Match"): {"MaximumConcurrency": 2},
        ("dev", "IndexPhoto"): {"MaximumConcurrency": 2},
        ("prod", "Match"): {"MaximumConcurrency": 12},
        ("prod", "IndexPhoto"): {"MaximumConcurrency": 25},
    }
    assert prod.function("Ingest", "IndexPhoto")["Environment"]["Variables"]["INDEX_PER_SECOND"] == "50.0"


def test_workers_within_a_quota() -> None:
    assert (match_workers(50), index_workers(50)) == (12, 25)
    assert (match_workers(0.5), index_workers(0.5)) == (2, 2)


def test_asynchronous_functions_have_a_failure_destination(either: Deployment) -> None:
    """Nobody gets the error of an asynchronous invocation, so operators find it in a failure queue."""
    destinations = {
        resource["Properties"]["FunctionName"]["Ref"]: resource["Properties"].get("DestinationConfig")
        for resource in either.of_type("AWS::Lambda::EventInvokeConfig").values()
    }
    invoked = {
        resource["Properties"]["FunctionName"]["Fn::GetAtt"][0]
        for resource in either.of_type("AWS::Lambda::Permission").values()
    }
    invoked.remove(either.logical_id("Fleet", "ProvisionCamera"))  # AWS IoT invokes the hook synchronously
    invoked.remove(either.logical_id("Review", "Links"))  # so do the APIs
    invoked.remove(either.logical_id("Review", "Uploads"))
    invoked.remove(either.logical_id("Console", "Console"))
    assert invoked == destinations.keys()
    assert {name: config and config["OnFailure"]["Destination"] for name, config in destinations.items()} == {
        either.logical_id(stack, function): {"Fn::GetAtt": [either.logical_id(stack, queue), "Arn"]}
        for stack, function, queue in (
            ("Detection", "StoreCapture", "CaptureFailures"),
            ("Detection", "Retrospective", "RetrospectiveFailures"),
            ("Ingest", "NearCases", "NearCasesFailures"),
            ("Alerting", "Sweep", "SweepFailures"),
            ("Review", "Daily", "DailyFailures"),
        )
    }


def test_every_subscription_has_dead_letters(either: Deployment) -> None:
    for name, subscription in either.of_type("AWS::SNS::Subscription").items():
        assert "deadLetterTargetArn" in subscription["Properties"]["RedrivePolicy"], name


def test_store_capture_is_retried_twice_within_six_hours(either: Deployment) -> None:
    config = either.one("AWS::Lambda::EventInvokeConfig", "Detection", "StoreCapture/EventInvokeConfig")["Properties"]
    assert (config["MaximumRetryAttempts"], config["MaximumEventAgeInSeconds"]) == (2, 6 * 3600)


def test_failure_queues_with_bystanders_keep_a_day(either: Deployment) -> None:
    for queue in ("CaptureFailures", "CaptureEventsDeadLetters"):
        assert either.one("AWS::SQS::Queue", "Detection", queue)["Properties"]["MessageRetentionPeriod"] <= 86_400


def test_queues_are_encrypted_and_require_tls(either: Deployment) -> None:
    for stack in STACKS:
        queues = either.of_type("AWS::SQS::Queue", stack)
        refusing = {
            name: policy
            for policy, statement in all_statements(either.of_type("AWS::SQS::QueuePolicy", stack))
            if statement["Effect"] == "Deny"
            and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
            and statement["Action"] == "sqs:*"
            for name in [f"{stack}/{statement['Resource']['Fn::GetAtt'][0]}"]
        }
        assert queues.keys() == refusing.keys()
        for queue in queues.values():
            assert queue["Properties"]["KmsMasterKeyId"] == {"Fn::GetAtt": [either.logical_id(stack, "Key"), "Arn"]}


def test_services_may_send_only_from_this_account(either: Deployment) -> None:
    account = {"dev": "111111111111", "prod": "222222222222"}[either.environment]
    senders = set()
    for _, statement in all_statements(either.of_type("AWS::SQS::QueuePolicy")):
        if statement["Effect"] == "Allow":
            assert statement["Condition"] == {"StringEquals": {"aws:SourceAccount": account}}
            assert statement["Action"] == "sqs:SendMessage"
            senders.add((statement["Principal"]["Service"], statement["Resource"]["Fn::GetAtt"][0]))
    assert senders == {
        ("s3.amazonaws.com", either.logical_id("Ingest", "PhotoEvents")),
        ("s3.amazonaws.com", either.logical_id("Detection", "CaptureEvents")),
        ("sns.amazonaws.com", either.logical_id("Alerting", "Receipts")),
        ("sns.amazonaws.com", either.logical_id("Alerting", "UndeliveredAlerts")),
        ("sns.amazonaws.com", either.logical_id("Alerting", "Webhooks/RecordsQueue")),
        ("sns.amazonaws.com", either.logical_id("Alerting", "Webhooks/TeamQueue")),
        ("sns.amazonaws.com", either.logical_id("Review", "Replies")),
        ("sns.amazonaws.com", either.logical_id("Review", "UndeliveredReplies")),
    }


def test_only_s3_uses_keys_without_a_condition(either: Deployment) -> None:
    """AWS documents the key statement of S3 without one; the queue's policy names the account."""
    conditions: dict[str, set[bool]] = {}
    for key in either.of_type("AWS::KMS::Key").values():
        for statement in key["Properties"]["KeyPolicy"]["Statement"]:
            services = statement["Principal"].get("Service", [])
            for service in [services] if isinstance(services, str) else services:
                conditions.setdefault(service, set()).add("Condition" in statement)
    assert conditions["s3.amazonaws.com"] == {False}
    assert conditions["sns.amazonaws.com"] == {True}


def test_receipt_only_decrypts(either: Deployment) -> None:
    """DynamoDB and SQS need no data key from a function that writes items and reads messages."""
    actions = [statement["Action"] for statement in either.statements("Alerting", "ReceiptRole")]
    used = {action for each in actions for action in ([each] if isinstance(each, str) else each)}
    assert {action for action in used if action.startswith("kms:")} == {"kms:Decrypt"}
