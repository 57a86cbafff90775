"""The detection stack: camera messages -> detection bucket -> search -> an encounter, or the capture is deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_iot as iot

from agencies.workers import match_workers
from edge_device.core.topics import LEGACY_ENVIRONMENT, Topics
from lambdas.common.keys import CAPTURES, CONFIRMED, EVIDENCE, QUARANTINE, STORED
from stacks.constructs.bucket_contents import BucketContents
from stacks.constructs.captures_bucket import captures_bucket, reserve_own_captures, write_evidence_once
from stacks.constructs.function import Function, metrics_namespace
from stacks.constructs.grant import Grant, may, shared_policy, trust_this_account_only
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.constructs.storage import notify_of
from stacks.constructs.work_queue import WorkQueue, failure_queue
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from collections.abc import Sequence

    from constructs import Construct

    from agencies.settings import Settings

# The maximum retention of anything that may show a bystander, failures included.
_BYSTANDER_RETENTION = cdk.Duration.days(1)
_OF_VERSION = ("s3:GetObjectVersion", "s3:GetObjectVersionTagging", "s3:DeleteObjectVersion")
_MATCH_TIMEOUT = cdk.Duration.seconds(30)
# The payload gets a name of its own, so that none of its members can stand in for what AWS IoT knows
# (docs/decisions/0026-environments-in-one-account.md).
_SELECT = (
    "SELECT encode(*, 'base64') AS payload, topic(3) AS thing, topic(4) AS kind, clientid() AS client_id,"
    " timestamp() AS received_ms FROM"
)


class Detection(HomewardStack):
    """The detection bucket and the functions around it. Any image under captures/CAMERA/ is a capture.

    `store_capture`, `match` and `retrospective` grant these functions what they use of other stacks.
    """

    def __init__(
        self,
        scope: Construct,
        name: str,
        *,
        settings: Settings,
        store_capture: Sequence[Grant],
        match: Sequence[Grant],
        retrospective: Sequence[Grant],
    ) -> None:
        super().__init__(scope, name, settings=settings, purpose="captures and their search")
        self.captures = captures_bucket(
            self,
            key=self.key,
            removal=self.removal,
            bystanders_for=_BYSTANDER_RETENTION,
            encounters_for=cdk.Duration.days(settings.retention.encounter_days),
        )
        self._contents = BucketContents(
            self, "Contents", buckets={"Captures": self.captures}, removal=self.removal, log_days=self.log_days
        )
        self._delete_evidence, self._view_evidence, self._settle_evidence = self._evidence_policies()
        own = [self._store_captures(store_capture)]
        self._match(match)
        if settings.matching.max_retrospective_searches:
            own.append(self._retrospective(retrospective))
        reserve_own_captures(self.captures, own)
        write_evidence_once(self.captures)
        add_outputs(self, {"DetectionBucket": self.captures.bucket_name})

    def may_delete_evidence(self) -> Grant:
        """Grant deleting the pictures of encounters."""
        return Grant(policies=[self._delete_evidence], environment=self._bucket_environment)

    def may_view_evidence(self) -> Grant:
        """Grant reading the pictures of encounters."""
        return Grant(policies=[self._view_evidence], environment=self._bucket_environment)

    def may_settle_evidence(self) -> Grant:
        """Grant moving and deleting the pictures of encounters."""
        return Grant(policies=[self._settle_evidence], environment=self._bucket_environment)

    def may_put_captures(self, name: str, *, cameras: str) -> Grant:
        """Grant putting captures of some cameras, e.g. "feed-*", with a policy of this name."""
        policy = shared_policy(
            self,
            name,
            description="Put captures",
            statements=[
                self.encrypt(),
                may("s3:PutObject", on=[self.captures.arn_for_objects(f"{CAPTURES}{cameras}")]),
            ],
        )
        return Grant(policies=[policy], environment=self._bucket_environment)

    @property
    def _bucket_environment(self) -> dict[str, str]:
        return {"DETECTION_BUCKET": self.captures.bucket_name}

    def _objects(self, *prefixes: str) -> list[str]:
        return [self.captures.arn_for_objects(f"{prefix}*") for prefix in prefixes]

    def _list_captures(self) -> iam.PolicyStatement:
        """Allow s3:ListBucket. Without it, S3 answers 403 instead of 404 for an object that does not exist."""
        return may("s3:ListBucket", on=[self.captures.bucket_arn])

    def _list_versions(self) -> iam.PolicyStatement:
        return may("s3:ListBucketVersions", on=[self.captures.bucket_arn])

    def _evidence_policies(self) -> list[iam.ManagedPolicy]:
        """Make the policies to delete, view and settle the pictures of open (encounters/) and confirmed encounters."""
        evidence = self._objects(EVIDENCE, CONFIRMED)
        return [
            shared_policy(
                self,
                "MayDeleteEvidence",
                description="Delete the pictures of encounters whose case closed",
                statements=[may("s3:DeleteObjectVersion", on=self._objects(EVIDENCE)), self._list_versions()],
            ),
            shared_policy(
                self,
                "MayViewEvidence",
                description="Read the pictures of encounters",
                statements=[self.decrypt(), may("s3:GetObject", on=evidence)],
            ),
            shared_policy(
                self,
                "MaySettleEvidence",
                description="Bring the pictures of encounters where their reviews say",
                statements=[
                    self.use_key(),
                    may("s3:GetObject", "s3:PutObject", "s3:DeleteObjectVersion", on=evidence),
                    self._list_captures(),
                    self._list_versions(),
                ],
            ),
        ]

    def _store_captures(self, grants: Sequence[Grant]) -> iam.IRole:
        """Make the function and its rules, and return the function's role."""
        failures = failure_queue(self, "CaptureFailures", key=self.key, retention=_BYSTANDER_RETENTION)
        store = Function(
            self,
            "StoreCapture",
            handler="detection.store_capture",
            description="Check a camera's message and store its capture",
            log_days=self.log_days,
            statements=[self.encrypt(), may("s3:PutObject", on=self._objects(f"{CAPTURES}*/{STORED}"))],
            grants=grants,
            environment={
                **self._bucket_environment,
                "STAGE": self.settings.stage,
                "SEARCHES_PER_CAMERA_PER_MINUTE": str(self.settings.camera_limits.searches_per_minute),
            },
            timeout=cdk.Duration.seconds(20),
            # The rule invokes the function asynchronously, so Lambda itself retries and then queues the failure.
            retry_attempts=2,
            max_event_age=cdk.Duration.hours(6),
            failures=failures,
        )
        store.node.add_dependency(self._contents)
        error_role = iam.Role(
            self,
            "RuleErrorsRole",
            assumed_by=iam.ServicePrincipal("iot.amazonaws.com"),
            description="Queue the messages that an IoT rule could not deliver",
        )
        error_role.add_to_policy(may("sqs:SendMessage", on=[failures.queue_arn]))
        error_role.add_to_policy(self.use_key())
        acknowledge(error_role, "role")
        trust_this_account_only(error_role)
        for name, sql in self._rules().items():
            self._rule(name, sql, store, error_queue_url=failures.queue_url, error_role=error_role)
        self._alarm_on_unregistered_things()
        outputs = {"StoreCaptureFunction": store.function_name, "StoreCaptureLogGroup": store.log.log_group_name}
        add_outputs(self, outputs)
        return store.own_role

    def _rules(self) -> dict[str, str]:
        """Return the SQL of the IoT rules. The third level of each topic is the thing that published.

        `Faces` is the rule of deployments from before 0026. It keeps its name, so that an upgrade updates it in place:
        a message that arrives between the deletion of one rule and the creation of another would be lost.
        """
        faces, fleet = "WHERE detection.confidence > 0.8", self.settings.fleet
        ours = Topics("+", self.settings.stage)
        rules = {"StageFaces": f"{_SELECT} '{ours.faces}' {faces}", "Health": f"{_SELECT} '{ours.health}'"}
        if fleet.legacy_topics:
            rules["Faces"] = f"{_SELECT} '{Topics('+', LEGACY_ENVIRONMENT).faces}' {faces}"
        if fleet.deeplens:
            rules["DeepLens"] = f"{_SELECT} '$aws/things/+/infer' WHERE confidence > 0.8"
        return rules

    def _alarm_on_unregistered_things(self) -> None:
        """Make the alarm on messages of things that are no cameras of this environment."""
        alarm = cloudwatch.Alarm(
            self,
            "UnregisteredThings",
            alarm_description="Things that are not in the cameras table publish captures (docs/agency-it/fleet.md)",
            metric=cloudwatch.Metric(
                namespace=metrics_namespace(self),
                metric_name="CapturesFromUnregisteredThings",
                dimensions_map={"service": "store_capture"},
                statistic="Sum",
                period=cdk.Duration.minutes(5),
            ),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_OR_EQUAL_TO_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        acknowledge(alarm, "alarm")

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

    def _match(self, grants: Sequence[Grant]) -> None:
        match = Function(
            self,
            "Match",
            handler="detection.match",
            description="Search the gallery for a capture's face, then open an encounter or delete the capture",
            log_days=self.log_days,
            statements=[
                self.use_key(),
                # A capture may have tags, and S3 copies an object with tags only with the tagging actions.
                may("s3:GetObject", *_OF_VERSION, on=self._objects(CAPTURES)),
                may("s3:PutObject", on=self._objects(EVIDENCE)),
                may("s3:PutObject", "s3:PutObjectTagging", on=self._objects(QUARANTINE)),
                self._list_captures(),
            ],
            grants=grants,
            environment=self._bucket_environment,
            timeout=_MATCH_TIMEOUT,
            memory_mb=1024,
        )
        match.node.add_dependency(self._contents)
        queue = WorkQueue(
            self,
            "CaptureEvents",
            key=self.key,
            function_timeout=_MATCH_TIMEOUT,
            failure_retention=_BYSTANDER_RETENTION,
        )
        concurrency = match_workers(self.settings.matching.rekognition_requests_per_second)
        queue.feed(match, batch_size=1, concurrency=concurrency)
        notify_of(self.captures, queue, key=self.key, prefix=CAPTURES, events=["s3:ObjectCreated:*"])
        add_outputs(self, {"MatchLogGroup": match.log.log_group_name})

    def _retrospective(self, grants: Sequence[Grant]) -> iam.IRole:
        """Make the function and its schedule, and return the function's role."""
        retrospective = Function(
            self,
            "Retrospective",
            handler="detection.retrospective",
            description="Search the captures of encounters again after the gallery got new faces",
            log_days=self.log_days,
            statements=[
                self.use_key(),
                may("s3:GetObject", "s3:GetObjectTagging", on=self._objects(EVIDENCE, CONFIRMED)),
                may("s3:PutObject", "s3:PutObjectTagging", on=self._objects(f"{CAPTURES}*/{STORED}")),
                self._list_captures(),
            ],
            grants=grants,
            environment={
                **self._bucket_environment,
                "MAX_RETROSPECTIVE_SEARCHES": str(self.settings.matching.max_retrospective_searches),
            },
            timeout=cdk.Duration.minutes(5),
            # No retries: the next run, an hour later, does the same work.
            retry_attempts=0,
            failures=failure_queue(self, "RetrospectiveFailures", key=self.key),
        )
        retrospective.node.add_dependency(self._contents)
        repeat(self, "EveryHour", every=cdk.Duration.hours(1), target=targets.LambdaFunction(retrospective))
        add_outputs(self, {"RetrospectiveFunction": retrospective.function_name})
        return retrospective.own_role
