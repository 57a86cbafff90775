"""What the server refuses and where pictures come from, over HTTP."""

import io
import json
import struct
import threading
import urllib.error
import urllib.request
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from local_cloud.rekognition import server
from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from local_cloud.rekognition.throttle import Throttle
from tests.support.rekognition_client import OBAMA, client, error_of, jpeg

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

FIFTEEN_MB = 15 * 1024 * 1024
FACE_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class OneBucket(BaseHTTPRequestHandler):
    """S3 with the objects of one bucket, path style."""

    objects: dict[str, bytes] = {  # noqa: RUF012 not changed
        "/photos/cases/MP900101.jpg": OBAMA.read_bytes(),
        "/photos/cases/MP900101.jpg?versionId=v2": b"a later version, not a picture",
        "/photos/large.jpg": bytes(FIFTEEN_MB + 1),
    }

    def do_GET(self) -> None:
        found = self.objects.get(self.path)
        body = found or b"<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"
        self.send_response(200 if found else 404)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        try:
            self.wfile.write(body)
        except ConnectionError:
            self.close_connection = True  # a client may hang up on a picture that is too large

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OneBucket) as bucket:
        thread = threading.Thread(target=bucket.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{bucket.server_port}"
        bucket.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def url(s3: str) -> Iterator[str]:
    with running(Service(s3_endpoint=s3)) as url:
        yield url


@pytest.fixture(scope="module")
def rekognition(url: str) -> "RekognitionClient":
    return client(url)


def post(url: str, target: str, body: bytes) -> tuple[int, dict[str, Any]]:
    headers = {"X-Amz-Target": target, "Content-Type": "application/x-amz-json-1.1"}
    request = urllib.request.Request(url, body, headers)  # noqa: S310 our own server
    try:
        with urllib.request.urlopen(request) as answer:  # noqa: S310
            return answer.status, json.load(answer)
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)


def encoded(kind: str, size: tuple[int, int] = (200, 200), **options: Any) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (90, 90, 90)).save(buffer, kind, **options)
    return buffer.getvalue()


def detect(rekognition: "RekognitionClient", data: bytes) -> tuple[str, int]:
    code, _, status = error_of(lambda: rekognition.detect_faces(Image={"Bytes": data}))
    return code, status


@pytest.mark.parametrize(
    "data", [b"no picture", b"\xff\xd8\xff\xe0 broken", encoded("GIF"), encoded("WEBP"), encoded("PNG")[:100]]
)
def test_only_jpeg_and_png_are_pictures(rekognition: "RekognitionClient", data: bytes) -> None:
    assert detect(rekognition, data) == ("InvalidImageFormatException", 400)


def test_png_is_read_in_all_its_kinds(rekognition: "RekognitionClient") -> None:
    with Image.open(OBAMA) as photo:
        for mode in ("RGB", "RGBA", "L", "P"):
            buffer = io.BytesIO()
            photo.convert(mode).save(buffer, "PNG")
            assert len(rekognition.detect_faces(Image={"Bytes": buffer.getvalue()})["FaceDetails"]) == 1


def test_pictures_are_turned_upright_first(rekognition: "RekognitionClient") -> None:
    def box(data: bytes) -> list[float]:
        (detail,) = rekognition.detect_faces(Image={"Bytes": data})["FaceDetails"]
        return [detail["BoundingBox"][side] for side in ("Left", "Top", "Width", "Height")]

    buffer = io.BytesIO()
    with Image.open(OBAMA) as photo:
        exif = Image.Exif()
        exif[0x0112] = 6  # "turn by 90 degrees clockwise to view"
        photo.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", exif=exif, quality=95)
    assert box(buffer.getvalue()) == pytest.approx(box(OBAMA.read_bytes()), abs=0.02)


