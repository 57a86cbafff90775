"""A boto3 client that checks each response against the service model, and pictures to send with it."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import cv2
import numpy as np
import numpy.typing as npt
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.validate import ParamValidator

from local_cloud.paths import ROOT

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

FACES = ROOT / ".local/faces"
OBAMA, OBAMA2, OBAMA3, BIDEN = (FACES / f"{name}.jpg" for name in ("obama", "obama2", "obama3", "biden"))

Pixels = npt.NDArray[np.uint8]


def client(url: str) -> "RekognitionClient":
    """Build a client for this endpoint, without retries."""
    rekognition = boto3.client(
        "rekognition",
        endpoint_url=url,
        region_name="us-east-1",
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
    )
    rekognition.meta.events.register("before-parse.rekognition", _check_answer)
    return rekognition


def _check_answer(operation_model: Any, response_dict: dict[str, Any], **_: Any) -> None:
    """Fail on unknown members, which the SDK drops, and on wrong types."""
    if response_dict["status_code"] == 200:
        answer = json.loads(response_dict["body"])
        if answer.get("DeletedFaces") == []:
            del answer["DeletedFaces"]  # the service sends an empty list, although its model requires one member
        report = ParamValidator().validate(answer, operation_model.output_shape)
        assert not report.has_errors(), report.generate_report()


def index(rekognition: "RekognitionClient", collection: str, path: Path, external_image_id: str) -> str:
    """Index a picture with one face and return the face's id."""
    image: Any = {"Bytes": path.read_bytes()}
    answer = rekognition.index_faces(CollectionId=collection, Image=image, ExternalImageId=external_image_id)
    (record,) = answer["FaceRecords"]
    return record["Face"]["FaceId"]


def error_of(call: Callable[[], object]) -> tuple[str, str, int]:
    """Return code, message and HTTP status of the error that the call raises."""
    with pytest.raises(ClientError) as raised:
        call()
    answer: Any = raised.value.response
    return answer["Error"]["Code"], answer["Error"]["Message"], answer["ResponseMetadata"]["HTTPStatusCode"]


def pixels(path: Any) -> Pixels:
    picture = cv2.imread(str(path))
    assert picture is not None, f"{path} is missing: run `make setup`"
    return np.asarray(picture, np.uint8)


def jpeg(picture: npt.NDArray[Any]) -> bytes:
    return bytes(cv2.imencode(".jpg", picture)[1])


def side_by_side(*pictures: Pixels, height: int = 600) -> Pixels:
    widths = [round(picture.shape[1] * height / picture.shape[0]) for picture in pictures]
    scaled = [cv2.resize(picture, (width, height)) for picture, width in zip(pictures, widths, strict=True)]
    return np.asarray(np.hstack(scaled), np.uint8)


def group_photo(portrait: Pixels, *, size: tuple[int, int], count: int, side: int) -> Pixels:
    """Paste a portrait several times, `side` pixels high, into a large gray picture of this width and height."""
    width, height = size
    picture = np.full((height, width, 3), 120, np.uint8)
    small = cv2.resize(portrait, (side, side), interpolation=cv2.INTER_AREA)
    for number in range(count):
        left, top = (2 * number + 1) * width // (2 * count), (number + 1) * height // (count + 2)
        picture[top : top + side, left : left + side] = small
    return picture
