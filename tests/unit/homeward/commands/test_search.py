from __future__ import annotations

import io
import json
from typing import TYPE_CHECKING, Any

import boto3
import msgspec
import numpy as np
import pytest
from botocore.stub import ANY, Stubber
from PIL import Image

from lambdas.cases.case import CaseStatus
from local_cloud.paths import ROOT
from tests.support.rekognition_client import group_photo, jpeg, pixels
from tests.support.stories import MARLOWE, put_case
from tests.support.tiff import tiff

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client
    from typer.testing import Result

    from tests.support.town import Town

OTHER = msgspec.structs.replace(MARLOWE, case_id="namus:MP900102", source_id="MP900102")
STILL = ROOT / "node_modules" / "tabler-ui" / "src" / "demo" / "faces" / "male" / "1.jpg"
CLOSED = msgspec.structs.replace(MARLOWE, case_id="namus:MP900103", source_id="MP900103")


class Search:
    """A Rekognition client with one answer, which records the request."""

    def __init__(self, deploy: Callable[..., Town], photo: Path) -> None:
        self.client: Any = boto3.client("rekognition")
        self.stubber = Stubber(self.client)
        self.town, self.photo = deploy(rekognition=self.client), photo
        self.sent: dict[str, Any] = {}
        self.client.meta.events.register("before-parameter-build.rekognition", self._remember)

    def answers(self, *matches: tuple[str, float]) -> None:
        faces = [{"Similarity": similarity, "Face": {"ExternalImageId": image}} for image, similarity in matches]
        request = {
            "CollectionId": "faces",
            "Image": ANY,
            "FaceMatchThreshold": ANY,
            "MaxFaces": ANY,
            "QualityFilter": "NONE",
        }
        self.stubber.add_response("search_faces_by_image", {"FaceMatches": faces}, request)

    def refuses(self, code: str, message: str) -> None:
        self.stubber.add_client_error("search_faces_by_image", code, message)

    def run(self, *options: str) -> Result:
        return self.town.run("search", str(self.photo), "--agency-file", str(self.town.agency_file), *options)

    def _remember(self, params: dict[str, Any], **_: Any) -> None:
        self.sent = params


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "portrait.jpg"
    Image.effect_noise((300, 260), 90).convert("RGB").save(path)
    return path


@pytest.fixture
def search(deploy: Callable[..., Town], dynamodb: DynamoDBClient, photo: Path) -> Iterator[Search]:
    for case, status in ((MARLOWE, "open"), (OTHER, "open"), (CLOSED, "resolved")):
        put_case(dynamodb, case, CaseStatus(status))
    search = Search(deploy, photo)
    with search.stubber:
        yield search
        search.stubber.assert_no_pending_responses()


def test_candidates_show_the_threshold_they_reach(search: Search) -> None:
    search.answers(
        ("namus:MP900101:910102", 96.9),  # age-progressed: alert threshold 98
        ("namus:MP900101:910101", 95.9),
        ("namus:MP900102:910101", 99.0),
        ("namus:MP900103:910101", 99.9),
    )
    result = search.run("--json")
    assert result.exit_code == 0
    answer = json.loads(result.stdout)
    assert answer["verified"] is False
    assert [(found["case_id"], found["photo_id"], found["reached"]) for found in answer["candidates"]] == [
        ("namus:MP900102", "910101", "alone"),
        ("namus:MP900101", "910101", "alert"),
    ]
    assert (
        answer["candidates"][1] | {"similarity": 95.9, "photo_kind": "portrait", "photos": 2} == answer["candidates"][1]
    )


def test_table_says_not_verified(search: Search) -> None:
    search.answers(("namus:MP900101:910102", 70.0))
    result = search.run("--at-least", "60")
    assert result.exit_code == 0
    assert "possible match, not verified" in result.stdout
    assert "none" in result.stdout
    assert search.sent["FaceMatchThreshold"] == 60


def test_large_picture_is_scaled_and_rotated_before_sending(search: Search) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    Image.effect_noise((3000, 2600), 90).convert("RGB").save(search.photo, quality=99, exif=exif)
    assert search.photo.stat().st_size > 5_242_880, "larger than Rekognition's limit for bytes"
    search.answers()
    search.run()
    sent = Image.open(io.BytesIO(search.sent["Image"]["Bytes"]))
    assert len(search.sent["Image"]["Bytes"]) <= 5_242_880
    assert sent.size == (1664, 1920)
    assert search.sent["FaceMatchThreshold"] == 80


def test_limit_caps_the_candidates(search: Search) -> None:
    search.answers(("namus:MP900101:910101", 95.5), ("namus:MP900102:910101", 96.5))
    answer = json.loads(search.run("--limit", "1", "--json").stdout)
    assert [found["case_id"] for found in answer["candidates"]] == ["namus:MP900102"]


def test_no_candidate_exits_with_3_and_stores_nothing(search: Search, s3: S3Client) -> None:
    search.answers()
    assert search.run().exit_code == 3
    assert s3.list_objects_v2(Bucket="detection")["KeyCount"] == 0


@pytest.mark.parametrize(
    ("code", "message", "exit_code"),
    [
        ("InvalidParameterException", "There are no faces in the image. Should be at least 1.", 6),
        ("InvalidImageFormatException", "Request has invalid image format", 6),
        ("InvalidParameterException", "Request has invalid parameters", 6),
    ],
)
def test_unusable_picture_exits_with_6(search: Search, code: str, message: str, exit_code: int) -> None:
    search.refuses(code, message)
    result = search.run()
    assert result.exit_code == exit_code
    assert "portrait.jpg" in result.stderr


def test_face_too_small_for_rekognition_is_sent_alone(search: Search) -> None:
    group = group_photo(pixels(STILL), size=(6000, 800), count=3, side=100)
    search.photo.write_bytes(jpeg(group))
    search.refuses("InvalidParameterException", "There are no faces in the image. Should be at least 1.")
    search.answers(("namus:MP900101:910101", 95.5))
    result = search.run("--json")
    assert result.exit_code == 0, result.output
    sent = Image.open(io.BytesIO(search.sent["Image"]["Bytes"]))
    assert 80 <= max(sent.size) <= 480


def test_scan_of_16_bits_is_sent_with_its_tones(search: Search) -> None:
    search.photo.write_bytes(tiff(pixels(STILL)[..., 1].astype(np.uint16) * 257))
    search.answers()
    search.run()
    sent = Image.open(io.BytesIO(search.sent["Image"]["Bytes"])).convert("L")
    assert np.asarray(sent, float) == pytest.approx(pixels(STILL)[..., 1].astype(float), abs=30)


def test_file_that_is_no_picture_is_not_sent(search: Search) -> None:
    search.photo.write_bytes(b"%PDF-1.7")
    result = search.run()
    assert result.exit_code == 6
    assert "not an image" in result.stderr
