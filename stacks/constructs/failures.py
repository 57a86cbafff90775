"""Where Lambda sends what a function failed to process: a failure queue, with the two permissions that this needs.

CDK's own destinations also grant reading the queue's attributes, and every use of its key.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import jsii
from aws_cdk import aws_lambda as lambda_

from stacks.constructs.grant import may

if TYPE_CHECKING:
    from aws_cdk import aws_sqs as sqs
    from constructs import Construct


@jsii.implements(lambda_.IDestination)
class FailedInvocations:
    """Events of asynchronous invocations that failed."""

    def __init__(self, queue: sqs.Queue) -> None:
        self._queue = queue

    def bind(
        self,
        scope: Construct,  # noqa: ARG002 - the interface
        fn: lambda_.IFunction,
        *,
        type: lambda_.DestinationType,  # noqa: A002, ARG002 - the interface
    ) -> lambda_.DestinationConfig:
        """Name the queue, and let the function send to it."""
        _let_send(fn, self._queue)
        return lambda_.DestinationConfig(destination=self._queue.queue_arn)


@jsii.implements(lambda_.IEventSourceDlq)
class FailedBatches:
    """The place in the stream of each batch that failed."""

    def __init__(self, queue: sqs.Queue) -> None:
        self._queue = queue

    def bind(
        self,
        target: lambda_.IEventSourceMapping,  # noqa: ARG002 - the interface
        target_handler: lambda_.IFunction,
    ) -> lambda_.DlqDestinationConfig:
        """Name the queue, and let the function send to it."""
        _let_send(target_handler, self._queue)
        return lambda_.DlqDestinationConfig(destination=self._queue.queue_arn)


def _let_send(function: lambda_.IFunction, queue: sqs.Queue) -> None:
    key = queue.encryption_master_key
    assert key  # noqa: S101 - narrows the type for mypy
    function.add_to_role_policy(may("sqs:SendMessage", on=[queue.queue_arn]))
    function.add_to_role_policy(may("kms:Decrypt", "kms:GenerateDataKey", on=[key.key_arn]))
