"""Images over HTTP: formats, sizes, orientation, and images in S3."""

import io
import struct
import threading
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from PIL import Image

from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from tests.support.rekognition_client import OBAMA, client, error_of, jpeg

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

FIFTEEN_MB = 15 * 1024 * 1024


class OneBucket(BaseHTTPRequestHandler):
    """An S3 server with the objects of one bucket, path style."""

    objects: dict[str, bytes] = {  # noqa: RUF012 (never changed)
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
            self.close_connection = True  # the client closes the connection when an image is too large

    def log_message(self, *_: object) -> None:
        """Log nothing."""


@pytest.fixture(scope="module")
def s3() -> Iterator[str]:
    with ThreadingHTTPServer(("127.0.0.1", 0), OneBucket) as bucket:
        thread = threading.Thread(target=bucket.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{bucket.server_port}"
        bucket.shutdown()
        thread.join()


@pytest.fixture(scope="module")
def rekognition(s3: str) -> Iterator["RekognitionClient"]:
    with running(Service(s3_endpoint=s3)) as url:
        yield client(url)


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
def test_only_jpeg_and_png_are_accepted(rekognition: "RekognitionClient", data: bytes) -> None:
    assert detect(rekognition, data) == ("InvalidImageFormatException", 400)


def test_png_is_read_in_every_color_mode(rekognition: "RekognitionClient") -> None:
    with Image.open(OBAMA) as photo:
        for mode in ("RGB", "RGBA", "L", "P"):
            buffer = io.BytesIO()
            photo.convert(mode).save(buffer, "PNG")
            assert len(rekognition.detect_faces(Image={"Bytes": buffer.getvalue()})["FaceDetails"]) == 1


def test_exif_orientation_is_applied(rekognition: "RekognitionClient") -> None:
    def box(data: bytes) -> list[float]:
        (detail,) = rekognition.detect_faces(Image={"Bytes": data})["FaceDetails"]
        return [detail["BoundingBox"][side] for side in ("Left", "Top", "Width", "Height")]

    buffer = io.BytesIO()
    with Image.open(OBAMA) as photo:
        exif = Image.Exif()
        exif[0x0112] = 6  # rotate by 90 degrees clockwise to view
        photo.transpose(Image.Transpose.ROTATE_90).save(buffer, "JPEG", exif=exif, quality=95)
    assert box(buffer.getvalue()) == pytest.approx(box(OBAMA.read_bytes()), abs=0.02)


def test_sizes_over_rekognitions_limits_are_refused(rekognition: "RekognitionClient") -> None:
    assert detect(rekognition, encoded("JPEG", (300, 79))) == ("InvalidParameterException", 400)
    assert detect(rekognition, encoded("PNG", (10_001, 90))) == ("ImageTooLargeException", 400)
    code, message, status = error_of(lambda: rekognition.detect_faces(Image={"Bytes": bytes(5 * 1024 * 1024 + 1)}))
    assert (code, status) == ("ValidationException", 400)
    assert message.endswith("constraint: Member must have length less than or equal to 5242880")


@pytest.mark.parametrize("size", [(79, 300), (300, 79), (64, 64)])
@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_sides_under_80_px_are_refused_by_every_operation(
    rekognition: "RekognitionClient", kind: str, size: tuple[int, int]
) -> None:
    picture: Any = {"Bytes": encoded(kind, size)}
    with suppress(rekognition.exceptions.ResourceAlreadyExistsException):
        rekognition.create_collection(CollectionId="small")
    for request in (
        lambda: rekognition.detect_faces(Image=picture),
        lambda: rekognition.index_faces(CollectionId="small", Image=picture),
        lambda: rekognition.search_faces_by_image(CollectionId="small", Image=picture),
    ):
        assert error_of(request) == ("InvalidParameterException", "Request has invalid parameters", 400)


def test_a_decompression_bomb_is_not_decoded(rekognition: "RekognitionClient") -> None:
    small = bytearray(encoded("PNG"))
    small[16:24] = struct.pack(">II", 30_000, 30_000)  # width and height
    small[29:33] = struct.pack(">I", zlib.crc32(small[12:29]))
    assert detect(rekognition, bytes(small)) == ("ImageTooLargeException", 400)


def test_an_image_is_read_from_s3(rekognition: "RekognitionClient") -> None:
    place: Any = {"Bucket": "photos", "Name": "cases/MP900101.jpg"}
    assert len(rekognition.detect_faces(Image={"S3Object": place})["FaceDetails"]) == 1
    later: Any = {"S3Object": place | {"Version": "v2"}}
    code, *_ = error_of(lambda: rekognition.detect_faces(Image=later))
    assert code == "InvalidImageFormatException"


@pytest.mark.parametrize(
    ("name", "expected"), [("no-such.jpg", "InvalidS3ObjectException"), ("large.jpg", "ImageTooLargeException")]
)
def test_an_unusable_image_in_s3_is_refused(rekognition: "RekognitionClient", name: str, expected: str) -> None:
    code, _, status = error_of(lambda: rekognition.detect_faces(Image={"S3Object": {"Bucket": "photos", "Name": name}}))
    assert (code, status) == (expected, 400)


def test_without_an_endpoint_s3_is_not_called(monkeypatch: pytest.MonkeyPatch) -> None:
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


def test_concurrent_callers_get_their_own_answers(rekognition: "RekognitionClient") -> None:
    blank = jpeg(np.full((300, 300, 3), 120, np.uint8))
    photo = OBAMA.read_bytes()

    def faces(number: int) -> int:
        return len(rekognition.detect_faces(Image={"Bytes": photo if number % 2 else blank})["FaceDetails"])

    with ThreadPoolExecutor(12) as callers:
        assert list(callers.map(faces, range(24))) == [0, 1] * 12
