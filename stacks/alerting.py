"""The alerting stack: encounters table -> one alert per encounter -> SNS topic -> SMS, email, webhooks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns

from agencies.policy import policy_document
from stacks.constructs.function import Function, may
from stacks.constructs.links_api import LinksApi
from stacks.constructs.storage import encryption_key, table, text_attribute
from stacks.constructs.webhooks import Webhooks
from stacks.constructs.work_queue import WorkQueue, accept_from, failure_queue

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from agencies.settings import Settings
    from stacks.fleet import Fleet
    from stacks.ingest import Ingest

# Below the 60 seconds that a claim lasts (LEASE in lambdas/encounters/), so that an expired claim has no holder.
_NOTIFY_TIMEOUT = cdk.Duration.seconds(30)


class Alerting(cdk.Stack):
    """What is known of encounters, and the one alert that each gives."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        ingest: Ingest,
        fleet: Fleet,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: encounters and alerts")
        self._settings, self._ingest, self._fleet = settings, ingest, fleet
        self.key = encryption_key(self, settings=settings)
        self.encounters = self._encounters_table()
        self.audit = table(self, "Audit", settings=settings, key=self.key, partition="encounter_id", sort="at")
        self.links = LinksApi(self, "Links", settings=settings)
        self.topic = self._topic()
        self._subscribe()
        self._notify()
        self._confirm()
        self._outputs()

    def _encounters_table(self) -> dynamodb.Table:
        encounters = table(
            self,
            "Encounters",
            settings=self._settings,
            key=self.key,
            partition="encounter_id",
            time_to_live_attribute="expires_at",
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        encounters.add_global_secondary_index(
            index_name="alerts-due",
            partition_key=text_attribute("alert"),
            sort_key=text_attribute("alert_due_at"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        encounters.add_global_secondary_index(
            index_name="by-review",
            partition_key=text_attribute("review"),
            sort_key=text_attribute("started_at"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=["case_id", "camera"],
        )
        return encounters

    def _topic(self) -> sns.Topic:
        return sns.Topic(self, "Alerts", master_key=self.key, enforce_ssl=True, display_name="Homeward")

    def _subscribe(self) -> None:
        """Whoever the agency's file names. What SNS gives up to deliver to one of them waits for an operator."""
        undelivered = failure_queue(self, "UndeliveredAlerts", key=self.key, kept=cdk.Duration.days(14))
        accept_from("sns.amazonaws.com", undelivered, key=self.key)
        for recipient in self._settings.alerting.recipients:
            if endpoint := recipient.sms or recipient.email:
                # Not CDK's own subscriptions: these name the topic in the policy of the key that encrypts the topic.
                sns.CfnSubscription(
                    self,
                    f"To-{recipient.name}",
                    topic_arn=self.topic.topic_arn,
                    protocol=recipient.channel,
                    endpoint=endpoint,
                    filter_policy={"recipients": [recipient.name]},
                    redrive_policy={"deadLetterTargetArn": undelivered.queue_arn},
                )
        if any(recipient.channel in {"webhook", "chat"} for recipient in self._settings.alerting.recipients):
            Webhooks(
                self,
                "Webhooks",
                settings=self._settings,
                key=self.key,
                topic=self.topic,
                undelivered=undelivered,
                dead_letters=failure_queue(self, "WebhookDeadLetters", key=self.key, kept=cdk.Duration.days(14)),
            )

    def _notify(self) -> None:
        notify = self._alerting_function("Notify", "Sends the alert of an encounter")
        notify.add_event_source(
            sources.DynamoEventSource(
                self.encounters,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=10,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                # The sweep sends what the stream gives up; the shard must not wait for it.
                retry_attempts=3,
                max_record_age=cdk.Duration.hours(1),
                on_failure=sources.SqsDlq(
                    failure_queue(self, "NotifyFailures", key=self.key, kept=cdk.Duration.days(14))
                ),
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
        # A sweep that fails is not tried again: the next one, a minute later, does the same and more.
        self.sweep = self._alerting_function("Sweep", "Sends the alerts that are overdue", retry_attempts=0)
        self.sweep.add_to_role_policy(may("dynamodb:Query", on=[f"{self.encounters.table_arn}/index/alerts-due"]))
        minute = events.Schedule.rate(cdk.Duration.minutes(1))
        events.Rule(self, "EveryMinute", schedule=minute, targets=[targets.LambdaFunction(self.sweep)])

    def _alerting_function(self, name: str, description: str, **lambda_props: Any) -> Function:
        return Function(
            self,
            name,
            settings=self._settings,
            handler=f"alerting.{name.lower()}",
            description=description,
            statements=[self._use_keys(), *self.may_alert()],
            environment=self.notifier_environment(),
            timeout=_NOTIFY_TIMEOUT,
            **lambda_props,
        )

    def may_alert(self) -> list[iam.PolicyStatement]:
        """What sending an alert takes, beside the use of the keys."""
        return [
            may("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:UpdateItem", on=[self.encounters.table_arn]),
            may("dynamodb:GetItem", on=[self._ingest.cases.table_arn, self._fleet.cameras.table_arn]),
            may("sns:Publish", on=[self.topic.topic_arn]),
        ]

    def notifier_environment(self) -> dict[str, str]:
        """What lambdas/alerting/wiring.py makes a notifier from."""
        return {
            "ENCOUNTERS_TABLE": self.encounters.table_name,
            "CASES_TABLE": self._ingest.cases.table_name,
            "CAMERAS_TABLE": self._fleet.cameras.table_name,
            "ALERT_TOPIC_ARN": self.topic.topic_arn,
            "LINK_BASE": self.links.api_endpoint,
            "RECIPIENTS": self._settings.alerting.document,
            "TIME_ZONE": self._settings.alerting.time_zone,
            "SMS_PER_DAY": str(self._settings.alerting.sms_per_day),
            "SMS_REPLIES": str(self._settings.alerting.sms_replies).lower(),
            "POLICY": policy_document(self._settings),
        }

    def _confirm(self) -> None:
        """The topic delivers to a queue of our own too: the proof that SNS has an alert."""
        receipt = Function(
            self,
            "Receipt",
            settings=self._settings,
            handler="alerting.receipt",
            description="Writes down that SNS has an alert",
            statements=[
                self._use_keys(),
                may("dynamodb:PutItem", "dynamodb:UpdateItem", on=[self.encounters.table_arn]),
            ],
            environment={
                "ENCOUNTERS_TABLE": self.encounters.table_name,
                "POLICY": policy_document(self._settings),
            },
            timeout=_NOTIFY_TIMEOUT,
        )
        queue = WorkQueue(self, "Receipts", key=self.key, function_timeout=_NOTIFY_TIMEOUT, kept=cdk.Duration.days(14))
        queue.feed(receipt, batch_size=10, concurrency=2)
        accept_from("sns.amazonaws.com", queue, key=self.key)
        sns.CfnSubscription(
            self,
            "ReceiptSubscription",
            topic_arn=self.topic.topic_arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
        )

    def _use_keys(self) -> iam.PolicyStatement:
        keys = [self.key.key_arn, self._ingest.key.key_arn, self._fleet.key.key_arn]
        return may("kms:Decrypt", "kms:GenerateDataKey", on=keys)

    def _outputs(self) -> None:
        for name, value in {
            "EncountersTable": self.encounters.table_name,
            "AuditTable": self.audit.table_name,
            "LinksUrl": self.links.api_endpoint,
            "AlertTopic": self.topic.topic_arn,
            "SweepFunction": self.sweep.function_name,
        }.items():
            cdk.CfnOutput(self, f"{name}Output", value=value).override_logical_id(name)
