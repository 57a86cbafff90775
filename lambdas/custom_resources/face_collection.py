"""Create, adopt and delete a face collection, however often CloudFormation asks."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


@dataclass(frozen=True, kw_only=True)
class Request:
    """What CloudFormation asks for. `kept` says that deleting the resource leaves the collection."""

    kind: str
    collection_id: str
    kept: bool


def read_request(event: dict[str, Any]) -> Request:
    """The request of a custom resource's event.

    Raises:
        KeyError: a property is missing.
    """
    properties = event["ResourceProperties"]
    deleted = event["RequestType"] == "Delete"
    # When a collection is replaced, the one to delete is the old one, which only the physical id names.
    collection_id = event["PhysicalResourceId"] if deleted else properties["CollectionId"]
    return Request(kind=event["RequestType"], collection_id=collection_id, kept=properties["Removal"] == "retain")


def carry_out(rekognition: RekognitionClient, request: Request) -> dict[str, Any]:
    """Carry the request out and answer with the resource's id and attributes.

    Raises:
        ClientError: Rekognition refused; the deployment fails and is rolled back.
    """
    if request.kind == "Delete":
        if not request.kept:
            _delete(rekognition, request.collection_id)
        return {"PhysicalResourceId": request.collection_id}
    with contextlib.suppress(rekognition.exceptions.ResourceAlreadyExistsException):
        rekognition.create_collection(CollectionId=request.collection_id)
    described = rekognition.describe_collection(CollectionId=request.collection_id)
    return {
        "PhysicalResourceId": request.collection_id,
        "Data": {
            "Arn": described["CollectionARN"],
            "FaceModelVersion": described["FaceModelVersion"],
        },
    }


def _delete(rekognition: RekognitionClient, collection_id: str) -> None:
    """Delete the collection, and those that a rebuild of the gallery made beside it: their names begin with its own."""
    pages = rekognition.get_paginator("list_collections").paginate()
    every = [name for page in pages for name in page["CollectionIds"]]
    for name in every:
        if name == collection_id or name.startswith(f"{collection_id}-"):
            with contextlib.suppress(rekognition.exceptions.ResourceNotFoundException):
                rekognition.delete_collection(CollectionId=name)
