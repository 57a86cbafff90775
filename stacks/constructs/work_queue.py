"""A queue that a function works off: encrypted, TLS only, with a dead-letter queue for what failed five times."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from stacks.constructs.function import Function

_DELIVERIES = 5
_KEPT = cdk.Duration.days(14)


class WorkQueue(sqs.Queue):
    """`function_timeout` is that of the worker. What failed so many `deliveries` waits for an operator.

    It waits in `dead_letters`, or for as long as `kept` says in a queue of its own.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: kms.IKey,
        function_timeout: cdk.Duration,
        kept: cdk.Duration = _KEPT,
        dead_letters: sqs.Queue | None = None,
        deliveries: int = _DELIVERIES,
    ) -> None:
        self.dead_letters = dead_letters or failure_queue(scope, f"{name}DeadLetters", key=key, kept=kept)
        super().__init__(
            scope,
            name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            # Six times the worker's time-out, so that no message is delivered again while it is being worked on.
            visibility_timeout=cdk.Duration.seconds(6 * function_timeout.to_seconds()),
            retention_period=cdk.Duration.days(14),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=deliveries),
        )

    def feed(self, function: Function, *, batch_size: int, concurrency: int) -> None:
        """Let the function work this queue off, with so many of it at once, each message failing alone."""
        function.add_event_source(
            sources.SqsEventSource(
                self, batch_size=batch_size, max_concurrency=concurrency, report_batch_item_failures=True
            )
        )


def workers_within(per_second: float, *, call_s: float) -> int:
    """How many workers stay within a quota, a call taking each at least `call_s`; SQS allows no fewer than two."""
    return max(2, int(per_second * call_s))


def accept_from(service: str, queue: sqs.Queue, *, key: kms.IKey) -> None:
    """Let a service of this account, e.g. "s3.amazonaws.com", send to a queue that the key encrypts."""
    _accept(service, "sqs:SendMessage", queue, queue.queue_arn, key=key)


def accept_publications(topic: sns.Topic, service: str, *, key: kms.IKey) -> None:
    """Let a service of this account publish on a topic that the key encrypts."""
    _accept(service, "sns:Publish", topic, topic.topic_arn, key=key)


def _accept(service: str, action: str, to: sqs.Queue | sns.Topic, arn: str, *, key: kms.IKey) -> None:
    """By account and not by the sender's ARN.

    The sender is encrypted with the same key, and a key whose policy names what it encrypts is a circle.
    """
    ours = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(to).account}}
    sender = iam.ServicePrincipal(service)
    to.add_to_resource_policy(
        iam.PolicyStatement(principals=[sender], actions=[action], resources=[arn], conditions=ours)
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[sender], actions=["kms:Decrypt", "kms:GenerateDataKey"], resources=["*"], conditions=ours
        )
    )


def failure_queue(scope: Construct, name: str, *, key: kms.IKey, kept: cdk.Duration) -> sqs.Queue:
    """Where an operator finds what failed, until `kept` is over; its address is an output of the stack."""
    queue = sqs.Queue(
        scope,
        name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=kept,
    )
    cdk.Validations.of(queue).acknowledge(
        cdk.Acknowledgment(id="AwsSolutions-SQS3", reason="It is itself where failures end; nothing consumes it.")
    )
    cdk.CfnOutput(scope, f"{name}Url", value=queue.queue_url)
    return queue
