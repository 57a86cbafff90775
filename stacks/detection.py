"""The detection stack: camera messages -> detection bucket -> search -> encounter, or nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_s3 as s3

from stacks.constructs.bucket_contents import BucketContents
from stacks.constructs.function import Function, may, policy_for_others
from stacks.constructs.storage import encryption_key, notify_of, private_bucket
from stacks.constructs.work_queue import WorkQueue, failure_queue, workers_within

if TYPE_CHECKING:
    from constructs import Construct

    from agencies.settings import Settings
    from stacks.alerting import Alerting
    from stacks.fleet import Fleet
    from stacks.ingest import Ingest

# What may show a passer-by is kept no longer than this, also where something failed.
_LONGEST_FOR_BYSTANDERS = cdk.Duration.days(1)
_MATCH_TIMEOUT = cdk.Duration.seconds(30)
_SELECT = "SELECT *, topic(3) AS thing, clientid() AS client_id, timestamp() AS received_ms FROM"
_RULES = {
    "Faces": f"{_SELECT} 'homeward/v1/+/faces' WHERE detection.confidence > 0.8",
    "DeepLens": f"{_SELECT} '$aws/things/+/infer' WHERE confidence > 0.8",
}


class Detection(cdk.Stack):
    """The detection bucket is the interface: whatever puts an image under captures/CAMERA/ is a camera."""

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        ingest: Ingest,
        fleet: Fleet,
        alerting: Alerting,
        env: cdk.Environment,
    ) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: captures and their search")
        self._settings, self._ingest, self._fleet, self._alerting = settings, ingest, fleet, alerting
        self.key = encryption_key(self, settings=settings)
        self.captures = self._detection_bucket()
        self._contents = BucketContents(self, "Contents", settings=settings, buckets={"Captures": self.captures})
        self.may_delete_evidence = policy_for_others(
            self,
            "MayDeleteEvidence",
            description="Delete the pictures of encounters whose case closed",
            statements=[
                may("s3:DeleteObject", on=[self.captures.arn_for_objects("encounters/*")]),
                may("s3:ListBucket", on=[self.captures.bucket_arn]),
            ],
        )
        self.may_view_evidence = policy_for_others(
            self,
            "MayViewEvidence",
            description="Read the pictures of encounters",
            statements=[self._use_key(), may("s3:GetObject", on=self._evidence())],
        )
        self.may_settle_evidence = policy_for_others(
            self,
            "MaySettleEvidence",
            description="Bring the pictures of encounters where their reviews say",
            statements=[
                self._use_key(),
                # With the tags that others may have put on a capture: S3 refuses to copy it without these rights.
                may("s3:GetObject", "s3:GetObjectTagging", "s3:DeleteObject", on=self._evidence()),
                may("s3:PutObject", "s3:PutObjectTagging", on=self._evidence()),
                may("s3:ListBucket", on=[self.captures.bucket_arn]),
            ],
        )
        self._store_captures()
        self._match()
        if settings.matching.max_retrospective_searches:
            self._retrospective()
        cdk.CfnOutput(self, "DetectionBucketOutput", value=self.captures.bucket_name).override_logical_id(
            "DetectionBucket"
        )

    def _use_key(self) -> iam.PolicyStatement:
        return may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn])

    def _evidence(self) -> list[str]:
        """The pictures of encounters: those that wait for a verdict, and the confirmed ones."""
        return [self.captures.arn_for_objects(f"{kept}/*") for kept in ("encounters", "confirmed")]

    def may_put_captures(self, name: str, *, cameras: str) -> iam.ManagedPolicy:
        """For functions of other stacks: put captures of these cameras, e.g. `feed-*`."""
        return policy_for_others(
            self,
            name,
            description="Put captures",
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn]),
                may("s3:PutObject", on=[self.captures.arn_for_objects(f"captures/{cameras}")]),
            ],
        )

    def _detection_bucket(self) -> s3.Bucket:
        bucket = private_bucket(
            self,
            "Captures",
            settings=self._settings,
            key=self.key,
            lifecycle_rules=[
                s3.LifecycleRule(abort_incomplete_multipart_upload_after=_LONGEST_FOR_BYSTANDERS),
                s3.LifecycleRule(prefix="captures/", expiration=_LONGEST_FOR_BYSTANDERS),
                s3.LifecycleRule(prefix="quarantine/", expiration=_LONGEST_FOR_BYSTANDERS),
                s3.LifecycleRule(
                    prefix="encounters/", expiration=cdk.Duration.days(self._settings.retention.encounter_days)
                ),
            ],
        )
        cdk.Validations.of(bucket).acknowledge(
            cdk.Acknowledgment(
                id="AwsSolutions-S1",
                reason="An access log would keep a trace of people who are not missing (docs/evaluator/privacy.md).",
            )
        )
        return bucket

    def _store_captures(self) -> None:
        failures = failure_queue(self, "CaptureFailures", key=self.key, kept=_LONGEST_FOR_BYSTANDERS)
        store = Function(
            self,
            "StoreCapture",
            settings=self._settings,
            handler="detection.store_capture",
            description="Checks a camera's message and stores its capture",
            statements=[
                may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn]),
                may("s3:PutObject", on=[self.captures.arn_for_objects("captures/*")]),
            ],
            environment={"DETECTION_BUCKET": self.captures.bucket_name},
            timeout=cdk.Duration.seconds(20),
            # The rule invokes it asynchronously and never hears of its failure, so the failure has a queue of its own.
            retry_attempts=2,
            max_event_age=cdk.Duration.hours(6),
            on_failure=destinations.SqsDestination(failures),
        )
        store.node.add_dependency(self._contents)
        undelivered = iam.Role(
            self, "RuleErrorsRole", assumed_by=iam.ServicePrincipal("iot.amazonaws.com"), description="IoT rule errors"
        )
        undelivered.add_to_policy(may("sqs:SendMessage", on=[failures.queue_arn]))
        undelivered.add_to_policy(may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn]))
        for name, sql in _RULES.items():
            self._rule(name, sql, store, error_queue_url=failures.queue_url, error_role=undelivered)

    def _rule(self, name: str, sql: str, store: Function, *, error_queue_url: str, error_role: iam.Role) -> None:
        rule = iot.CfnTopicRule(
            self,
            f"{name}Rule",
            topic_rule_payload=iot.CfnTopicRule.TopicRulePayloadProperty(
                sql=sql,
                aws_iot_sql_version="2016-03-23",
                actions=[
                    iot.CfnTopicRule.ActionProperty(
                        lambda_=iot.CfnTopicRule.LambdaActionProperty(function_arn=store.function_arn)
                    )
                ],
                error_action=iot.CfnTopicRule.ActionProperty(
                    sqs=iot.CfnTopicRule.SqsActionProperty(
                        queue_url=error_queue_url, role_arn=error_role.role_arn, use_base64=False
                    )
                ),
            ),
        )
        store.add_permission(
            f"{name}RuleMayInvoke", principal=iam.ServicePrincipal("iot.amazonaws.com"), source_arn=rule.attr_arn
        )

    def _match(self) -> None:
        settings, ingest, alerting = self._settings, self._ingest, self._alerting
        match = Function(
            self,
            "Match",
            settings=settings,
            handler="detection.match",
            description="Searches a capture in the gallery; keeps it as an encounter's or deletes it",
            statements=[
                may(
                    "kms:Decrypt",
                    "kms:GenerateDataKey",
                    on=[self.key.key_arn, ingest.key.key_arn, alerting.key.key_arn, self._fleet.key.key_arn],
                ),
                # With the tags that others may have put on a capture: S3 refuses to copy it without these rights.
                may(
                    "s3:GetObject",
                    "s3:GetObjectTagging",
                    "s3:DeleteObject",
                    on=[self.captures.arn_for_objects("captures/*")],
                ),
                may(
                    "s3:PutObject",
                    "s3:PutObjectTagging",
                    on=[self.captures.arn_for_objects(f"{kept}/*") for kept in ("encounters", "quarantine")],
                ),
                # Without it S3 answers 403, not 404, for a capture that was searched before.
                may("s3:ListBucket", on=[self.captures.bucket_arn]),
                ingest.on_faces("SearchFacesByImage"),
                may(
                    "dynamodb:BatchGetItem",
                    on=[ingest.cases.table_arn, alerting.encounters.table_arn, self._fleet.cameras.table_arn],
                ),
                *alerting.may_alert(),
            ],
            environment={
                **alerting.notifier_environment(),
                "DETECTION_BUCKET": self.captures.bucket_name,
                "FACE_COLLECTION": ingest.faces.collection_id,
            },
            timeout=_MATCH_TIMEOUT,
            memory_mb=1024,
        )
        queue = WorkQueue(
            self, "CaptureEvents", key=self.key, function_timeout=_MATCH_TIMEOUT, kept=_LONGEST_FOR_BYSTANDERS
        )
        match.node.add_dependency(self._contents)
        # A search, with the requests to S3 around it, takes at least a quarter of a second.
        concurrency = workers_within(settings.matching.rekognition_requests_per_second, call_s=0.25)
        queue.feed(match, batch_size=1, concurrency=concurrency)
        notify_of(self.captures, queue, key=self.key, prefix="captures/", events=["s3:ObjectCreated:*"])
        cdk.CfnOutput(self, "MatchLogGroup", value=match.log.log_group_name)

    def _retrospective(self) -> None:
        ingest, alerting = self._ingest, self._alerting
        again = Function(
            self,
            "Retrospective",
            settings=self._settings,
            handler="detection.retrospective",
            description="Searches the captures of encounters again when the gallery got new faces",
            statements=[
                may(
                    "kms:Decrypt",
                    "kms:GenerateDataKey",
                    on=[self.key.key_arn, ingest.key.key_arn, alerting.key.key_arn],
                ),
                may(
                    "s3:GetObject",
                    "s3:GetObjectTagging",
                    on=self._evidence(),
                ),
                may("s3:PutObject", "s3:PutObjectTagging", on=[self.captures.arn_for_objects("captures/*")]),
                may("s3:ListBucket", on=[self.captures.bucket_arn]),
                may("dynamodb:Scan", on=[alerting.encounters.table_arn]),
                may("dynamodb:GetItem", "dynamodb:UpdateItem", on=[ingest.cases.table_arn]),
            ],
            environment={
                "DETECTION_BUCKET": self.captures.bucket_name,
                "ENCOUNTERS_TABLE": alerting.encounters.table_name,
                "CASES_TABLE": ingest.cases.table_name,
                "MAX_RETROSPECTIVE_SEARCHES": str(self._settings.matching.max_retrospective_searches),
            },
            timeout=cdk.Duration.minutes(5),
            # The next hour's run does what this one did not.
            retry_attempts=0,
        )
        again.node.add_dependency(self._contents)
        hourly = events.Schedule.rate(cdk.Duration.hours(1))
        events.Rule(self, "EveryHour", schedule=hourly, targets=[targets.LambdaFunction(again)])
        cdk.CfnOutput(self, "RetrospectiveFunction", value=again.function_name)
