"""Delivery to webhooks and chat rooms: a queue per receiver, so that none waits for another, and one function."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.function import Function
from stacks.constructs.grant import may
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.topic_filter import topic_filter
from stacks.constructs.work_queue import WorkQueue, accept_from

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sqs as sqs

    from agencies.alerting import Recipient

# Posting takes up to 15 seconds (lambdas/webhook/post.py).
_TIMEOUT = cdk.Duration.seconds(30)
# Pauses of 5 seconds that double up to 15 minutes: a receiver may be down for an hour.
_DELIVERIES = 12


class Webhooks(Construct):
    """The queues, secrets and function of the receivers. A message whose deliveries all fail goes to `dead_letters`.

    `undelivered` takes the messages that SNS could not put into a receiver's queue.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        receivers: Sequence[Recipient],
        key: kms.IKey,
        topic: sns.ITopic,
        undelivered: sqs.IQueue,
        dead_letters: sqs.Queue,
        log_days: int,
    ) -> None:
        super().__init__(scope, name)
        self._key, self._topic, self._undelivered, self._dead_letters = key, topic, undelivered, dead_letters
        queues = {receiver.name: self._queue(receiver) for receiver in receivers}
        secrets = {receiver.name: self._secret(receiver) for receiver in receivers}
        by_queue = {
            queues[receiver.name].queue_url: {
                "name": receiver.name,
                "secret": secrets[receiver.name].secret_arn,
                **({"url": receiver.webhook} if receiver.webhook else {}),
            }
            for receiver in receivers
        }
        self.function = Function(
            self,
            "Post",
            handler="webhook.webhook",
            description="Post alerts to webhooks and chat rooms",
            log_days=log_days,
            statements=[
                may("kms:Decrypt", on=[key.key_arn]),
                # The pause before the next attempt grows.
                may("sqs:ChangeMessageVisibility", on=[queue.queue_arn for queue in queues.values()]),
                may("secretsmanager:GetSecretValue", on=[secret.secret_arn for secret in secrets.values()]),
            ],
            environment={"RECEIVERS": cdk.Stack.of(self).to_json_string(by_queue)},
            timeout=_TIMEOUT,
        )
        for queue in queues.values():
            queue.feed(self.function, batch_size=1, concurrency=2)

    def _queue(self, receiver: Recipient) -> WorkQueue:
        name = _camel_case(receiver.name)
        queue = WorkQueue(
            self,
            f"{name}Queue",
            key=self._key,
            function_timeout=_TIMEOUT,
            dead_letters=self._dead_letters,
            deliveries=_DELIVERIES,
        )
        accept_from("sns.amazonaws.com", queue, key=self._key)
        sns.CfnSubscription(
            self,
            f"{name}Subscription",
            topic_arn=self._topic.topic_arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            filter_policy=topic_filter(receiver),
            redrive_policy={"deadLetterTargetArn": self._undelivered.queue_arn},
        )
        add_outputs(self, {f"WebhookQueue{name}": queue.queue_url})
        return queue

    def _secret(self, receiver: Recipient) -> secretsmanager.Secret:
        """Make a secret: a generated signing key for a webhook, or a placeholder for the URL of a chat room."""
        name = _camel_case(receiver.name)
        content = "Key that signs webhooks" if receiver.webhook else "URL of the chat room"
        secret = secretsmanager.Secret(
            self,
            f"{name}Secret",
            description=f"{content}: {receiver.name}",
            encryption_key=self._key,
            # 44 letters and digits are valid base64 of 33 bytes.
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=44, exclude_punctuation=True, exclude_characters=string.punctuation
            ),
        )
        acknowledge(secret, "secret")
        add_outputs(self, {f"{'WebhookKey' if receiver.webhook else 'ChatAddress'}{name}": secret.secret_arn})
        return secret


def _camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
