from __future__ import annotations

from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.stub import Stubber

from lambdas.custom_resources.face_collection import handle_face_collection
from tests.unit.lambdas.custom_resources.events import COLLECTION, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_rekognition import RekognitionClient

ARN = f"arn:aws:rekognition:us-east-1:111111111111:collection/{COLLECTION}"


@pytest.fixture
def rekognition() -> Iterator[tuple[RekognitionClient, Stubber]]:
    client = boto3.client(
        "rekognition", region_name="us-east-1", aws_access_key_id="testing", aws_secret_access_key="testing"
    )
    with Stubber(client) as stubber:
        yield client, stubber
        stubber.assert_no_pending_responses()


def describe(stubber: Stubber) -> None:
    described = {"CollectionARN": ARN, "FaceModelVersion": "7.0", "FaceCount": 0}
    stubber.add_response("describe_collection", described, {"CollectionId": COLLECTION})


@pytest.mark.parametrize("kind", ["Create", "Update"])
def test_collection_is_created(rekognition: tuple[RekognitionClient, Stubber], kind: str) -> None:
    client, stubber = rekognition
    stubber.add_response("create_collection", {"CollectionArn": ARN}, {"CollectionId": COLLECTION})
    describe(stubber)
    assert handle_face_collection(client, event(kind)) == {
        "PhysicalResourceId": COLLECTION,
        "Data": {"Arn": ARN, "FaceModelVersion": "7.0"},
    }


def test_existing_collection_is_adopted(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_client_error("create_collection", "ResourceAlreadyExistsException")
    describe(stubber)
    assert handle_face_collection(client, event("Create"))["Data"]["FaceModelVersion"] == "7.0"


def test_refusal_of_rekognition_raises(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_client_error("create_collection", "AccessDeniedException", http_status_code=400)
    with pytest.raises(client.exceptions.AccessDeniedException):
        handle_face_collection(client, event("Create"))


def test_deletion_includes_the_collections_of_rebuilds(
    rekognition: tuple[RekognitionClient, Stubber],
) -> None:
    client, stubber = rekognition
    # CloudFormation replaced the collection: the properties name the new one.
    names = ["homeward-old", "homeward-old-2", "homeward-older", COLLECTION]
    stubber.add_response("list_collections", {"CollectionIds": names[:1], "NextToken": "more"}, {})
    stubber.add_response("list_collections", {"CollectionIds": names[1:]}, {"NextToken": "more"})
    for rebuilt in ("homeward-old", "homeward-old-2"):
        stubber.add_response("delete_collection", {"StatusCode": 200}, {"CollectionId": rebuilt})
    deleted = handle_face_collection(client, event("Delete", physical_id="homeward-old"))
    assert deleted == {"PhysicalResourceId": "homeward-old"}


def test_deleting_a_missing_collection_succeeds(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, stubber = rekognition
    stubber.add_response("list_collections", {"CollectionIds": [COLLECTION]}, {})
    stubber.add_client_error("delete_collection", "ResourceNotFoundException")
    assert handle_face_collection(client, event("Delete")) == {"PhysicalResourceId": COLLECTION}


def test_retained_collection_is_not_deleted(rekognition: tuple[RekognitionClient, Stubber]) -> None:
    client, _ = rekognition  # the stubber fails on any call
    assert handle_face_collection(client, event("Delete", removal="retain")) == {"PhysicalResourceId": COLLECTION}
