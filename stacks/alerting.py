"""The alerting stack: encounters table -> one alert per encounter -> SNS topic -> SMS, e-mail, webhooks."""

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
from stacks.constructs.function import Function
from stacks.constructs.grant import Grant, may
from stacks.constructs.links_api import LinksApi
from stacks.constructs.outputs import add_outputs
from stacks.constructs.storage import string_attribute, table
from stacks.constructs.webhooks import Webhooks
from stacks.constructs.work_queue import WorkQueue, accept_from, failure_queue
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from aws_cdk import aws_iam as iam
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
        self.encounters = self._encounters_table()
        self.audit = table(self, "Audit", key=self.key, removal=self.removal, partition="encounter_id", sort="at")
        self.links = LinksApi(
            self,
            "Links",
            description=f"Homeward {settings.stage}: the pages behind the links in alerts",
            log_days=self.log_days,
        )
        self.topic = sns.Topic(self, "Alerts", master_key=self.key, enforce_ssl=True, display_name="Homeward")
        self._subscribe()
        self._notify()
        self._receipts()
        add_outputs(
            self,
            {
                "EncountersTable": self.encounters.table_name,
                "AuditTable": self.audit.table_name,
                "LinksUrl": self.links.api_endpoint,
                "AlertTopic": self.topic.topic_arn,
                "SweepFunction": self.sweep.function_name,
            },
        )

    def may_open_encounters(self) -> Grant:
        """Grant opening encounters, extending them and sending their alerts."""
        alert = self._may_alert()
        read = [self._on_encounters("BatchGetItem")]
        return Grant(statements=[*read, *alert.statements], environment=alert.environment)

    def may_scan_encounters(self) -> Grant:
        """Grant reading all encounters."""
        return Grant(statements=[self.use_key(), self._on_encounters("Scan")], environment=self._table_environment)

    def may_list_encounters(self) -> Grant:
        """Grant listing encounters by their review state."""
        return Grant(statements=[self.use_key(), self._list_by_review()], environment=self._table_environment)

    def may_withdraw_encounters(self) -> Grant:
        """Grant listing open encounters, and closing those whose case is closed."""
        return Grant(
            statements=[
                self.use_key(),
                self._on_encounters("GetItem", "PutItem", "UpdateItem"),
                self._list_by_review(),
            ],
            environment=self._table_environment,
        )

    def may_decide(self) -> Grant:
        """Grant recording acknowledgments and verdicts. The audit log is append-only."""
        return Grant(
            statements=[
                self.use_key(),
                self._on_encounters("GetItem", "UpdateItem"),
                may("dynamodb:PutItem", on=[self.audit.table_arn]),
            ],
            environment={**self._table_environment, "AUDIT_TABLE": self.audit.table_name},
        )

    def _may_alert(self) -> Grant:
        """Grant all that sending an alert takes, and the settings of lambdas/alerting/wiring.py."""
        return Grant(
            statements=[
                self.use_key(),
                self._on_encounters("GetItem", "PutItem", "UpdateItem"),
                *(statement for grant in self._notify_grants for statement in grant.statements),
                may("sns:Publish", on=[self.topic.topic_arn]),
            ],
            environment={
                **{key: value for grant in self._notify_grants for key, value in grant.environment.items()},
                **self._table_environment,
                "ALERT_TOPIC_ARN": self.topic.topic_arn,
                "LINK_BASE": self.links.api_endpoint,
                "RECIPIENTS": self.settings.alerting.document,
                "TIME_ZONE": self.settings.alerting.time_zone,
                "SMS_PER_DAY": str(self.settings.alerting.sms_per_day),
                "SMS_REPLIES": str(self.settings.alerting.sms_replies).lower(),
                "POLICY": policy_document(self.settings),
            },
        )

    @property
    def _table_environment(self) -> dict[str, str]:
        return {"ENCOUNTERS_TABLE": self.encounters.table_name}

    def _on_encounters(self, *actions: str) -> iam.PolicyStatement:
        return may(*(f"dynamodb:{action}" for action in actions), on=[self.encounters.table_arn])

    def _list_by_review(self) -> iam.PolicyStatement:
        return may("dynamodb:Query", on=[f"{self.encounters.table_arn}/index/by-review"])

    def _encounters_table(self) -> dynamodb.Table:
        encounters = table(
            self,
            "Encounters",
            key=self.key,
            removal=self.removal,
            partition="encounter_id",
            time_to_live_attribute="expires_at",
            stream=dynamodb.StreamViewType.NEW_IMAGE,
        )
        encounters.add_global_secondary_index(
            index_name="alerts-due",
            partition_key=string_attribute("alert"),
            sort_key=string_attribute("alert_due_at"),
            projection_type=dynamodb.ProjectionType.KEYS_ONLY,
        )
        encounters.add_global_secondary_index(
            index_name="by-review",
            partition_key=string_attribute("review"),
            sort_key=string_attribute("started_at"),
            projection_type=dynamodb.ProjectionType.INCLUDE,
            non_key_attributes=["case_id", "camera"],
        )
        return encounters

    def _subscribe(self) -> None:
        """Subscribe the recipients of the agency file. Alerts that SNS cannot deliver go to a failure queue."""
        recipients = self.settings.alerting.recipients
        undelivered = failure_queue(self, "UndeliveredAlerts", key=self.key)
        accept_from("sns.amazonaws.com", undelivered, key=self.key)
        for recipient in recipients:
            if endpoint := recipient.sms or recipient.email:
                # CDK's own subscriptions add the topic to the policy of its key, which is a circular reference.
                sns.CfnSubscription(
                    self,
                    f"To-{recipient.name}",
                    topic_arn=self.topic.topic_arn,
                    protocol=recipient.channel,
                    endpoint=endpoint,
                    filter_policy={"recipients": [recipient.name]},
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
                self.encounters,
                starting_position=lambda_.StartingPosition.TRIM_HORIZON,
                batch_size=10,
                bisect_batch_on_error=True,
                report_batch_item_failures=True,
                # Few retries, so that a failing record does not block its shard. The sweep sends the alert later.
                retry_attempts=3,
                max_record_age=cdk.Duration.hours(1),
                on_failure=sources.SqsDlq(failure_queue(self, "NotifyFailures", key=self.key)),
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
        self.sweep = self._alerting_function("Sweep", "Send the alerts that are overdue", retry_attempts=0)
        self.sweep.add_to_role_policy(may("dynamodb:Query", on=[f"{self.encounters.table_arn}/index/alerts-due"]))
        minute = events.Schedule.rate(cdk.Duration.minutes(1))
        events.Rule(self, "EveryMinute", schedule=minute, targets=[targets.LambdaFunction(self.sweep)])

    def _alerting_function(self, name: str, description: str, **lambda_props: Any) -> Function:
        return Function(
            self,
            name,
            handler=f"alerting.{name.lower()}",
            description=description,
            log_days=self.log_days,
            grants=[self._may_alert()],
            timeout=_NOTIFY_TIMEOUT,
            **lambda_props,
        )

    def _receipts(self) -> None:
        """Deliver the topic's messages to a queue as well: a message there proves that SNS accepted the alert."""
        receipt = Function(
            self,
            "Receipt",
            handler="alerting.receipt",
            description="Record that SNS accepted an alert",
            log_days=self.log_days,
            statements=[self.use_key(), self._on_encounters("PutItem", "UpdateItem")],
            environment={**self._table_environment, "POLICY": policy_document(self.settings)},
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
        )
