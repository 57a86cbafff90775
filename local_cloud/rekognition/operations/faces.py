"""IndexFaces, ListFaces, DeleteFaces, DetectFaces, CompareFaces."""

import uuid
from typing import TYPE_CHECKING, Any

from local_cloud.rekognition import answers
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION, similarities
from local_cloud.rekognition.errors import invalid_parameter
from local_cloud.rekognition.face_collections import StoredFace
from local_cloud.rekognition.pages import next_token, page_size, start_row
from local_cloud.rekognition.service import Service

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import Face
    from local_cloud.rekognition.engine.pictures import Source


def index_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Adds the largest faces that pass the quality filter, and says why it left out the others."""
    service.collections.require(request["CollectionId"])
    source, faces = service.faces_in(request["Image"])
    records: list[dict[str, Any]] = []
    unindexed: list[dict[str, Any]] = []
    for face in faces:
        reasons = reasons_against(face, request.get("QualityFilter", "AUTO"))
        if not reasons and len(records) == request.get("MaxFaces"):
            reasons = ["EXCEEDS_MAX_FACES"]
        detail = answers.face_detail(face, source)
        if reasons:
            unindexed.append({"Reasons": reasons, "FaceDetail": detail})
        else:
            stored = _index(service, request, source, face)
            records.append({"Face": answers.stored_face(stored), "FaceDetail": detail})
    return {"FaceRecords": records, "UnindexedFaces": unindexed, "FaceModelVersion": FACE_MODEL_VERSION}


def _index(service: Service, request: dict[str, Any], source: "Source", face: "Face") -> StoredFace:
    box = answers.bounding_box(face, source)
    stored = StoredFace(
        face_id=str(uuid.uuid4()),
        image_id=source.image_id,
        external_image_id=request.get("ExternalImageId"),
        left=box["Left"],
        top=box["Top"],
        width=box["Width"],
        height=box["Height"],
        confidence=100 * face.score,
    )
    return service.collections.add_face(
        request["CollectionId"], stored, lambda: service.engine.embed(source.pixels, face)
    )


def list_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """In the order in which they came; of one user, or with these ids, if the caller says so."""
    size = page_size(request, default=1000)
    if "UserId" in request:
        service.users.require(request["CollectionId"], request["UserId"])
    faces = service.collections.faces(
        request["CollectionId"],
        face_ids=request.get("FaceIds"),
        user_id=request.get("UserId"),
        after=start_row(request),
        limit=size + 1,
    )
    return {
        "Faces": [answers.stored_face(face) for _, face in faces[:size]],
        "FaceModelVersion": FACE_MODEL_VERSION,
        **next_token([row for row, _ in faces], size),
    }


def delete_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Deletes faces but those of users, which must be disassociated first."""
    wanted = list(dict.fromkeys(request["FaceIds"]))
    owners = service.collections.delete_faces(request["CollectionId"], wanted)
    refused = [
        {"FaceId": face_id, "Reasons": ["FACE_NOT_FOUND"]}
        if face_id not in owners
        else {"FaceId": face_id, "UserId": owners[face_id], "Reasons": ["ASSOCIATED_TO_AN_EXISTING_USER"]}
        for face_id in wanted
        if owners.get(face_id, "") is not None
    ]
    deleted = [face_id for face_id in wanted if owners.get(face_id, "") is None]
    return {"DeletedFaces": deleted, "UnsuccessfulFaceDeletions": refused}


def detect_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """Every face, largest first."""
    source, faces = service.faces_in(request["Image"])
    return {"FaceDetails": [answers.face_detail(face, source) for face in faces]}


def compare_faces(service: Service, request: dict[str, Any]) -> dict[str, Any]:
    """The source picture's largest face against every face of the target picture."""
    quality_filter = request.get("QualityFilter", "NONE")
    source, source_faces = service.faces_in(request["SourceImage"])
    target, target_faces = service.faces_in(request["TargetImage"])
    sources = [face for face in source_faces if not reasons_against(face, quality_filter)]
    targets = [face for face in target_faces if not reasons_against(face, quality_filter)]
    if not sources or not targets:
        raise invalid_parameter()
    probe = service.engine.embed(source.pixels, sources[0])
    scored = [(_similarity(service, probe, target, face), answers.face_detail(face, target)) for face in targets]
    scored.sort(key=lambda pair: pair[0], reverse=True)
    threshold = request.get("SimilarityThreshold", 80)
    return {
        "SourceImageFace": {
            "BoundingBox": answers.bounding_box(sources[0], source),
            "Confidence": 100 * sources[0].score,
        },
        "FaceMatches": [{"Similarity": score, "Face": face} for score, face in scored if score >= threshold],
        "UnmatchedFaces": [face for score, face in scored if score < threshold],
    }


def _similarity(service: Service, probe: Any, target: "Source", face: "Face") -> float:
    return float(similarities(probe, service.engine.embed(target.pixels, face)[None])[0])
