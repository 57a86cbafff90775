"""The logic of the ingest functions, made for a deployment: the command line does what the functions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import now
from lambdas.downloads.shared_pace import SharedPace
from lambdas.ingest.closed_encounters import ClosedEncounters
from lambdas.ingest.fetch_case import CaseFetcher
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.index_photo import PhotoIndex
from lambdas.ingest.gallery.lease import Leases
from lambdas.ingest.gallery.storage import Gallery
from lambdas.ingest.gallery.withdraw import Withdrawal
from lambdas.ingest.sync import Sync
from lambdas.ingest.sync_runs import SyncRuns, this_process

if TYPE_CHECKING:
    from homeward.deployment.outputs import Deployment
    from lambdas.ingest.sources.source import Source


def open_gallery(deployment: Deployment) -> Gallery:
    """The gallery bucket and the cases table."""
    return Gallery(
        s3=deployment.client("s3"),
        dynamodb=deployment.client("dynamodb"),
        bucket=deployment["GalleryBucket"],
        table=deployment["CasesTable"],
        now=now,
    )


def open_faces(deployment: Deployment, *, per_second: float | None = None) -> FaceCollections:
    """The face collections in use; with `per_second` at the pace that all workers of the account share."""
    dynamodb, table = deployment.client("dynamodb"), deployment["CasesTable"]
    return FaceCollections(
        rekognition=deployment.client("rekognition"),
        dynamodb=dynamodb,
        table=table,
        deployed=deployment["FaceCollection"],
        pace=SharedPace(dynamodb=dynamodb, table=table, name="rekognition", per_second=per_second)
        if per_second
        else None,
    )


def open_photos(deployment: Deployment, *, per_second: float | None = None) -> PhotoIndex:
    """What brings the faces of a photo into step."""
    return PhotoIndex(
        s3=deployment.client("s3"),
        bucket=deployment["GalleryBucket"],
        leases=_leases(deployment),
        faces=open_faces(deployment, per_second=per_second),
    )


def open_withdrawal(deployment: Deployment) -> Withdrawal:
    """What a case is withdrawn from."""
    return Withdrawal(gallery=open_gallery(deployment), leases=_leases(deployment), faces=open_faces(deployment))


def open_encounters(deployment: Deployment) -> ClosedEncounters:
    """The encounters that go with a case that closes."""
    return ClosedEncounters(
        s3=deployment.client("s3"),
        dynamodb=deployment.client("dynamodb"),
        bucket=deployment["DetectionBucket"],
        encounters_table=deployment["EncountersTable"],
        cases_table=deployment["CasesTable"],
        now=now,
    )


def open_runs(deployment: Deployment) -> SyncRuns:
    """Who is at a sync, and how the last ones ended."""
    return SyncRuns(dynamodb=deployment.client("dynamodb"), table=deployment["CasesTable"], now=now)


def open_sync(deployment: Deployment, source: Source, *, max_removed_percent: float) -> Sync:
    """A run of this process over a source."""
    return Sync(
        fetcher=CaseFetcher(source=source, gallery=open_gallery(deployment)),
        withdrawal=open_withdrawal(deployment),
        runs=open_runs(deployment),
        owner=this_process(),
        max_removed_percent=max_removed_percent,
        encounters=open_encounters(deployment),
    )


def _leases(deployment: Deployment) -> Leases:
    return Leases(dynamodb=deployment.client("dynamodb"), table=deployment["CasesTable"], now=now)
