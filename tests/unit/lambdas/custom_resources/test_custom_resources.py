"""Resources of our own: what CloudFormation hears of them, and what happens to collections and buckets."""

from __future__ import annotations

import http.server
import json
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.custom_resources.answer import NOT_MADE, answer
from lambdas.custom_resources.bucket_contents import NotDeletedError, empty
from lambdas.custom_resources.bucket_contents import carry_out as carry_out_on_bucket
from lambdas.custom_resources.face_collection import carry_out, read_request

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_s3 import S3Client

COLLECTION = "homeward-springfield-dev"
ARN = f"arn:aws:rekognition:us-east-1:111111111111:collection/{COLLECTION}"


@pytest.fixture
def rekognition() -> Iterator[tuple[RekognitionClient, Stubber]]:
    client = boto3.client(
        "rekognition", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def event(kind: str, *, removal: str = "destroy", physical_id: str = COLLECTION, **members: Any) -> dict[str, Any]:
    return {
        "RequestType": kind,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Faces",
        "ResourceProperties": {"CollectionId": COLLECTION, "BucketName": "detection", "Removal": removal},
        **({} if kind == "Create" else {"PhysicalResourceId": physical_id}),
        **members,
    }


@contextmanager
def cloudformation() -> Iterator[tuple[str, list[tuple[dict[str, Any], str | None]]]]:
    """A place for the answer: its URL, and what was put there with which content type."""
    answers: list[tuple[dict[str, Any], str | None]] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answers.append((json.loads(body), self.headers["Content-Type"]))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/answer?signature=x", answers
        finally:
            server.shutdown()
            thread.join()


def answered(kind: str, do: Callable[[dict[str, Any]], dict[str, Any]], **members: Any) -> dict[str, Any]:
    with cloudformation() as (url, answers):
        answer(event(kind, ResponseURL=url, **members), do)
    [(result, content_type)] = answers
    # S3 refuses a pre-signed request with a content type that was not signed.
    assert content_type == ""
    assert {name: result.pop(name) for name in ("StackId", "RequestId", "LogicalResourceId")} == {
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Faces",
    }
    return result


def test_success_is_answered_with_the_attributes() -> None:
    result = answered("Create", lambda _: {"PhysicalResourceId": "made", "Data": {"Arn": "arn"}})
    assert result == {"Status": "SUCCESS", "PhysicalResourceId": "made", "Data": {"Arn": "arn"}}


@pytest.mark.parametrize(("kind", "physical_id"), [("Create", NOT_MADE), ("Update", COLLECTION)])
def test_any_failure_fails_the_deployment_with_its_reason(kind: str, physical_id: str) -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise KeyError("CollectionId")

    result = answered(kind, refuse)
    assert result == {"Status": "FAILED", "Reason": "KeyError: 'CollectionId'", "PhysicalResourceId": physical_id}


def test_what_was_never_made_is_not_deleted_when_the_deployment_is_rolled_back() -> None:
    def refuse(_: dict[str, Any]) -> dict[str, Any]:
        raise AssertionError("nothing is to be done")

    assert answered("Delete", refuse, physical_id=NOT_MADE)["Status"] == "SUCCESS"


def describe(stubber: Stubber) -> None:
    described = {"CollectionARN": ARN, "FaceModelVersion": "7.0", "FaceCount": 0}
    stubber.add_response("describe_collection", described, {"CollectionId": COLLECTION})


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_a_collection_is_made(rekognition: tuple[RekognitionClient, Stubber], kind: str) -> None:
    client, stubber = rekognition
    stubber.add_response("create_collection", {"CollectionArn": ARN}, {"CollectionId": COLLECTION})
    describe(stubber)
    assert carry_out(client, read_request(event(kind))) == {
        "PhysicalResourceId": COLLECTION,
        "Data": {"Arn": ARN, "FaceModelVersion": "7.0"},
    }


def test_a_collection_that_is_there_is_adopted(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_client_error("create_collection", "ResourceAlreadyExistsException")
    describe(stubber)
    assert carry_out(client, read_request(event("Create")))["Data"]["FaceModelVersion"] == "7.0"


def test_what_rekognition_refuses_is_not_taken_for_success(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_client_error("create_collection", "AccessDeniedException", http_status_code=400)
    with pytest.raises(client.exceptions.AccessDeniedException):
        carry_out(client, read_request(event("Create")))


def test_a_collection_is_deleted_with_its_environment_and_with_those_of_its_rebuilds(
    rekognition: tuple[RekognitionClient, Stubber],
) -> None:
    client, stubber = rekognition
    # A replaced one: the properties name its successor already.
    names = ["homeward-old", "homeward-old-2", "homeward-older", COLLECTION]
    stubber.add_response("list_collections", {"CollectionIds": names[:1], "NextToken": "more"}, {})
    stubber.add_response("list_collections", {"CollectionIds": names[1:]}, {"NextToken": "more"})
    for rebuilt in ("homeward-old", "homeward-old-2"):
        stubber.add_response("delete_collection", {"StatusCode": 200}, {"CollectionId": rebuilt})
    request = read_request(event("Delete", physical_id="homeward-old"))
    assert carry_out(client, request) == {"PhysicalResourceId": "homeward-old"}


def test_a_collection_that_is_gone_is_no_reason_to_fail(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_response("list_collections", {"CollectionIds": [COLLECTION]}, {})
    stubber.add_client_error("delete_collection", "ResourceNotFoundException")
    assert carry_out(client, read_request(event("Delete"))) == {"PhysicalResourceId": COLLECTION}


def test_a_retained_collection_outlives_its_environment(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, _ = rekognition  # any call would be one too many for the stubber
    assert carry_out(client, read_request(event("Delete", removal="retain"))) == {"PhysicalResourceId": COLLECTION}


def keys(s3: S3Client) -> int:
    return sum(page["KeyCount"] for page in s3.get_paginator("list_objects_v2").paginate(Bucket="detection"))


def test_a_bucket_is_emptied_however_much_is_in_it(s3: S3Client) -> None:
    for number in range(1001):
        s3.put_object(Bucket="detection", Key=f"captures/{number}", Body=b"")
    bucket = carry_out_on_bucket(s3, event("Create"))["PhysicalResourceId"]
    assert keys(s3) == 1001
    assert carry_out_on_bucket(s3, event("Delete", physical_id=bucket)) == {"PhysicalResourceId": "detection"}
    assert keys(s3) == 0


@pytest.mark.parametrize(("kind", "removal"), [("Delete", "retain"), ("Update", "destroy"), ("Update", "retain")])
def test_a_bucket_that_stays_keeps_its_contents(s3: S3Client, kind: str, removal: str) -> None:
    s3.put_object(Bucket="detection", Key="encounters/1", Body=b"")
    carry_out_on_bucket(s3, event(kind, removal=removal, physical_id="detection"))
    assert keys(s3) == 1


def test_a_bucket_that_is_gone_is_empty(s3: S3Client) -> None:
    empty(s3, "no-such-bucket")


def test_objects_that_s3_does_not_delete_fail_the_removal() -> None:
    client = boto3.client("s3", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing")
    with Stubber(client) as stubber:
        stubber.add_response("list_objects_v2", {"Contents": [{"Key": "a"}]}, {"Bucket": "detection"})
        stubber.add_response("delete_objects", {"Errors": [{"Key": "a", "Code": "AccessDenied"}]})
        with pytest.raises(NotDeletedError, match="1 objects of detection, such as a: AccessDenied"):
            empty(client, "detection")
