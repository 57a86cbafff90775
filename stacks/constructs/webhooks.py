"""Webhooks and chat rooms: a queue for each, so that none waits for another, and one function that posts."""

from __future__ import annotations

import string
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from aws_cdk import aws_sns as sns
from constructs import Construct

from stacks.constructs.function import Function, may
from stacks.constructs.work_queue import WorkQueue, accept_from

if TYPE_CHECKING:
    from aws_cdk import aws_kms as kms
    from aws_cdk import aws_sqs as sqs

    from agencies.alerting import Recipient
    from agencies.settings import Settings

# Posting may take 15 seconds (lambdas/webhook/post.py).
_TIMEOUT = cdk.Duration.seconds(30)
# With pauses of 5 seconds that double up to 15 minutes, a receiver may be away for an hour.
_DELIVERIES = 12


class Webhooks(Construct):
    """All receivers that the agency's file names; `dead_letters` is for what none of them would take."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        key: kms.IKey,
        topic: sns.ITopic,
        undelivered: sqs.IQueue,
        dead_letters: sqs.Queue,
    ) -> None:
        super().__init__(scope, name)
        self._key, self._topic, self._undelivered, self._dead_letters = key, topic, undelivered, dead_letters
        receivers = [each for each in settings.alerting.recipients if each.channel in {"webhook", "chat"}]
        queues = {each.name: self._queue(each) for each in receivers}
        secrets = {each.name: self._secret(each) for each in receivers}
        known = {
            queues[each.name].queue_url: {
                "name": each.name,
                "secret": secrets[each.name].secret_arn,
                **({"url": each.webhook} if each.webhook else {}),
            }
            for each in receivers
        }
        self.function = Function(
            self,
            "Post",
            settings=settings,
            handler="webhook.webhook",
            description="Posts alerts to webhooks and chat rooms",
            statements=[
                may("kms:Decrypt", on=[key.key_arn]),
                may("secretsmanager:GetSecretValue", on=[secret.secret_arn for secret in secrets.values()]),
            ],
            environment={"RECEIVERS": cdk.Stack.of(self).to_json_string(known)},
            timeout=_TIMEOUT,
        )
        for queue in queues.values():
            queue.feed(self.function, batch_size=1, concurrency=2)

    def _queue(self, recipient: Recipient) -> WorkQueue:
        name = _camel_case(recipient.name)
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
            filter_policy={"recipients": [recipient.name]},
            redrive_policy={"deadLetterTargetArn": self._undelivered.queue_arn},
        )
        self._output(f"WebhookQueue{name}", queue.queue_url)
        return queue

    def _secret(self, recipient: Recipient) -> secretsmanager.Secret:
        """A key made up here; or a place for a chat room's address, which an operator puts there."""
        name = _camel_case(recipient.name)
        what = "Key that signs webhooks" if recipient.webhook else "Address of the chat room"
        secret = secretsmanager.Secret(
            self,
            f"{name}Secret",
            description=f"{what}: {recipient.name}",
            encryption_key=self._key,
            # Letters and digits, 44 of them, are base64 of 33 bytes.
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=44, exclude_punctuation=True, exclude_characters=string.punctuation
            ),
        )
        cdk.Validations.of(secret).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-SMG4", reason="The receiver must be given a new one at the same time, by its people."
            )
        )
        self._output(f"{'WebhookKey' if recipient.webhook else 'ChatAddress'}{name}", secret.secret_arn)
        return secret

    def _output(self, name: str, value: str) -> None:
        cdk.CfnOutput(self, f"{name}Output", value=value).override_logical_id(name)


def _camel_case(name: str) -> str:
    return "".join(part.capitalize() for part in name.split("-"))
