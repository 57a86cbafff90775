"""The ingest stack: sources -> gallery bucket and cases table -> face collection, kept in step."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_s3 as s3

from stacks.constructs.bucket_contents import BucketContents
from stacks.constructs.face_collection import FaceCollection
from stacks.constructs.function import Function, may, policy_for_others
from stacks.constructs.storage import encryption_key, notify_of, private_bucket, table
from stacks.constructs.work_queue import WorkQueue, workers_within

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from agencies.settings import Settings

_INDEX_TIMEOUT = cdk.Duration.seconds(60)


class Ingest(cdk.Stack):
    """The gallery, and what keeps its faces in step with its photos. What fills it is the sync stack."""

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
        self.gallery_environment = {
            "GALLERY_BUCKET": self.gallery.bucket_name,
            "CASES_TABLE": self.cases.table_name,
            "FACE_COLLECTION": self.faces.collection_id,
        }
        self.may_change_gallery = self._policy_for_sync()
        self.may_view_photos = policy_for_others(
            self,
            "MayViewPhotos",
            description="Read the photos of cases",
            statements=[self._use_key(), may("s3:GetObject", on=self._objects("photos/*"))],
        )
        self._index_photos()
        self._outputs()

    def _index_photos(self) -> None:
        quota = self._settings.matching.rekognition_requests_per_second
        index = Function(
            self,
            "IndexPhoto",
            settings=self._settings,
            handler="ingest.gallery.index_photo",
            description="Brings the faces of a photo into step with the gallery",
            statements=[
                self._use_key(),
                may("s3:GetObject", on=self._objects("photos/*")),
                # Without it S3 answers 403, not 404, for a photo that was removed.
                may("s3:ListBucket", on=[self.gallery.bucket_arn]),
                may("dynamodb:GetItem", "dynamodb:UpdateItem", "dynamodb:DeleteItem", on=[self.cases.table_arn]),
                self.on_faces("IndexFaces", "SearchFaces", "DeleteFaces", "ListFaces"),
            ],
            environment={**self.gallery_environment, "INDEX_PER_SECOND": str(quota)},
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

    def _policy_for_sync(self) -> iam.ManagedPolicy:
        actions = ("GetItem", "UpdateItem", "DeleteItem", "Query", "Scan")
        return policy_for_others(
            self,
            "MayChangeGallery",
            description="Put cases into the gallery, and withdraw them",
            statements=[
                self._use_key(),
                may("s3:PutObject", on=self._objects("documents/*", "photos/*", "quarantine/*", "syncs/*")),
                may("s3:DeleteObject", on=self._objects("photos/*", "quarantine/*")),
                may(*(f"dynamodb:{action}" for action in actions), on=[self.cases.table_arn]),
                self.on_faces("DeleteFaces", "ListFaces"),
            ],
        )

    def _use_key(self) -> iam.PolicyStatement:
        return may("kms:Decrypt", "kms:GenerateDataKey", on=[self.key.key_arn])

    def _objects(self, *patterns: str) -> list[str]:
        return [self.gallery.arn_for_objects(pattern) for pattern in patterns]

    def on_faces(self, *actions: str) -> iam.PolicyStatement:
        """Allow actions on the collection, and on one that `homeward gallery rebuild` makes beside it."""
        return may(*(f"rekognition:{action}" for action in actions), on=[self.faces.arn, f"{self.faces.arn}-*"])

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
        }.items():
            cdk.CfnOutput(self, f"{name}Output", value=value).override_logical_id(name)
