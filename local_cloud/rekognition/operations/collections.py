"""CreateCollection, DescribeCollection, ListCollections, DeleteCollection, ListTagsForResource."""

from typing import Any

from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION
from local_cloud.rekognition.pages import next_token, page_size, start_key
from local_cloud.rekognition.service import Service


def create_collection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Create an empty collection. Its ARN lacks "arn:", like the one that Rekognition returns here."""
    service.collections.create(request["CollectionId"], request.get("Tags", {}))
    return {
        "StatusCode": 200,
        "CollectionArn": _arn(service, request).removeprefix("arn:"),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def describe_collection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Count the faces. Users are not implemented, so `UserCount` is 0."""
    description = service.collections.describe(request["CollectionId"])
    return {
        "FaceCount": description.faces,
        "UserCount": 0,
        "FaceModelVersion": FACE_MODEL_VERSION,
        "CollectionARN": _arn(service, request),
        "CreationTimestamp": description.created,
    }


def list_collections(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """List the ids in alphabetical order."""
    size = page_size(request, default=1000)
    names = service.collections.names(after=start_key(request), limit=size + 1)
    return {
        "CollectionIds": names[:size],
        "FaceModelVersions": [FACE_MODEL_VERSION] * len(names[:size]),
        **next_token(names, size),
    }


def delete_collection(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Delete the collection and its faces."""
    service.collections.delete(request["CollectionId"])
    return {"StatusCode": 200}


def list_tags_for_resource(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Read the tags of a collection, which the request names by its ARN."""
    return {"Tags": service.collections.tags(request["ResourceArn"].rpartition("/")[2])}


def _arn(service: Service, request: dict[str, Any]) -> str:
    return f"arn:aws:rekognition:{service.region}:000000000000:collection/{request['CollectionId']}"