def test_sizes_that_rekognition_refuses(rekognition: "RekognitionClient") -> None:
    assert detect(rekognition, encoded("JPEG", (300, 79))) == ("InvalidParameterException", 400)
    assert detect(rekognition, encoded("PNG", (10_001, 90))) == ("ImageTooLargeException", 400)
    code, message, status = error_of(lambda: rekognition.detect_faces(Image={"Bytes": bytes(5 * 1024 * 1024 + 1)}))
    assert (code, status) == ("ValidationException", 400)
    assert message.endswith("constraint: Member must have length less than or equal to 5242880")


def test_a_small_file_that_would_unpack_to_gigabytes_is_not_unpacked(rekognition: "RekognitionClient") -> None:
    small = bytearray(encoded("PNG"))
    small[16:24] = struct.pack(">II", 30_000, 30_000)  # width and height
    small[29:33] = struct.pack(">I", zlib.crc32(small[12:29]))
    assert detect(rekognition, bytes(small)) == ("ImageTooLargeException", 400)


def test_a_picture_in_s3(rekognition: "RekognitionClient") -> None:
    place: Any = {"Bucket": "photos", "Name": "cases/MP900101.jpg"}
    assert len(rekognition.detect_faces(Image={"S3Object": place})["FaceDetails"]) == 1
    later: Any = {"S3Object": place | {"Version": "v2"}}
    code, *_ = error_of(lambda: rekognition.detect_faces(Image=later))
    assert code == "InvalidImageFormatException"


@pytest.mark.parametrize(
    ("name", "expected"), [("no-such.jpg", "InvalidS3ObjectException"), ("large.jpg", "ImageTooLargeException")]
)
def test_a_picture_in_s3_that_cannot_be_used(rekognition: "RekognitionClient", name: str, expected: str) -> None:
    code, _, status = error_of(lambda: rekognition.detect_faces(Image={"S3Object": {"Bucket": "photos", "Name": name}}))
    assert (code, status) == (expected, 400)


def test_without_an_s3_endpoint_no_s3_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AWS_ENDPOINT_URL_S3", raising=False)
    monkeypatch.delenv("AWS_ENDPOINT_URL", raising=False)
    with running(Service()) as url:
        call = client(url).detect_faces
        code, message, _ = error_of(lambda: call(Image={"S3Object": {"Bucket": "photos", "Name": "x"}}))
    assert code == "InvalidS3ObjectException"
    assert "--s3-endpoint" in message


