"""The custom resource of the face collection, from CloudFormation's request to the local face server."""

from __future__ import annotations

import urllib.error
from typing import TYPE_CHECKING, Any

import pytest
from botocore.stub import Stubber

from lambdas.custom_resources.face_collection import handle_face_collection
from lambdas.custom_resources.response import NOT_CREATED, respond
from local_cloud.rekognition.server import running
from local_cloud.rekognition.service import Service
from tests.support.cloudformation import cloudformation
from tests.support.rekognition_client import client
from tests.unit.lambdas.custom_resources.events import COLLECTION, event

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_rekognition import RekognitionClient

REBUILT = f"{COLLECTION}-20261123030405"
# Collections of the agencies springfield-dev and springfield-devils, and of another environment.
FOREIGN = [f"{COLLECTION}-dev", f"{COLLECTION}-dev-20261123030405", f"{COLLECTION}ils-dev", "homeward-springfield-prod"]
OF_CLOUDFORMATION = "springfield-dev-Ingest-FacesResource-1ABCDEFGHIJK"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running(Service()) as url:
        yield url


@pytest.fixture
def rekognition(server: str) -> Iterator[RekognitionClient]:
    rekognition = client(server)
    yield rekognition
    for name in names(rekognition):
        rekognition.delete_collection(CollectionId=name)


def names(rekognition: RekognitionClient) -> list[str]:
    return rekognition.list_collections()["CollectionIds"]


def response(rekognition: RekognitionClient, kind: str, *, lost: int = 0, **members: Any) -> dict[str, Any]:
    """Return the response to an event. Lambda delivers an event again if the function fails."""
    with cloudformation(lost=lost) as (url, responses):
        request = event(kind, ResponseURL=url, **members)
        for _ in range(lost):
            with pytest.raises(urllib.error.HTTPError):
                respond(request, lambda event: handle_face_collection(rekognition, event))
        respond(request, lambda event: handle_face_collection(rekognition, event))
    [(result, _)] = responses
    return result


def refuse(rekognition: RekognitionClient, monkeypatch: pytest.MonkeyPatch, operation: str) -> None:
    def fail(**_: Any) -> None:
        raise rekognition.exceptions.ThrottlingException({"Error": {"Code": "ThrottlingException"}}, operation)

    monkeypatch.setattr(rekognition, operation, fail)


@pytest.mark.parametrize("kind", ["Create", "Update"])
@pytest.mark.parametrize("existing", [[], [COLLECTION]], ids=["new", "adopted"])
def test_collection_is_created_or_adopted(rekognition: RekognitionClient, kind: str, existing: list[str]) -> None:
    for name in existing:
        rekognition.create_collection(CollectionId=name)
    result = response(rekognition, kind)
    version = rekognition.describe_collection(CollectionId=COLLECTION)["FaceModelVersion"]
    assert (result["Status"], result["PhysicalResourceId"]) == ("SUCCESS", COLLECTION)
    assert result["Data"] == {"FaceModelVersion": version}


@pytest.mark.parametrize("kind", ["Create", "Update", "Delete"])
@pytest.mark.parametrize("lost", [0, 1])
def test_second_delivery_has_the_response_of_the_first(rekognition: RekognitionClient, kind: str, lost: int) -> None:
    if kind != "Create":
        response(rekognition, "Create")
    first, second = response(rekognition, kind, lost=lost), response(rekognition, kind)
    assert first == second
    assert first["Status"] == "SUCCESS"
    assert names(rekognition) == ([] if kind == "Delete" else [COLLECTION])


@pytest.mark.parametrize(
    ("kind", "operation"),
    [("Create", "create_collection"), ("Update", "create_collection"), ("Delete", "delete_collection")],
)
def test_refusal_of_rekognition_fails_the_deployment(
    rekognition: RekognitionClient, monkeypatch: pytest.MonkeyPatch, kind: str, operation: str
) -> None:
    if kind != "Create":
        response(rekognition, "Create")
    before = names(rekognition)
    with monkeypatch.context() as refusing:
        refuse(rekognition, refusing, operation)
        result = response(rekognition, kind)
    assert result["Status"] == "FAILED"
    assert "ThrottlingException" in result["Reason"]
    assert result["PhysicalResourceId"] == (NOT_CREATED if kind == "Create" else COLLECTION)
    assert names(rekognition) == before
    assert response(rekognition, kind)["Status"] == "SUCCESS"


