"""The review stack: the page behind an alert's link, and the daily round over encounters and their pictures."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as apigateway
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sns as sns

from stacks.constructs.function import Function, may
from stacks.constructs.storage import encryption_key
from stacks.constructs.work_queue import WorkQueue, accept_from, accept_publications

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from agencies.settings import Settings
    from stacks.alerting import Alerting
    from stacks.detection import Detection
    from stacks.fleet import Fleet
    from stacks.ingest import Ingest

_REPLY_TIMEOUT = cdk.Duration.seconds(30)
_LINK = "/e/{encounter_id}/{token}"
_ROUTES = {
    "View": (_LINK, apigateway.HttpMethod.GET),
    "Acknowledge": (_LINK, apigateway.HttpMethod.POST),
    "Picture": (f"{_LINK}/{{picture}}", apigateway.HttpMethod.GET),
}


class Review(cdk.Stack):
    """What people, and time, do with an encounter."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        ingest: Ingest,
        fleet: Fleet,
        alerting: Alerting,
        detection: Detection,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: reviews")
        self._settings, self._ingest, self._fleet = settings, ingest, fleet
        self._alerting, self._detection = alerting, detection
        self._environment = {
            "ENCOUNTERS_TABLE": alerting.encounters.table_name,
            "AUDIT_TABLE": alerting.audit.table_name,
            "DETECTION_BUCKET": detection.captures.bucket_name,
            "ENCOUNTER_DAYS": str(settings.retention.encounter_days),
        }
        self._links()
        self._daily()
        if settings.alerting.sms_replies:
            self._replies()

    def _links(self) -> None:
        ingest, fleet, alerting = self._ingest, self._fleet, self._alerting
        function = Function(
            self,
            "Links",
            settings=self._settings,
            handler="review.links",
            description="Shows one encounter to whoever has the link of its alert",
            policies=[ingest.may_view_photos, self._detection.may_view_evidence],
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[alerting.key.key_arn]),
                may("kms:Decrypt", on=[fleet.key.key_arn]),
                may("dynamodb:GetItem", on=[ingest.cases.table_arn, fleet.cameras.table_arn]),
                *self._decide_and_record(),
            ],
            environment={
                **self._environment,
                "GALLERY_BUCKET": ingest.gallery.bucket_name,
                "CASES_TABLE": ingest.cases.table_name,
                "CAMERAS_TABLE": fleet.cameras.table_name,
                "LINK_VALID_HOURS": str(self._settings.alerting.link_valid_hours),
                "TIME_ZONE": self._settings.alerting.time_zone,
            },
            timeout=cdk.Duration.seconds(10),
        )
        for name, (path, method) in _ROUTES.items():
            route = apigateway.HttpRoute(
                self,
                name,
                http_api=alerting.links,
                route_key=apigateway.HttpRouteKey.with_(path, method),
                integration=integrations.HttpLambdaIntegration(f"{name}Integration", function),
            )
            cdk.Validations.of(route).acknowledge(
                cdk.Acknowledgment(
                    id="AwsSolutions-APIG4",
                    reason="The secret in the link is the authorisation: it is of one encounter, and expires.",
                )
            )

    def _daily(self) -> None:
        alerting = self._alerting
        daily = Function(
            self,
            "Daily",
            settings=self._settings,
            handler="review.daily",
            description="Expires what nobody decided on, and settles the pictures of encounters",
            policies=[self._detection.may_settle_evidence],
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[alerting.key.key_arn]),
                may("dynamodb:Query", on=[f"{alerting.encounters.table_arn}/index/by-review"]),
                *self._decide_and_record(),
            ],
            environment={
                **self._environment,
                "REVIEW_DEADLINE_DAYS": str(self._settings.matching.review_deadline_days),
            },
            timeout=cdk.Duration.minutes(15),
            retry_attempts=0,  # the next day's round does what this one did not
        )
        day = events.Schedule.rate(cdk.Duration.days(1))
        events.Rule(self, "EveryDay", schedule=day, targets=[targets.LambdaFunction(daily)])
        outputs = {"DailyFunction": daily.function_name, "EncounterDays": self._environment["ENCOUNTER_DAYS"]}
        for name, value in outputs.items():
            cdk.CfnOutput(self, f"{name}Output", value=value).override_logical_id(name)

    def _replies(self) -> None:
        """What people write to the agency's number; the operator makes the topic that number's two-way channel."""
        key, recipients = encryption_key(self, settings=self._settings), self._settings.alerting.recipients
        topic = sns.Topic(self, "RepliesTopic", master_key=key, enforce_ssl=True)
        accept_publications(topic, "sms-voice.amazonaws.com", key=key)
        queue = WorkQueue(self, "Replies", key=key, function_timeout=_REPLY_TIMEOUT)
        accept_from("sns.amazonaws.com", queue, key=key)
        function = Function(
            self,
            "Reply",
            settings=self._settings,
            handler="review.replies",
            description="Acknowledges the encounter that a text message of a recipient names",
            statements=[
                may("kms:Decrypt", on=[key.key_arn]),
                may("kms:Decrypt", "kms:GenerateDataKey", on=[self._alerting.key.key_arn]),
                may("dynamodb:Query", on=[f"{self._alerting.encounters.table_arn}/index/by-review"]),
                *self._decide_and_record(),
            ],
            environment={
                **self._environment,
                "NAMES": json.dumps({each.sms: each.name for each in recipients if each.sms}),
                "LINK_VALID_HOURS": str(self._settings.alerting.link_valid_hours),
            },
            timeout=_REPLY_TIMEOUT,
        )
        queue.feed(function, batch_size=10, concurrency=2)
        sns.CfnSubscription(
            self,
            "RepliesSubscription",
            topic_arn=topic.topic_arn,
            protocol="sqs",
            endpoint=queue.queue_arn,
            raw_message_delivery=True,
        )
        cdk.CfnOutput(self, "RepliesTopicOutput", value=topic.topic_arn).override_logical_id("RepliesTopicArn")

    def _decide_and_record(self) -> list[iam.PolicyStatement]:
        """The audit may only be added to."""
        return [
            may("dynamodb:GetItem", "dynamodb:UpdateItem", on=[self._alerting.encounters.table_arn]),
            may("dynamodb:PutItem", on=[self._alerting.audit.table_arn]),
        ]