def test_the_s3_endpoint_comes_from_the_environment(monkeypatch: pytest.MonkeyPatch, s3: str) -> None:
    monkeypatch.setenv("AWS_ENDPOINT_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("AWS_ENDPOINT_URL_S3", s3)
    with running(Service()) as url:
        answer = client(url).detect_faces(Image={"S3Object": {"Bucket": "photos", "Name": "cases/MP900101.jpg"}})
    assert len(answer["FaceDetails"]) == 1


@pytest.mark.parametrize(
    ("operation", "parameters", "broken"),
    [
        (
            "create_collection",
            {"CollectionId": "two words"},
            [("two words", "collectionId", r"satisfy regular expression pattern: [a-zA-Z0-9_.\-]+")],
        ),
        (
            "index_faces",
            {"CollectionId": "a", "Image": {"Bytes": b"x"}, "ExternalImageId": "a/b", "QualityFilter": "BEST"},
            [
                ("a/b", "externalImageId", r"satisfy regular expression pattern: [a-zA-Z0-9_.\-:]+"),
                ("BEST", "qualityFilter", "satisfy enum value set: [NONE, AUTO, LOW, MEDIUM, HIGH]"),
            ],
        ),
        (
            "list_faces",
            {"CollectionId": "a", "MaxResults": 4097},
            [("4097", "maxResults", "have value less than or equal to 4096")],
        ),
        (
            "create_collection",
            {"CollectionId": "c" * 256},
            [("c" * 200, "collectionId", "have length less than or equal to 255")],
        ),
        (
            "delete_faces",
            {"CollectionId": "a", "FaceIds": ["7" * 36]},
            [("7" * 36, "faceIds.1.member", f"satisfy regular expression pattern: {FACE_ID}")],
        ),
    ],
)
def test_the_service_models_constraints_hold(
    rekognition: "RekognitionClient", operation: str, parameters: dict[str, Any], broken: list[tuple[str, str, str]]
) -> None:
    code, message, status = error_of(lambda: getattr(rekognition, operation)(**parameters))
    assert (code, status) == ("ValidationException", 400)
    count, _, details = message.partition(" detected: ")
    assert count == f"{len(broken)} validation error{'s' if len(broken) > 1 else ''}"
    assert details.split("; ") == [
        f"Value '{value}' at '{place}' failed to satisfy constraint: Member must {constraint}"
        for value, place, constraint in broken
    ]


@pytest.mark.parametrize(
    ("target", "body", "code"),
    [
        ("RekognitionService.DetectLabels", b"{}", "UnknownOperationException"),
        ("", b"{}", "UnknownOperationException"),
        ("RekognitionService.ListCollections", b"{", "SerializationException"),
        ("RekognitionService.ListCollections", b"[]", "SerializationException"),
        ("RekognitionService.DetectFaces", b'{"Image": {"Bytes": "%%%"}}', "SerializationException"),
        ("RekognitionService.CreateCollection", b'{"CollectionId": 7}', "SerializationException"),
        ("RekognitionService.CreateCollection", b'{"CollectionId": null}', "ValidationException"),
        ("RekognitionService.DetectFaces", b'{"Image": {}}', "InvalidParameterException"),
        ("RekognitionService.DetectFaces", b'{"Image": {"S3Object": {"Bucket": "abc"}}}', "InvalidParameterException"),
    ],
)
def test_requests_that_no_sdk_sends(url: str, target: str, body: bytes, code: str) -> None:
    status, answer = post(url, target, body)
    assert (status, answer["__type"], answer["Code"]) == (400, code, code)
    assert answer["Message"]


def test_members_that_the_model_does_not_know_are_ignored(url: str) -> None:
    status, answer = post(url, "RekognitionService.ListCollections", b'{"FromTheFuture": 1, "NextToken": null}')
    assert (status, answer["CollectionIds"]) == (200, [])


def test_health(url: str) -> None:
    with urllib.request.urlopen(f"{url}/health") as answer:  # noqa: S310 our own server
        assert (answer.status, answer.read()) == (200, b"ok")


def test_over_the_limit_it_throttles_as_aws_does(url: str) -> None:
    del url
    with running(Service(), Throttle(2, clock=lambda: 0.0)) as limited:
        rekognition = client(limited)
        rekognition.list_collections()
        rekognition.list_collections()
        code, message, status = error_of(rekognition.list_collections)
        rekognition.create_collection(CollectionId="another-operation")
    assert (code, message, status) == ("ProvisionedThroughputExceededException", "Provisioned Rate Exceeded", 400)


def test_more_callers_than_it_can_hold_are_told_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MAX_IN_FLIGHT", 0)
    with running(Service()) as url:
        code, _, status = error_of(client(url).list_collections)
    assert (code, status) == ("ThrottlingException", 500)


def test_a_defect_is_an_internal_server_error(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    monkeypatch.setattr(service.collections, "names", lambda **_: 1 / 0)
    with running(service) as url:
        code, message, status = error_of(client(url).list_collections)
    assert (code, status) == ("InternalServerError", 500)
    assert message == "ZeroDivisionError: division by zero"


def test_pictures_from_many_callers_at_once(rekognition: "RekognitionClient") -> None:
    blank = jpeg(np.full((300, 300, 3), 120, np.uint8))
    photo = OBAMA.read_bytes()

    def faces(number: int) -> int:
        return len(rekognition.detect_faces(Image={"Bytes": photo if number % 2 else blank})["FaceDetails"])

    with ThreadPoolExecutor(12) as callers:
        assert list(callers.map(faces, range(24))) == [0, 1] * 12
