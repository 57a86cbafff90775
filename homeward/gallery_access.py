"""The logic of the ingest functions, made for a deployment: the command line does what the functions do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from lambdas.common.times import now
from lambdas.ingest.face_collections import FaceCollections
from lambdas.ingest.gallery import Gallery
from lambdas.ingest.lease import Leases
from lambdas.ingest.withdraw import Withdrawal

if TYPE_CHECKING:
    from homeward.deployment import Deployment


def open_gallery(deployment: Deployment) -> Gallery:
    """The gallery bucket and the cases table."""
    return Gallery(
        s3=deployment.client("s3"),
        dynamodb=deployment.client("dynamodb"),
        bucket=deployment["GalleryBucket"],
        table=deployment["CasesTable"],
        now=now,
    )


def open_withdrawal(deployment: Deployment) -> Withdrawal:
    """What a case is withdrawn from."""
    return Withdrawal(
        gallery=open_gallery(deployment),
        leases=Leases(dynamodb=deployment.client("dynamodb"), table=deployment["CasesTable"], now=now),
        faces=FaceCollections(
            rekognition=deployment.client("rekognition"),
            dynamodb=deployment.client("dynamodb"),
            table=deployment["CasesTable"],
            deployed=deployment["FaceCollection"],
        ),
    )
