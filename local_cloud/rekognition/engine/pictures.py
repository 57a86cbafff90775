"""Reads the picture of a request: from its bytes, or from S3."""

import hashlib
import io
import os
import threading
import uuid
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

import boto3
import numpy as np
import numpy.typing as npt
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from local_cloud.rekognition.errors import RekognitionError, invalid_parameter

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

LARGEST_S3_BYTES = 15 * 1024 * 1024
_SMALLEST_SIDE_PX = 80
_LARGEST_SIDE_PX = 10_000


@dataclass(frozen=True)
class Source:
    """A picture as it was sent and as it was decoded: (height, width, 3) BGR, upright."""

    data: bytes
    pixels: npt.NDArray[np.uint8]

    @property
    def image_id(self) -> str:
        """The same for the same bytes, so that a repeated IndexFaces is recognised."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(self.data).hexdigest()))


class Pictures:
    """Reads pictures.

    Args:
        s3_endpoint: of the S3 that holds `S3Object` pictures; None takes AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL.
            Without either no S3 is asked, and never the real one.
    """

    def __init__(self, s3_endpoint: str | None = None) -> None:
        environment = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self._s3_endpoint = s3_endpoint or environment
        self._lock = threading.Lock()

    def read(self, image: dict[str, Any]) -> Source:
        """The picture of a request's `Image` member.

        Raises:
            RekognitionError: with the service's own code for each way in which a picture can be unusable.
        """
        if len(image) != 1:
            raise invalid_parameter()
        data = image["Bytes"] if "Bytes" in image else self._fetch(image["S3Object"])
        return Source(data, decode(data))

    def _fetch(self, location: dict[str, str]) -> bytes:
        if not {"Bucket", "Name"} <= location.keys():
            raise invalid_parameter()
        try:
            with self._lock:
                client = self._s3
            bucket, key = location["Bucket"], location["Name"]
            if "Version" in location:
                answer = client.get_object(Bucket=bucket, Key=key, VersionId=location["Version"])
            else:
                answer = client.get_object(Bucket=bucket, Key=key)
            if answer["ContentLength"] > LARGEST_S3_BYTES:
                raise _too_large()
            return answer["Body"].read()
        except (BotoCoreError, ClientError) as error:
            raise RekognitionError(
                "InvalidS3ObjectException",
                f"Unable to get object metadata from S3. Check object key, region and/or access permissions. ({error})",
            ) from error

    @cached_property
    def _s3(self) -> "S3Client":
        if not self._s3_endpoint:
            message = "This server knows no S3: start it with --s3-endpoint or AWS_ENDPOINT_URL_S3."
            raise RekognitionError("InvalidS3ObjectException", message)
        return boto3.client(
            "s3",
            endpoint_url=self._s3_endpoint,
            region_name=os.environ.get("AWS_REGION", "us-east-1"),
            # Given, so that the SDK does not look for credentials on the network.
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "local"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
            aws_session_token=os.environ.get("AWS_SESSION_TOKEN"),
            config=Config(s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=20),
        )


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """The pixels of a JPEG or PNG, turned upright as its Exif data say.

    Raises:
        RekognitionError: InvalidImageFormatException, ImageTooLargeException over 10,000 px a side, or
            InvalidParameterException under 80 px.
    """
    # Image libraries take 60 MB, which an idle server does not need.
    import cv2  # noqa: PLC0415
    from PIL import Image, UnidentifiedImageError  # noqa: PLC0415

    try:
        with Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as header:
            size = header.size
    except Image.DecompressionBombError:
        raise _too_large() from None
    except (UnidentifiedImageError, OSError, SyntaxError):
        raise _not_an_image() from None
    if max(size) > _LARGEST_SIDE_PX:
        raise _too_large()
    if min(size) < _SMALLEST_SIDE_PX:
        raise invalid_parameter()
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise _not_an_image()
    return np.asarray(pixels, np.uint8)


def _not_an_image() -> RekognitionError:
    return RekognitionError("InvalidImageFormatException", "Request has invalid image format")


def _too_large() -> RekognitionError:
    return RekognitionError("ImageTooLargeException", "Image size is too large")
