"""Reads the image of a request, from its bytes or from S3."""

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

_MAX_S3_BYTES = 15 * 1024 * 1024
_MIN_SIDE_PX = 80
_MAX_SIDE_PX = 10_000


@dataclass(frozen=True)
class Image:
    """An image as received, and decoded: (height, width, 3) BGR, upright."""

    data: bytes
    pixels: npt.NDArray[np.uint8]

    @property
    def image_id(self) -> str:
        """A hash of the bytes, which makes IndexFaces idempotent."""
        return str(uuid.uuid5(uuid.NAMESPACE_OID, hashlib.sha256(self.data).hexdigest()))


class ImageReader:
    """Reads images from requests and from S3.

    Args:
        s3_endpoint: Endpoint that has the `S3Object` images; default AWS_ENDPOINT_URL_S3 or AWS_ENDPOINT_URL. Without
            an endpoint every `S3Object` is an error: the reader never calls the real S3.
    """

    def __init__(self, s3_endpoint: str | None = None) -> None:
        environment = os.environ.get("AWS_ENDPOINT_URL_S3") or os.environ.get("AWS_ENDPOINT_URL")
        self._s3_endpoint = s3_endpoint or environment
        self._lock = threading.Lock()

    def read(self, member: dict[str, Any]) -> Image:
        """Read the image of a request's `Image` member.

        Raises:
            RekognitionError: The image cannot be used; the code is the one that Rekognition returns.
        """
        if len(member) != 1:
            raise invalid_parameter()
        data = member["Bytes"] if "Bytes" in member else self._fetch(member["S3Object"])
        return Image(data, decode(data))

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
            if answer["ContentLength"] > _MAX_S3_BYTES:
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
            message = "This server has no S3 endpoint. Start it with --s3-endpoint or AWS_ENDPOINT_URL_S3."
            raise RekognitionError("InvalidS3ObjectException", message)
        return boto3.client(
            "s3",
            endpoint_url=self._s3_endpoint,
            region_name=os.environ.get("AWS_REGION", "us-east-1"),
            # Explicit credentials: otherwise the SDK looks for some on the network.
            aws_access_key_id=os.environ.get("AWS_ACCESS_KEY_ID", "local"),
            aws_secret_access_key=os.environ.get("AWS_SECRET_ACCESS_KEY", "local"),
            aws_session_token=os.environ.get("AWS_SESSION_TOKEN"),
            config=Config(s3={"addressing_style": "path"}, connect_timeout=5, read_timeout=20),
        )


def decode(data: bytes) -> npt.NDArray[np.uint8]:
    """Decode a JPEG or PNG and rotate it upright by its Exif orientation.

    Raises:
        RekognitionError: InvalidImageFormatException; ImageTooLargeException for a side over 10,000 px;
            InvalidParameterException for a side under 80 px.
    """
    # Image libraries take 60 MB of memory; an idle server does without.
    import cv2  # noqa: PLC0415
    import PIL.Image  # noqa: PLC0415

    try:
        with PIL.Image.open(io.BytesIO(data), formats=("JPEG", "PNG")) as header:
            size = header.size
    except PIL.Image.DecompressionBombError:
        raise _too_large() from None
    except (PIL.UnidentifiedImageError, OSError, SyntaxError):
        raise _not_an_image() from None
    if max(size) > _MAX_SIDE_PX:
        raise _too_large()
    if min(size) < _MIN_SIDE_PX:
        raise invalid_parameter()
    pixels = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)
    if pixels is None:
        raise _not_an_image()
    return np.asarray(pixels, np.uint8)


def _not_an_image() -> RekognitionError:
    return RekognitionError("InvalidImageFormatException", "Request has invalid image format")


def _too_large() -> RekognitionError:
    return RekognitionError("ImageTooLargeException", "Image size is too large")
