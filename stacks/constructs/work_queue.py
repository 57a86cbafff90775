"""Encrypted SQS queues: work queues that feed a function, and failure queues that operators read."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs

from stacks.constructs.grant import may
from stacks.constructs.nag import acknowledge

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sns as sns
    from constructs import Construct

    from stacks.constructs.function import Function

_DELIVERIES = 5
_RETENTION = cdk.Duration.days(14)  # the maximum of SQS


class WorkQueue(sqs.Queue):
    """A queue for a function with the timeout `function_timeout`.

    A message that failed `deliveries` times goes to `dead_letters`. Without `dead_letters`, the queue makes a failure
    queue of its own that keeps messages for `failure_retention`.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        key: kms.IKey,
        function_timeout: cdk.Duration,
        failure_retention: cdk.Duration = _RETENTION,
        dead_letters: sqs.Queue | None = None,
        deliveries: int = _DELIVERIES,
    ) -> None:
        self.dead_letters = dead_letters or failure_queue(
            scope, f"{name}DeadLetters", key=key, retention=failure_retention
        )
        self._key = key
        super().__init__(
            scope,
            name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            enforce_ssl=True,
            # AWS recommends six times the function's timeout, so that SQS does not redeliver a message in flight.
            visibility_timeout=cdk.Duration.seconds(6 * function_timeout.to_seconds()),
            retention_period=_RETENTION,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=deliveries),
        )

    def feed(self, function: Function, *, batch_size: int, concurrency: int) -> None:
        """Let the function process the queue with a maximum concurrency. Each message of a batch fails alone."""
        # CDK's SqsEventSource also grants what Lambda does not use. It gave the mappings of existing stacks this id.
        function.add_event_source_mapping(
            f"SqsEventSource:{cdk.Names.node_unique_id(self.node)}",
            event_source_arn=self.queue_arn,
            batch_size=batch_size,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
        )
        polls = ("sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes")
        function.add_to_role_policy(may(*polls, on=[self.queue_arn]))
        function.add_to_role_policy(may("kms:Decrypt", on=[self._key.key_arn]))
        acknowledge(function, "queue source")


def accept_from(service: str, queue: sqs.Queue, *, key: kms.IKey) -> None:
    """Let a service of this account, e.g. "s3.amazonaws.com", send to a queue that the key encrypts."""
    _accept(service, "sqs:SendMessage", queue, queue.queue_arn, key=key)


def accept_publications(topic: sns.Topic, service: str, *, key: kms.IKey) -> None:
    """Let a service of this account publish to a topic that the key encrypts."""
    _accept(service, "sns:Publish", topic, topic.topic_arn, key=key)


def _accept(service: str, action: str, to: sqs.Queue | sns.Topic, arn: str, *, key: kms.IKey) -> None:
    """Allow the service by account, not by the sender's ARN.

    The key encrypts the sender too. A key policy that names the sender is a circular reference. AWS documents the key
    statement for S3 without a condition, so only the queue's own policy names the account there.
    """
    ours = {"StringEquals": {"aws:SourceAccount": cdk.Stack.of(to).account}}
    sender = iam.ServicePrincipal(service)
    to.add_to_resource_policy(
        iam.PolicyStatement(principals=[sender], actions=[action], resources=[arn], conditions=ours)
    )
    key.add_to_resource_policy(
        iam.PolicyStatement(
            principals=[sender],
            actions=["kms:Decrypt", "kms:GenerateDataKey"],
            resources=["*"],
            conditions=None if service == "s3.amazonaws.com" else ours,
        )
    )


def failure_queue(scope: Construct, name: str, *, key: kms.IKey, retention: cdk.Duration = _RETENTION) -> sqs.Queue:
    """Make a queue where operators find what failed. Its URL is a stack output."""
    queue = sqs.Queue(
        scope,
        name,
        encryption=sqs.QueueEncryption.KMS,
        encryption_master_key=key,
        enforce_ssl=True,
        retention_period=retention,
    )
    acknowledge(queue, "failure queue")
    cdk.CfnOutput(scope, f"{name}Url", value=queue.queue_url)
    return queue
