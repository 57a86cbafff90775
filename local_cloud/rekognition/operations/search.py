"""SearchFacesByImage and SearchFaces."""

from typing import Any

from local_cloud.rekognition import response_parts
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, Vector
from local_cloud.rekognition.errors import invalid_parameter
from local_cloud.rekognition.service import Service

_DEFAULT_THRESHOLD = 80
_DEFAULT_MAX_FACES = 80


def search_faces_by_image(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Find faces similar to the image's largest face that passes the quality filter."""
    service.collections.require(request["CollectionId"])
    image, faces = service.faces_in(request["Image"])
    usable = [face for face in faces if not reasons_against(face, request.get("QualityFilter", "NONE"))]
    if not usable:
        raise invalid_parameter("There are no faces in the image. Should be at least 1.")
    probe = service.engine.embed(image.pixels, usable[0])
    return {
        "SearchedFaceBoundingBox": response_parts.bounding_box(usable[0], image),
        "SearchedFaceConfidence": 100 * usable[0].score,
        "FaceMatches": _matches(service, request, probe),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def search_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Find faces similar to a face of the collection, without that face itself."""
    probe = service.collections.vector(request["CollectionId"], request["FaceId"])
    return {
        "SearchedFaceId": request["FaceId"],
        "FaceMatches": _matches(service, request, probe, excluding=request["FaceId"]),
        "FaceModelVersion": FACE_MODEL_VERSION,
    }


def _matches(
    service: Service, request: dict[str, Any], probe: Vector, excluding: str | None = None
) -> list[dict[str, Any]]:
    matches = service.collections.search(
        request["CollectionId"],
        probe,
        threshold=request.get("FaceMatchThreshold", _DEFAULT_THRESHOLD),
        limit=request.get("MaxFaces", _DEFAULT_MAX_FACES),
        excluding=excluding,
    )
    return [{"Similarity": similarity, "Face": response_parts.stored_face(face)} for similarity, face in matches]
