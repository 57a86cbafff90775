"""SearchFacesByImage, SearchFaces, SearchUsersByImage, SearchUsers."""

from typing import TYPE_CHECKING, Any

from local_cloud.rekognition import answers
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector
from local_cloud.rekognition.errors import invalid_parameter
from local_cloud.rekognition.service import Service

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import Face

_THRESHOLD = 80  # defaults of all four
_LIMIT = 80


def search_faces_by_image(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The faces like the picture's largest face that passes the quality filter."""
    collection = request["CollectionId"]
    service.collections.require(collection)
    source, faces = service.faces_in(request["Image"])
    usable = [face for face in faces if not reasons_against(face, request.get("QualityFilter", "NONE"))]
    if not usable:
        raise invalid_parameter("There are no faces in the image. Should be at least 1.")
    probe = service.engine.embed(source.pixels, usable[0])
    return {
        "SearchedFaceBoundingBox": answers.bounding_box(usable[0], source),
        "SearchedFaceConfidence": 100 * usable[0].score,
        "FaceMatches": _face_matches(service, request, probe),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def search_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The faces like one of the collection's, without that one."""
    probe = service.collections.vector(request["CollectionId"], request["FaceId"])
    return {
        "SearchedFaceId": request["FaceId"],
        "FaceMatches": _face_matches(service, request, probe, excluding=request["FaceId"]),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def search_users_by_image(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The users like the picture's largest face that passes the quality filter; no such face is no error here."""
    service.collections.require(request["CollectionId"])
    source, faces = service.faces_in(request["Image"])
    quality_filter = request.get("QualityFilter", "NONE")
    reasons = [reasons_against(face, quality_filter) for face in faces]
    searched: Face | None = next((face for face, why in zip(faces, reasons, strict=True) if not why), None)
    unsearched = [
        {"FaceDetails": answers.face_detail(face, source), "Reasons": why or ["FACE_NOT_LARGEST"]}
        for face, why in zip(faces, reasons, strict=True)
        if face is not searched
    ]
    answer = {"UserMatches": [], "UnsearchedFaces": unsearched, "FaceModelVersion": FACE_MODEL_VERSION}
    if searched is None:
        return answer
    probe = service.engine.embed(source.pixels, searched)
    return answer | {
        "UserMatches": _user_matches(service, request, probe),
        "SearchedFace": {"FaceDetail": answers.face_detail(searched, source)},
    }


def search_users(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The users like one of the collection's faces, or like one of its users, without that one."""
    collection, face_id, user_id = request["CollectionId"], request.get("FaceId"), request.get("UserId")
    if face_id and not user_id:
        probe, searched = service.collections.vector(collection, face_id), {"SearchedFace": {"FaceId": face_id}}
    elif user_id and not face_id:
        probe, searched = service.users.vector(collection, user_id), {"SearchedUser": {"UserId": user_id}}
    else:
        raise invalid_parameter("Either FaceId or UserId must be given, and not both")
    return {
        **searched,
        "UserMatches": _user_matches(service, request, probe, excluding=user_id),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def _face_matches(
    service: Service, request: dict[str, Any], probe: Vector, excluding: str | None = None
) -> list[dict[str, Any]]:
    matches = service.collections.search(
        request["CollectionId"],
        probe,
        threshold=request.get("FaceMatchThreshold", _THRESHOLD),
        limit=request.get("MaxFaces", _LIMIT),
        excluding=excluding,
    )
    return [answers.face_match(match) for match in matches]


def _user_matches(
    service: Service, request: dict[str, Any], probe: Vector, excluding: str | None = None
) -> list[dict[str, Any]]:
    matches = service.users.search(
        request["CollectionId"],
        probe,
        threshold=request.get("UserMatchThreshold", _THRESHOLD),
        limit=request.get("MaxUsers", _LIMIT),
        excluding=excluding,
    )
    return [
        {"Similarity": similarity, "User": {"UserId": user_id, "UserStatus": "ACTIVE"}}
        for similarity, user_id in matches
    ]
