"""The ingest stack: sources -> gallery bucket and cases table -> face collection, kept in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import msgspec
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_s3 as s3

from stacks.constructs.bucket_contents import BucketContents
from stacks.constructs.face_collection import FaceCollection
from stacks.constructs.function import Function, may
from stacks.constructs.storage import encryption_key, notify_of, private_bucket, table
from stacks.constructs.work_queue import WorkQueue, failure_queue, workers_within

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from agencies.settings import Settings

_INDEX_TIMEOUT = cdk.Duration.seconds(60)
_FETCH_TIMEOUT = cdk.Duration.minutes(5)


class Ingest(cdk.Stack):
    """The gallery, what fills it from the sources, and what keeps its faces in step with its photos."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings, env: cdk.Environment) -> None:
        super().__init__(scope, name, env=env, description=f"Homeward {settings.stage}: the gallery")
        self._settings = settings
        self.key = encryption_key(self, settings=settings)
        access_logs = self._access_logs()
        self.gallery = private_bucket(
            self,
            "Gallery",
            settings=settings,
            key=self.key,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[s3.LifecycleRule(prefix="quarantine/", expiration=cdk.Duration.days(90))],
        )
        self._contents = BucketContents(
            self, "Contents", settings=settings, buckets={"Gallery": self.gallery, "AccessLogs": access_logs}
        )
        self.cases = table(self, "Cases", settings=settings, key=self.key, partition="case_id", sort="record")
        self.faces = FaceCollection(self, "Faces", settings=settings)
        self._gallery_environment = {
            "GALLERY_BUCKET": self.gallery.bucket_name,
            "CASES_TABLE": self.cases.table_name,
            "FACE_COLLECTION": self.faces.collection_id,
        }
        self._index_photos()
        self._sync()
        self._outputs()

    def _index_photos(self) -> None:
        quota = self._settings.matching.searches_per_second
        index = Function(
            self,
            "IndexPhoto",
            settings=self._settings,
            handler="ingest.index_photo",
            description="Brings the faces of a photo into step with the gallery",
            statements=[
                self._use_key(),
                may("s3:GetObject", on=self._objects("photos/*")),
                # Without it S3 answers 403, not 404, for a photo that was removed.
                may("s3:ListBucket", on=[self.gallery.bucket_arn]),
                may("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=[self.cases.table_arn]),
                self._change_faces("IndexFaces", "SearchFaces", "DeleteFaces", "ListFaces"),
            ],
            environment={**self._gallery_environment, "INDEX_PER_SECOND": str(quota)},
            timeout=_INDEX_TIMEOUT,
        )
        queue = WorkQueue(
            self, "PhotoEvents", key=self.key, function_timeout=_INDEX_TIMEOUT, kept=cdk.Duration.days(14)
        )
        index.node.add_dependency(self._contents)
        # With its lease and its record, a photo takes at least half a second.
        queue.feed(index, batch_size=10, concurrency=workers_within(quota, call_s=0.5))
        notify_of(
            self.gallery, queue, key=self.key, prefix="photos/", events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
        )

    def _sync(self) -> None:
        fetch_environment = {**self._gallery_environment, "SOURCES": self._sources()}
        fetch = Function(
            self,
            "FetchCase",
            settings=self._settings,
            handler="ingest.fetch_case",
            description="Fetches one case with its photos, or withdraws it",
            statements=[
                self._use_key(),
                may("s3:PutObject", on=self._objects("documents/*", "photos/*", "quarantine/*")),
                may("s3:DeleteObject", on=self._objects("photos/*", "quarantine/*")),
                may(
                    "dynamodb:GetItem",
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:Query",
                    on=[self.cases.table_arn],
                ),
                self._change_faces("DeleteFaces", "ListFaces"),
            ],
            environment=fetch_environment,
            timeout=_FETCH_TIMEOUT,
            memory_mb=1024,
        )
        queue = WorkQueue(
            self, "CasesToFetch", key=self.key, function_timeout=_FETCH_TIMEOUT, kept=cdk.Duration.days(14)
        )
        fetch.node.add_dependency(self._contents)
        queue.feed(fetch, batch_size=1, concurrency=2)  # the fewest that SQS allows: sources want one connection
        self.list_cases = Function(
            self,
            "ListCases",
            settings=self._settings,
            handler="ingest.list_cases",
            description="Lists the cases of the sources and queues those that changed",
            statements=[
                self._use_key(),
                may("dynamodb:Scan", on=[self.cases.table_arn]),
                may("sqs:SendMessage", on=[queue.queue_arn]),
            ],
            environment={**fetch_environment, "CASE_QUEUE_URL": queue.queue_url},
            timeout=cdk.Duration.minutes(15),
            memory_mb=1024,
            # The schedule invokes it asynchronously and never hears of its failure.
            on_failure=destinations.SqsDestination(
                failure_queue(self, "SyncFailures", key=self.key, kept=cdk.Duration.days(14))
            ),
        )
        if self._settings.sources.enabled:
            every = events.Schedule.rate(cdk.Duration.hours(self._settings.sync.every_hours))
            events.Rule(self, "SyncSchedule", schedule=every, targets=[targets.LambdaFunction(self.list_cases)])

    def _sources(self) -> str:
        """The agency's [sources] table as the functions read it; only what is enabled."""
        enabled = {
            name: source.model_dump(exclude_defaults=True) for name, source in self._settings.sources.enabled.items()
        }
        return msgspec.json.encode({"contact": self._settings.contact, **enabled}).decode()

    def _use_key(self) -> iam.PolicyStatement:
        return may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn])

    def _objects(self, *patterns: str) -> list[str]:
        return [self.gallery.arn_for_objects(pattern) for pattern in patterns]

    def _change_faces(self, *actions: str) -> iam.PolicyStatement:
        return may(*(f"rekognition:{action}" for action in actions), on=[self.faces.arn])

    def _access_logs(self) -> s3.Bucket:
        logs = private_bucket(
            self,
            "AccessLogs",
            settings=self._settings,
            key=None,  # S3 writes access logs only to a bucket that it encrypts with its own key
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(self._settings.retention.log_days))],
        )
        cdk.Validations.of(logs).acknowledge(
            cdk.Acknowledgment(id="AwsSolutions-S1", reason="It holds the access logs; logging them again has no end.")
        )
        return logs

    def _outputs(self) -> None:
        for name, value in {
            "GalleryBucket": self.gallery.bucket_name,
            "CasesTable": self.cases.table_name,
            "FaceCollection": self.faces.collection_id,
            "FaceModelVersion": self.faces.face_model_version,
            "ListCasesFunction": self.list_cases.function_name,
        }.items():
            cdk.CfnOutput(self, f"{name}Output", value=value).override_logical_id(name)
