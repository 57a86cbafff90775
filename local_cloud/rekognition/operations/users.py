"""CreateUser, DeleteUser, ListUsers, AssociateFaces, DisassociateFaces."""

from typing import Any

from local_cloud.rekognition.pages import next_token, page_size, start_row
from local_cloud.rekognition.service import Service
from local_cloud.rekognition.users import Refusal

_THRESHOLD = 75  # of AssociateFaces


def create_user(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Repeated with the same token, it succeeds again."""
    service.users.create(request["CollectionId"], request["UserId"], request.get("ClientRequestToken"))
    return {}


def delete_user(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Its faces stay in the collection."""
    service.users.delete(request["CollectionId"], request["UserId"])
    return {}


def list_users(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """In the order in which they came."""
    size = page_size(request, default=100)
    users = service.users.page(request["CollectionId"], after=start_row(request), limit=size + 1)
    return {
        "Users": [{"UserId": user_id, "UserStatus": status} for _, user_id, status in users[:size]],
        **next_token([row for row, _, _ in users], size),
    }


def associate_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """At once, so the user is never UPDATING."""
    threshold = request.get("UserMatchThreshold", _THRESHOLD)
    result = service.users.associate(
        request["CollectionId"], request["UserId"], request["FaceIds"], threshold=threshold
    )
    return {
        "AssociatedFaces": [{"FaceId": face_id} for face_id in result.done],
        "UnsuccessfulFaceAssociations": [_refusal(refusal) for refusal in result.refused],
        "UserStatus": service.users.status(request["CollectionId"], request["UserId"]),
    }


def disassociate_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The faces stay in the collection."""
    result = service.users.disassociate(request["CollectionId"], request["UserId"], request["FaceIds"])
    return {
        "DisassociatedFaces": [{"FaceId": face_id} for face_id in result.done],
        "UnsuccessfulFaceDisassociations": [_refusal(refusal) for refusal in result.refused],
        "UserStatus": service.users.status(request["CollectionId"], request["UserId"]),
    }


def _refusal(refusal: Refusal) -> dict[str, Any]:
    optional = {"UserId": refusal.owner, "Confidence": refusal.confidence}
    return {
        "FaceId": refusal.face_id,
        "Reasons": [refusal.reason] if refusal.reason else [],
        **{name: value for name, value in optional.items() if value is not None},
    }
