"""Captures and Rekognition answers for the tests of the matcher."""

from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
from botocore.stub import Stubber

from lambdas.cases.case import PhotoKind
from lambdas.encounters.policy import Policy, Thresholds

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

POLICY = Policy(
    base=Thresholds(80, 97, 99), kinds={PhotoKind.ARTIST: Thresholds(90, 99, 99)}, minors=Thresholds(85, 97, 99)
)


class Gallery:
    """A Rekognition client with one stubbed answer for each expected search."""

    def __init__(self) -> None:
        self.client = boto3.client("rekognition", region_name="us-east-1")
        self.stubber = Stubber(self.client)

    def answers(self, *matches: tuple[str, float]) -> None:
        faces = [{"Similarity": similarity, "Face": {"ExternalImageId": image}} for image, similarity in matches]
        self.stubber.add_response("search_faces_by_image", {"FaceMatches": faces})

    def refuses(self, code: str, message: str) -> None:
        self.stubber.add_client_error("search_faces_by_image", code, message, http_status_code=400)


def put_capture(
    s3: S3Client,
    capture_id: str,
    at: str = "03:00:00",
    camera: str = "cam-01",
    picture: bytes = b"picture",
    **more: str,
) -> str:
    key = f"captures/{camera}/.stored/2026-11-23/{capture_id}.jpg"
    metadata = {
        "capture-id": capture_id,
        "camera": camera,
        "captured-at": f"2026-11-23T{at}.000Z",
        "track": "t-1",
        **more,
    }
    s3.put_object(Bucket="detection", Key=key, Body=picture, Metadata=metadata)
    return key
