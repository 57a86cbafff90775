"""The ingest stack: sources -> gallery bucket and cases table -> face collection, kept in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
import msgspec
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3

from stacks.constructs.face_collection import FaceCollection
from stacks.constructs.function import Function, may
from stacks.constructs.storage import encryption_key, notify_of, private_bucket, table
from stacks.constructs.work_queue import WorkQueue

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
        self.gallery = private_bucket(
            self,
            "Gallery",
            settings=settings,
            key=self.key,
            server_access_logs_bucket=self._access_logs(),
            lifecycle_rules=[s3.LifecycleRule(prefix="quarantine/", expiration=cdk.Duration.days(90))],
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
        index = Function(
            self,
            "IndexPhoto",
            settings=self._settings,
            handler="ingest.index_photo",
            description="Brings the faces of a photo into step with the gallery",
            statements=[
                *self._use_key(),
                may("s3:GetObject", "s3:ListBucket", on=self._objects("photos/*")),
                may("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=[self.cases.table_arn]),
                self._change_faces(),
            ],
            environment=self._gallery_environment,
            timeout=_INDEX_TIMEOUT,
        )
        queue = WorkQueue(
            self, "PhotoEvents", key=self.key, function_timeout=_INDEX_TIMEOUT, kept=cdk.Duration.days(14)
        )
        # Half of the account's quota of searches per second is left to the captures; a photo takes about a second.
        queue.feed(index, batch_size=10, concurrency=max(2, int(self._settings.matching.searches_per_second / 2)))
        notify_of(self.gallery, queue, prefix="photos/", events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])

    def _sync(self) -> None:
        fetch_environment = {**self._gallery_environment, "SOURCES": self._sources()}
        fetch = Function(
            self,
            "FetchCase",
            settings=self._settings,
            handler="ingest.fetch_case",
            description="Fetches one case with its photos, or withdraws it",
            statements=[
                *self._use_key(),
                may(
                    "s3:GetObject",
                    "s3:PutObject",
                    "s3:DeleteObject",
                    on=self._objects("documents/*", "photos/*", "quarantine/*"),
                ),
                may(
                    "dynamodb:GetItem",
                    "dynamodb:PutItem",
                    "dynamodb:UpdateItem",
                    "dynamodb:DeleteItem",
                    "dynamodb:Query",
                    on=[self.cases.table_arn],
                ),
                self._change_faces(),
            ],
            environment=fetch_environment,
            timeout=_FETCH_TIMEOUT,
            memory_mb=1024,
        )
        queue = WorkQueue(
            self, "CasesToFetch", key=self.key, function_timeout=_FETCH_TIMEOUT, kept=cdk.Duration.days(14)
        )
        queue.feed(fetch, batch_size=1, concurrency=2)  # the fewest that SQS allows: sources want one connection
        self.list_cases = Function(
            self,
            "ListCases",
            settings=self._settings,
            handler="ingest.list_cases",
            description="Lists the cases of the sources and queues those that changed",
            statements=[
                *self._use_key(),
                may("dynamodb:Scan", on=[self.cases.table_arn]),
                may("sqs:SendMessage", on=[queue.queue_arn]),
            ],
            environment={**fetch_environment, "CASE_QUEUE_URL": queue.queue_url},
            timeout=cdk.Duration.minutes(15),
            memory_mb=1024,
        )
        if self._settings.sources.enabled:
            every = events.Schedule.rate(cdk.Duration.hours(self._settings.sync.every_hours))
            events.Rule(self, "SyncSchedule", schedule=every, targets=[targets.LambdaFunction(self.list_cases)])

    def _sources(self) -> str:
        """The agency's [sources] table as the functions read it; only what is enabled."""
        enabled = {
            name: source.model_dump(exclude_defaults=True)
            for name, source in self._settings.sources.by_name().items()
            if source.enabled
        }
        return msgspec.json.encode({"contact": self._settings.contact, **enabled}).decode()

    def _use_key(self) -> list[iam.PolicyStatement]:
        return [may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn])]

    def _objects(self, *patterns: str) -> list[str]:
        """The bucket itself, without which S3 answers 403 and not 404 for what is gone, and these of its objects."""
        return [self.gallery.bucket_arn, *(self.gallery.arn_for_objects(pattern) for pattern in patterns)]

    def _change_faces(self) -> iam.PolicyStatement:
        actions = ("IndexFaces", "DeleteFaces", "SearchFaces", "ListFaces")
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
