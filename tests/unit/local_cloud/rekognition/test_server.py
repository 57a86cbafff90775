"""The HTTP protocol of the server: validation, errors, throttling."""

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from local_cloud.rekognition import server
from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from local_cloud.rekognition.throttle import Throttle
from tests.support.rekognition_client import client, error_of

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient

FACE_ID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    with running(Service()) as url:
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
def test_broken_constraints_are_reported_in_awss_words(
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
        ("RekognitionService.DetectFaces", b'{"Image": {"Bytes": ""}}', "ValidationException"),
        ("RekognitionService.DetectFaces", b'{"Image": {}}', "InvalidParameterException"),
        ("RekognitionService.DetectFaces", b'{"Image": {"S3Object": {"Bucket": "abc"}}}', "InvalidParameterException"),
    ],
)
def test_malformed_requests_get_awss_error_codes(url: str, target: str, body: bytes, code: str) -> None:
    status, answer = post(url, target, body)
    assert (status, answer["__type"], answer["Code"]) == (400, code, code)
    assert answer["Message"]


def test_unknown_members_are_ignored(url: str) -> None:
    status, answer = post(url, "RekognitionService.ListCollections", b'{"FromTheFuture": 1, "NextToken": null}')
    assert (status, answer["CollectionIds"]) == (200, [])


def test_health_endpoint(url: str) -> None:
    with urllib.request.urlopen(f"{url}/health") as answer:  # noqa: S310 our own server
        assert (answer.status, answer.read()) == (200, b"ok")


def test_calls_over_the_limit_are_throttled(url: str) -> None:
    del url
    with running(Service(), Throttle(2, clock=lambda: 0.0)) as limited:
        rekognition = client(limited)
        rekognition.list_collections()
        rekognition.list_collections()
        code, message, status = error_of(rekognition.list_collections)
        rekognition.create_collection(CollectionId="another-operation")
    assert (code, message, status) == ("ProvisionedThroughputExceededException", "Provisioned Rate Exceeded", 400)


def test_too_many_requests_in_flight_are_throttled(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server, "_MAX_IN_FLIGHT", 0)
    with running(Service()) as url:
        code, _, status = error_of(client(url).list_collections)
    assert (code, status) == ("ThrottlingException", 500)


def test_a_bug_is_an_internal_server_error(monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service()
    monkeypatch.setattr(service.collections, "names", lambda **_: 1 / 0)
    with running(service) as url:
        code, message, status = error_of(client(url).list_collections)
    assert (code, status) == ("InternalServerError", 500)
    assert message == "ZeroDivisionError: division by zero"
