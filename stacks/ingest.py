"""The ingest stack: the gallery bucket, the cases table, the face collection, and the function that indexes photos."""

from __future__ import annotations

from typing import TYPE_CHECKING

import aws_cdk as cdk
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_s3 as s3

from agencies.workers import index_workers
from lambdas.common.collection_names import deployed_collection
from lambdas.common.keys import DOCUMENTS, PHOTOS, QUARANTINE, SYNCS, plan_key
from stacks.constructs.bucket_contents import BucketContents
from stacks.constructs.face_collection import FaceCollection
from stacks.constructs.function import Function
from stacks.constructs.grant import Grant, may, shared_policy
from stacks.constructs.nag import acknowledge
from stacks.constructs.outputs import add_outputs
from stacks.constructs.schedule import repeat
from stacks.constructs.storage import notify_of, private_bucket, table
from stacks.constructs.work_queue import WorkQueue, failure_queue
from stacks.stack import HomewardStack

if TYPE_CHECKING:
    from aws_cdk import aws_iam as iam
    from constructs import Construct

    from agencies.settings import Settings

_INDEX_TIMEOUT = cdk.Duration.seconds(60)


class Ingest(HomewardStack):
    """The gallery. A photo that is added or removed changes the face collection; the Sync stack adds and removes."""

    def __init__(self, scope: Construct, name: str, *, settings: Settings) -> None:
        super().__init__(scope, name, settings=settings, purpose="the gallery")
        access_logs = self._access_logs()
        self.gallery = private_bucket(
            self,
            "Gallery",
            key=self.key,
            removal=self.removal,
            server_access_logs_bucket=access_logs,
            lifecycle_rules=[s3.LifecycleRule(prefix=QUARANTINE, expiration=cdk.Duration.days(90))],
        )
        self._contents = BucketContents(
            self,
            "Contents",
            buckets={"Gallery": self.gallery, "AccessLogs": access_logs},
            removal=self.removal,
            log_days=self.log_days,
        )
        self.cases = table(self, "Cases", key=self.key, removal=self.removal, partition="case_id", sort="record")
        self.faces = FaceCollection(
            self,
            "Faces",
            collection_id=deployed_collection(settings.stage),
            removal=self.removal,
            log_days=self.log_days,
        )
        self._gallery_environment = {
            "GALLERY_BUCKET": self.gallery.bucket_name,
            "CASES_TABLE": self.cases.table_name,
            "FACE_COLLECTION": self.faces.collection_id,
        }
        self._change_gallery = self._change_policy()
        self._view_photos = shared_policy(
            self,
            "MayViewPhotos",
            description="Read the photos of cases",
            statements=[self.decrypt(), may("s3:GetObject", on=self._objects(PHOTOS))],
        )
        self._index = self._index_photos()
        self._compare_cases()
        add_outputs(
            self,
            {
                "GalleryBucket": self.gallery.bucket_name,
                "CasesTable": self.cases.table_name,
                "FaceCollection": self.faces.collection_id,
                "FaceModelVersion": self.faces.face_model_version,
            },
        )

    def may_change_gallery(self) -> Grant:
        """Grant all that a sync does: store cases and photos, and withdraw cases with their faces."""
        return Grant(policies=[self._change_gallery], environment=self._gallery_environment)

    def may_read_plans(self) -> Grant:
        """Grant reading the plans that a sync stores in the gallery bucket."""
        plans = [plan_key(source) for source in self.settings.sources.in_the_cloud]
        objects = [self.gallery.arn_for_objects(plan) for plan in plans or ["no source"]]
        return Grant(statements=[may("s3:GetObject", on=objects), self.decrypt()])

    def may_search(self) -> Grant:
        """Grant searching the face collection and reading the cases of its faces."""
        return Grant(
            statements=[
                self.decrypt(),
                self._on_faces("SearchFacesByImage"),
                self._on_cases("GetItem", "BatchGetItem"),
            ],
            environment={"CASES_TABLE": self.cases.table_name, "FACE_COLLECTION": self.faces.collection_id},
        )

    def may_read_cases(self) -> Grant:
        """Grant reading single cases."""
        return Grant(
            statements=[self.decrypt(), self._on_cases("GetItem")], environment={"CASES_TABLE": self.cases.table_name}
        )

    def may_show_cases(self) -> Grant:
        """Grant reading single cases and their photos."""
        return Grant(
            policies=[self._view_photos],
            statements=[self._on_cases("GetItem")],
            environment={"GALLERY_BUCKET": self.gallery.bucket_name, "CASES_TABLE": self.cases.table_name},
        )

    def may_browse_cases(self) -> Grant:
        """Grant reading all cases and their photos, and searching the face collection by a picture."""
        detect = may("rekognition:DetectFaces", on=["*"])  # has no resource
        return Grant(
            policies=[self._view_photos],
            statements=[
                self._on_cases("GetItem", "BatchGetItem", "Query", "Scan"),
                self._on_faces("SearchFacesByImage"),
                detect,
            ],
            environment={
                "GALLERY_BUCKET": self.gallery.bucket_name,
                "CASES_TABLE": self.cases.table_name,
                "FACE_COLLECTION": self.faces.collection_id,
            },
        )

    def may_choose_faces(self) -> Grant:
        """Grant having the index-photo function enroll the face that a person chose."""
        return Grant(
            statements=[may("lambda:InvokeFunction", on=[self._index.function_arn])],
            environment={"INDEX_FUNCTION": self._index.function_name},
        )

    def may_follow_gallery(self) -> Grant:
        """Grant reading when the gallery last got new faces, and recording that they were searched for."""
        return Grant(
            statements=[self.decrypt(), self._on_cases("GetItem", "UpdateItem")],
            environment={"CASES_TABLE": self.cases.table_name},
        )

    def _index_photos(self) -> Function:
        quota = self.settings.matching.rekognition_requests_per_second
        index = Function(
            self,
            "IndexPhoto",
            handler="ingest.gallery.index_photo",
            description="Index the face of a new photo, and delete the faces of a removed one",
            log_days=self.log_days,
            statements=[
                self.decrypt(),
                may("s3:GetObject", on=self._objects(PHOTOS)),
                # Without ListBucket, S3 answers 403 instead of 404 for a photo that was removed.
                may("s3:ListBucket", on=[self.gallery.bucket_arn]),
                self._on_cases("GetItem", "UpdateItem", "DeleteItem", "Query"),
                self._on_faces("IndexFaces", "SearchFaces", "SearchFacesByImage", "DeleteFaces", "ListFaces"),
            ],
            environment={**self._gallery_environment, "INDEX_PER_SECOND": str(quota)},
            timeout=_INDEX_TIMEOUT,
        )
        index.node.add_dependency(self._contents)
        queue = WorkQueue(self, "PhotoEvents", key=self.key, function_timeout=_INDEX_TIMEOUT)
        queue.feed(index, batch_size=10, concurrency=index_workers(quota))
        notify_of(self.gallery, queue, key=self.key, prefix=PHOTOS, events=["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])
        return index

    def _compare_cases(self) -> None:
        near = Function(
            self,
            "NearCases",
            handler="ingest.gallery.near_cases",
            description="Find out which other cases each case's photos resemble",
            log_days=self.log_days,
            statements=[
                self.decrypt(),
                self._on_cases("GetItem", "Scan", "UpdateItem"),
                self._on_faces("SearchFaces"),
            ],
            environment={"CASES_TABLE": self.cases.table_name, "FACE_COLLECTION": self.faces.collection_id},
            timeout=cdk.Duration.minutes(5),
            # No retries: the next run, an hour later, does the same work.
            retry_attempts=0,
            failures=failure_queue(self, "NearCasesFailures", key=self.key),
        )
        repeat(self, "CompareEveryHour", every=cdk.Duration.hours(1), target=targets.LambdaFunction(near))
        add_outputs(self, {"NearCasesFunction": near.function_name})

    def _change_policy(self) -> iam.ManagedPolicy:
        return shared_policy(
            self,
            "MayChangeGallery",
            description="Put cases into the gallery, and withdraw them",
            statements=[
                self.use_key(),
                may("s3:PutObject", on=self._objects(DOCUMENTS, PHOTOS, QUARANTINE, SYNCS)),
                may("s3:DeleteObject", on=self._objects(PHOTOS, QUARANTINE)),
                self._on_cases("GetItem", "UpdateItem", "DeleteItem", "Query", "Scan"),
                self._on_faces("DeleteFaces", "ListFaces"),
            ],
        )

    def _on_cases(self, *actions: str) -> iam.PolicyStatement:
        return may(*(f"dynamodb:{action}" for action in actions), on=[self.cases.table_arn])

    def _on_faces(self, *actions: str) -> iam.PolicyStatement:
        return may(*(f"rekognition:{action}" for action in actions), on=self.faces.arns)

    def _objects(self, *prefixes: str) -> list[str]:
        return [self.gallery.arn_for_objects(f"{prefix}*") for prefix in prefixes]

    def _access_logs(self) -> s3.Bucket:
        logs = private_bucket(
            self,
            "AccessLogs",
            key=None,  # S3 cannot write access logs to a bucket with a customer-managed key
            removal=self.removal,
            lifecycle_rules=[s3.LifecycleRule(expiration=cdk.Duration.days(self.log_days))],
        )
        acknowledge(logs, "access logs")
        return logs
