"""IndexFaces, ListFaces, DeleteFaces, DetectFaces."""

import uuid
from typing import TYPE_CHECKING, Any

from local_cloud.rekognition import response_parts
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION
from local_cloud.rekognition.face_collections import StoredFace
from local_cloud.rekognition.pages import next_token, page_size, start_row
from local_cloud.rekognition.service import Service

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.face_engine import Face
    from local_cloud.rekognition.engine.images import Image


def index_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Add the largest faces that pass the quality filter, and give the reason for each face that is left out."""
    service.collections.require(request["CollectionId"])
    image, faces = service.faces_in(request["Image"])
    records: list[dict[str, Any]] = []
    unindexed: list[dict[str, Any]] = []
    for face in faces:
        reasons = reasons_against(face, request.get("QualityFilter", "AUTO"))
        if not reasons and len(records) == request.get("MaxFaces"):
            reasons = ["EXCEEDS_MAX_FACES"]
        detail = response_parts.face_detail(face, image)
        if reasons:
            unindexed.append({"Reasons": reasons, "FaceDetail": detail})
        else:
            stored = _index(service, request, image, face)
            records.append({"Face": response_parts.stored_face(stored), "FaceDetail": detail})
    return {"FaceRecords": records, "UnindexedFaces": unindexed, "FaceModelVersion": FACE_MODEL_VERSION}


def _index(service: Service, request: dict[str, Any], image: "Image", face: "Face") -> StoredFace:
    box = response_parts.bounding_box(face, image)
    stored = StoredFace(
        face_id=str(uuid.uuid4()),
        image_id=image.image_id,
        external_image_id=request.get("ExternalImageId"),
        left=box["Left"],
        top=box["Top"],
        width=box["Width"],
        height=box["Height"],
        confidence=100 * face.score,
    )
    return service.collections.add_face(
        request["CollectionId"], stored, lambda: service.engine.embed(image.pixels, face)
    )


def list_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """List all faces, or those with the given ids, in the order of indexing."""
    size = page_size(request, default=1000)
    faces = service.collections.faces(
        request["CollectionId"], face_ids=request.get("FaceIds"), after=start_row(request), limit=size + 1
    )
    return {
        "Faces": [response_parts.stored_face(face) for _, face in faces[:size]],
        "FaceModelVersion": FACE_MODEL_VERSION,
        **next_token([row for row, _ in faces], size),
    }


def delete_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Delete faces, and report those that do not exist."""
    face_ids = list(dict.fromkeys(request["FaceIds"]))
    found = service.collections.delete_faces(request["CollectionId"], face_ids)
    missing = [{"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]} for face_id in face_ids if face_id not in found]
    return {
        "DeletedFaces": [face_id for face_id in face_ids if face_id in found],
        "UnsuccessfulFaceDeletions": missing,
    }


def detect_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Describe every face, largest first."""
    image, faces = service.faces_in(request["Image"])
    return {"FaceDetails": [response_parts.face_detail(face, image) for face in faces]}
