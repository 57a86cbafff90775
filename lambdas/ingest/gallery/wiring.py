"""Build the gallery's objects from the resources of an environment, for the functions and for the command line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import now
from lambdas.downloads.shared_pace import SharedPace
from lambdas.ingest.gallery.bucket_and_table import Gallery
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.index_photo import PhotoIndex
from lambdas.ingest.gallery.lease import Leases
from lambdas.ingest.gallery.withdraw import Withdrawal

if TYPE_CHECKING:
    from lambdas.ingest.resources import Resources


def open_gallery(resources: Resources) -> Gallery:
    """Build the access to the gallery bucket and the cases table."""
    return Gallery(
        s3=resources.client("s3"),
        dynamodb=resources.client("dynamodb"),
        bucket=resources["GalleryBucket"],
        table=resources["CasesTable"],
        now=now,
    )


def open_faces(resources: Resources, *, per_second: float | None = None) -> FaceCollections:
    """Build the access to the face collections in use.

    `per_second` is the rate of Rekognition requests that all workers of the account share; None sets no rate.
    """
    return FaceCollections(
        rekognition=resources.client("rekognition"),
        dynamodb=resources.client("dynamodb"),
        table=resources["CasesTable"],
        deployed=resources["FaceCollection"],
        pace=shared_pace(resources, "rekognition", per_second) if per_second else None,
    )


def open_photos(resources: Resources, *, per_second: float | None = None) -> PhotoIndex:
    """Build the index of photos; `per_second` as for `open_faces`."""
    return PhotoIndex(
        s3=resources.client("s3"),
        bucket=resources["GalleryBucket"],
        leases=_leases(resources),
        faces=open_faces(resources, per_second=per_second),
    )


def open_withdrawal(resources: Resources) -> Withdrawal:
    """Build the withdrawal of cases."""
    return Withdrawal(gallery=open_gallery(resources), leases=_leases(resources), faces=open_faces(resources))


def shared_pace(resources: Resources, name: str, per_second: float) -> SharedPace:
    """Build the rate limit of this name, which all workers share."""
    return SharedPace(
        dynamodb=resources.client("dynamodb"), table=resources["CasesTable"], name=name, per_second=per_second
    )


def _leases(resources: Resources) -> Leases:
    return Leases(dynamodb=resources.client("dynamodb"), table=resources["CasesTable"], now=now)