@pytest.mark.parametrize("physical_id", [NOT_CREATED, OF_CLOUDFORMATION])
def test_rollback_of_a_failed_creation_deletes_what_it_created(
    rekognition: RekognitionClient, monkeypatch: pytest.MonkeyPatch, physical_id: str
) -> None:
    for name in FOREIGN:
        rekognition.create_collection(CollectionId=name)
    # The first delivery creates the collection and dies; the second finds it, and fails to describe it.
    handle_face_collection(rekognition, event("Create"))
    with monkeypatch.context() as refusing:
        refuse(rekognition, refusing, "describe_collection")
        assert response(rekognition, "Create")["Status"] == "FAILED"
    assert response(rekognition, "Delete", physical_id=physical_id)["Status"] == "SUCCESS"
    assert names(rekognition) == sorted(FOREIGN)


@pytest.mark.parametrize("physical_id", [NOT_CREATED, OF_CLOUDFORMATION])
@pytest.mark.parametrize("tags", [{}, {"homeward:created-by": "an earlier stack"}])
def test_rollback_of_a_failed_creation_keeps_an_adopted_collection(
    rekognition: RekognitionClient, physical_id: str, tags: dict[str, str]
) -> None:
    rekognition.create_collection(CollectionId=COLLECTION, Tags=tags)
    response(rekognition, "Create")
    assert response(rekognition, "Delete", physical_id=physical_id)["Status"] == "SUCCESS"
    assert names(rekognition) == [COLLECTION]


@pytest.mark.parametrize("creator", ["this stack", "another"])
def test_deletion_includes_only_the_collections_of_own_rebuilds(rekognition: RekognitionClient, creator: str) -> None:
    for name in [REBUILT, *FOREIGN, *([COLLECTION] if creator == "another" else [])]:
        rekognition.create_collection(CollectionId=name)
    response(rekognition, "Create")
    assert response(rekognition, "Delete")["PhysicalResourceId"] == COLLECTION
    assert names(rekognition) == sorted(FOREIGN)


def test_replaced_collection_is_deleted_and_the_new_one_kept(rekognition: RekognitionClient) -> None:
    old = "homeward-shelbyville-dev"
    for name in (old, f"{old}-20261123030405", COLLECTION):
        rekognition.create_collection(CollectionId=name)
    # CloudFormation replaced the collection: the properties name the new one.
    response(rekognition, "Delete", physical_id=old)
    assert names(rekognition) == [COLLECTION]


@pytest.mark.parametrize("physical_id", [COLLECTION, NOT_CREATED, OF_CLOUDFORMATION])
def test_retained_collection_is_not_deleted(rekognition: RekognitionClient, physical_id: str) -> None:
    response(rekognition, "Create")
    with Stubber(rekognition):  # fails on any call
        result = response(rekognition, "Delete", removal="retain", physical_id=physical_id)
    assert (result["Status"], result["PhysicalResourceId"]) == ("SUCCESS", physical_id)
    assert names(rekognition) == [COLLECTION]


def test_every_page_of_collections_is_read(rekognition: RekognitionClient) -> None:
    stubbed = [[*FOREIGN, COLLECTION], [REBUILT]]
    with Stubber(rekognition) as stubber:
        stubber.add_response("list_collections", {"CollectionIds": stubbed[0], "NextToken": "more"}, {})
        stubber.add_response("delete_collection", {"StatusCode": 200}, {"CollectionId": COLLECTION})
        stubber.add_response("list_collections", {"CollectionIds": stubbed[1]}, {"NextToken": "more"})
        stubber.add_client_error("delete_collection", "ResourceNotFoundException")  # deleted meanwhile
        handle_face_collection(rekognition, event("Delete"))
        stubber.assert_no_pending_responses()
