"""The alerting stack: encounters table -> one alert per encounter -> SNS topic -> SMS, e-mail, webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns

from agencies.policy import policy_document
from stacks.constructs.failures import FailedBatches
from stacks.constructs.function import Function
from stacks.constructs.grant import Grant, may
from stacks.constructs.logged_http_api import LoggedHttpApi
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.constructs.topic_filter import topic_filter
from stacks.constructs.webhooks import Webhooks
from stacks.constructs.work_queue import WorkQueue, accept_from, failure_queue
from stacks.encounters import Encounters
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_sqs as sqs
    from constructs import Construct

    from agencies.settings import Settings

# Shorter than LEASE in lambdas/encounters/: when a claim expires, its holder has stopped.
_NOTIFY_TIMEOUT = cdk.Duration.seconds(30)


class Alerting(HomewardStack):
    """The encounters, their audit log, and the functions that send each encounter's alerts.

    `notify` grants Notify and Sweep what they read of other stacks.
    """

    def __init__(self, scope: Construct, name: str, *, settings: Settings, notify: Sequence[Grant]) -> None:
        super().__init__(scope, name, settings=settings, purpose="encounters and alerts")
        self._notify_grants = notify
        self.encounters = Encounters(self)
        self.links = LoggedHttpApi(
            self,
            "Links",
            description=f"Homeward {settings.stage}: the pages behind the links in alerts",
            log_days=self.log_days,
        )
        self.topic = sns.Topic(self, "Alerts", master_key=self.key, enforce_ssl=True, display_name="Homeward")
        undelivered = failure_queue(self, "UndeliveredAlerts", key=self.key)
        accept_from("sns.amazonaws.com", undelivered, key=self.key)
        self._subscribe(undelivered)
        self._notify()
        self._receipts(undelivered)
        add_outputs(
            self,
            {
                "EncountersTable": self.encounters.table.table_name,
                "AuditTable": self.encounters.audit.table_name,
                "FourEyes": str(settings.review.four_eyes).lower(),
                "LinksUrl": self.links.api_endpoint,
                "AlertTopic": self.topic.topic_arn,
                "SweepFunction": self.sweep.function_name,
            },
        )

    def may_open_encounters(self) -> Grant:
        """Grant opening encounters, extending them and sending their alerts."""
        alert = self._may_alert()
        read = [self.encounters.on_table("BatchGetItem")]
        return Grant(statements=[*read, *alert.statements], environment=alert.environment)

    def _may_alert(self) -> Grant:
        """Grant sending an alert whose case and camera are known, and the settings of lambdas/alerting/wiring.py."""
        return Grant(
            statements=[
                self.use_key(),
                self.encounters.on_table("GetItem", "PutItem", "UpdateItem"),
                may("sns:Publish", on=[self.topic.topic_arn]),  # also the right to PublishBatch
            ],
            environment={
                **self.encounters.environment,
                "ALERT_TOPIC_ARN": self.topic.topic_arn,
                "LINK_BASE": self.links.api_endpoint,
                "RECIPIENTS": self.settings.alerting.document,
                "TIME_ZONE": self.settings.alerting.time_zone,
                "SMS_PER_DAY": str(self.settings.alerting.sms_per_day),
                "SMS_PERCENT_PER_CAMERA": str(self.settings.camera_limits.sms_percent),
                "SMS_REPLIES": str(self.settings.alerting.sms_replies).lower(),
                "POLICY": policy_document(self.settings),
            },
        )

    def _subscribe(self, undelivered: sqs.Queue) -> None:
        """Subscribe the recipients of the agency file. Alerts that SNS cannot deliver go to `undelivered`."""
        recipients = self.settings.alerting.recipients
        for recipient in recipients:
            if endpoint := recipient.sms or recipient.email:
                # CDK's own subscriptions add the topic to the policy of its key, which is a circular reference.
                sns.CfnSubscription(
                    self,
                    f"To-{recipient.name}",
                    topic_arn=self.topic.topic_arn,
                    protocol=recipient.channel,
                    endpoint=endpoint,
                    filter_policy=topic_filter(recipient),
                    redrive_policy={"deadLetterTargetArn": undelivered.queue_arn},
                )
        if receivers := [recipient for recipient in recipients if recipient.channel in {"webhook", "chat"}]:
            Webhooks(
                self,
                "Webhooks",
                receivers=receivers,
                key=self.key,
                topic=self.topic,
                undelivered=undelivered,
                dead_letters=failure_queue(self, "WebhookDeadLetters", key=self.key),
                log_days=self.log_days,
            )

    def _notify(self) -> None:
        notify = self._alerting_function("Notify", "Send the alert of a new or changed encounter")
        notify.add_event_source(
            sources.DynamoEventSource(
                self.encounters.table,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=10,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                # Few retries, so that a failing record does not block its shard. The sweep sends the alert later.
                retry_attempts=3,
                max_record_age=cdk.Duration.hours(1),
                on_failure=FailedBatches(failure_queue(self, "NotifyFailures", key=self.key)),
                filters=[
                    lambda_.FilterCriteria.filter(
                        {
                            "eventName": lambda_.FilterRule.or_("INSERT", "MODIFY"),
                            "dynamodb": {"NewImage": {"alert": {"S": lambda_.FilterRule.is_equal("due")}}},
                        }
                    )
                ],
            )
        )
        # No retries: the next sweep runs a minute later and includes what this one missed.
        self.sweep = self._alerting_function(
            "Sweep",
            "Send the alerts that are overdue",
            retry_attempts=0,
            failures=failure_queue(self, "SweepFailures", key=self.key),
        )
        self.sweep.add_to_role_policy(self.encounters.on_index("alerts-due"))
        repeat(self, "EveryMinute", every=cdk.Duration.minutes(1), target=targets.LambdaFunction(self.sweep))

    def _alerting_function(self, name: str, description: str, **lambda_props: Any) -> Function:
        return Function(
            self,
            name,
            handler=f"alerting.{name.lower()}",
            description=description,
            log_days=self.log_days,
            grants=[self._may_alert(), *self._notify_grants],
            timeout=_NOTIFY_TIMEOUT,
            **lambda_props,
        )

    def _receipts(self, undelivered: sqs.Queue) -> None:
        """Deliver the topic's messages to a queue as well: a message there proves that SNS accepted the alert."""
        receipt = Function(
            self,
            "Receipt",
            handler="alerting.receipt",
            description="Record that SNS accepted an alert",
            log_days=self.log_days,
            statements=[self.decrypt(), self.encounters.on_table("PutItem", "UpdateItem")],
            environment={**self.encounters.environment, "POLICY": policy_document(self.settings)},
            timeout=_NOTIFY_TIMEOUT,
        )
        queue = WorkQueue(self, "Receipts", key=self.key, function_timeout=_NOTIFY_TIMEOUT)
        queue.feed(receipt, batch_size=10, concurrency=2)
        accept_from("sns.amazonaws.com", queue, key=self.key)
        sns.CfnSubscription(
            self,
            "ReceiptSubscription",
            topic_arn=self.topic.topic_arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
            redrive_policy={"deadLetterTargetArn": undelivered.queue_arn},
        )
