"""The custom resource that creates, adopts and deletes a face collection. Every request is idempotent."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mypy_boto3_rekognition import RekognitionClient


def handle_face_collection(rekognition: RekognitionClient, event: dict[str, Any]) -> dict[str, Any]:
    """Handle an event of CloudFormation. Create and Update adopt a collection that exists.

    Raises:
        KeyError: a property of the resource is missing.
        ClientError: Rekognition refused the request.
    """
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete":
        # If CloudFormation replaces a collection, only the physical id names the old one.
        collection_id = event["PhysicalResourceId"]
        if properties["Removal"] != "retain":
            _delete(rekognition, collection_id)
        return {"PhysicalResourceId": collection_id}
    collection_id = properties["CollectionId"]
    with contextlib.suppress(rekognition.exceptions.ResourceAlreadyExistsException):
        rekognition.create_collection(CollectionId=collection_id)
    described = rekognition.describe_collection(CollectionId=collection_id)
    return {
        "PhysicalResourceId": collection_id,
        "Data": {
            "Arn": described["CollectionARN"],
            "FaceModelVersion": described["FaceModelVersion"],
        },
    }


def _delete(rekognition: RekognitionClient, collection_id: str) -> None:
    """Delete the collection and those of gallery rebuilds, whose names start with its own."""
    pages = rekognition.get_paginator("list_collections").paginate()
    names = [name for page in pages for name in page["CollectionIds"]]
    for name in names:
        if name == collection_id or name.startswith(f"{collection_id}-"):
            with contextlib.suppress(rekognition.exceptions.ResourceNotFoundException):
                rekognition.delete_collection(CollectionId=name)
