"""The custom resource that creates, adopts and deletes a face collection. Every request is idempotent."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any

from lambdas.common.collection_names import belongs_to, is_deployed_collection

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_rekognition import RekognitionClient

# The tag with the id of the stack that created the collection. An adopted collection has another value, or no tag.
CREATED_BY = "homeward:created-by"


def handle_face_collection(rekognition: RekognitionClient, event: dict[str, Any]) -> dict[str, Any]:
    """Handle an event of CloudFormation. Create and Update adopt a collection that exists.

    Raises:
        KeyError: a property of the resource is missing.
        ClientError: Rekognition refused the request.
    """
    properties = event["ResourceProperties"]
    if event["RequestType"] == "Delete":
        if properties["Removal"] != "retain":
            for name in _to_delete(rekognition, event):
                with contextlib.suppress(rekognition.exceptions.ResourceNotFoundException):
                    rekognition.delete_collection(CollectionId=name)
        return {"PhysicalResourceId": event["PhysicalResourceId"]}
    collection_id = properties["CollectionId"]
    version = _create_or_adopt(rekognition, collection_id, stack=event["StackId"])
    return {"PhysicalResourceId": collection_id, "Data": {"FaceModelVersion": version}}


def _create_or_adopt(rekognition: RekognitionClient, collection_id: str, *, stack: str) -> str:
    """Return the version of the face model. After a creation no other request can fail and leave an orphan."""
    try:
        return rekognition.create_collection(CollectionId=collection_id, Tags={CREATED_BY: stack})["FaceModelVersion"]
    except rekognition.exceptions.ResourceAlreadyExistsException:
        return rekognition.describe_collection(CollectionId=collection_id)["FaceModelVersion"]


def _to_delete(rekognition: RekognitionClient, event: dict[str, Any]) -> Iterator[str]:
    """Yield the collections of the resource.

    If CloudFormation replaces a collection, only the physical id names the old one. If a creation failed, or its
    response was lost, the physical id names none: then the collection is deleted if this stack created it.
    """
    physical_id, collection_id = event["PhysicalResourceId"], event["ResourceProperties"]["CollectionId"]
    names = (
        name for page in rekognition.get_paginator("list_collections").paginate() for name in page["CollectionIds"]
    )
    if is_deployed_collection(physical_id):
        yield from (name for name in names if belongs_to(name, physical_id))
    elif collection_id in names and _created_by(rekognition, collection_id) == event["StackId"]:
        yield collection_id


def _created_by(rekognition: RekognitionClient, collection_id: str) -> str | None:
    """Return the id of the stack that created the collection, if its tag says so."""
    arn = rekognition.describe_collection(CollectionId=collection_id)["CollectionARN"]
    return rekognition.list_tags_for_resource(ResourceArn=arn)["Tags"].get(CREATED_BY)
