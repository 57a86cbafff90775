"""The object of one capture in the detection bucket: read it, keep its picture, quarantine it, or delete it."""

from __future__ import annotations

import hashlib
from contextlib import closing
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from lambdas.common.keys import bad_capture_key
from lambdas.common.outside_text import reason_metadata
from lambdas.common.s3_objects import is_not_found, put_once
from lambdas.detection.capture import Capture, capture_of_object

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.type_defs import GetObjectOutputTypeDef

_MAX_BYTES = 15_728_640  # Rekognition's limit for an object in S3
_PNG = b"\x89PNG"


class UnreadableCaptureError(ValueError):
    """The object can never be searched. The message says why."""


@dataclass(frozen=True, kw_only=True)
class CaptureObject:
    """An object whose content is not read yet.

    A sender may overwrite it while it is searched, so `where` names the version, if the bucket has versions.
    """

    s3: S3Client
    where: dict[str, Any]
    answer: GetObjectOutputTypeDef

    def read(self) -> tuple[Capture, bytes]:
        """Return the capture and its picture.

        Raises:
            UnreadableCaptureError: the object is empty or too large, or its metadata is malformed.
        """
        answer = self.answer
        with closing(answer["Body"]) as body:
            if (size := answer["ContentLength"]) > _MAX_BYTES:
                raise UnreadableCaptureError(f"the object has {size} bytes; the maximum is {_MAX_BYTES}")
            picture = body.read()
        try:
            capture = capture_of_object(
                self.where["Key"],
                etag=answer["ETag"],
                last_modified=answer["LastModified"],
                metadata=answer["Metadata"],
            )
        except ValueError as error:
            raise UnreadableCaptureError(str(error)) from error
        if not picture:
            raise UnreadableCaptureError("the object is empty")
        return replace(capture, sha256=hashlib.sha256(picture).hexdigest()), picture

    def quarantine(self, *, reason: str) -> None:
        """Move the object to `quarantine/`, with the reason in its metadata."""
        self.s3.copy_object(
            Bucket=self.where["Bucket"],
            CopySource=self.where,  # type: ignore[arg-type] # a plain dict
            Key=bad_capture_key(self.where["Key"]),
            Metadata=reason_metadata(reason),
            MetadataDirective="REPLACE",
        )
        self.delete()

    def delete(self) -> None:
        """Delete the object, without a trace in a bucket with versions."""
        self.s3.delete_object(**self.where)


def open_capture(s3: S3Client, *, bucket: str, key: str) -> CaptureObject | None:
    """Request the object; None if it is gone."""
    try:
        answer = s3.get_object(Bucket=bucket, Key=key)
    except ClientError as error:
        if is_not_found(error):
            return None
        raise
    version = {"VersionId": answer["VersionId"]} if "VersionId" in answer else {}
    return CaptureObject(s3=s3, where={"Bucket": bucket, "Key": key, **version}, answer=answer)


def keep_picture(s3: S3Client, capture: Capture, picture: bytes, *, bucket: str, key: str) -> None:
    """Write the picture of a sighting, unless it is there already."""
    put_once(
        s3,
        Bucket=bucket,
        Key=key,
        Body=picture,
        # Rekognition reads these two formats only. What the sender says of the type does not count.
        ContentType="image/png" if picture.startswith(_PNG) else "image/jpeg",
        Metadata=capture.to_metadata(),
    )
