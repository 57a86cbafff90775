"""The members that several answers of the service share, from faces to Rekognition's JSON."""

from typing import TYPE_CHECKING, Any

from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION
from local_cloud.rekognition.face_collections import StoredFace

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import Face
    from local_cloud.rekognition.engine.pictures import Source

_LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


def bounding_box(face: "Face", source: "Source") -> dict[str, float]:
    """The box in parts of the picture's width and height; it may begin below 0 and end beyond 1, as Rekognition's."""
    height, width = source.pixels.shape[:2]
    return {
        "Left": face.box.left / width,
        "Top": face.box.top / height,
        "Width": face.box.width / width,
        "Height": face.box.height / height,
    }


def face_detail(face: "Face", source: "Source") -> dict[str, Any]:
    """`FaceDetail` with the default attributes; there is no model here for the others (age, emotions and so on)."""
    height, width = source.pixels.shape[:2]
    return {
        "BoundingBox": bounding_box(face, source),
        "Confidence": 100 * face.score,
        "Landmarks": [
            {"Type": kind, "X": x / width, "Y": y / height}
            for kind, (x, y) in zip(_LANDMARKS, face.points.tolist(), strict=True)
        ],
        "Pose": {"Roll": face.pose.roll, "Yaw": face.pose.yaw, "Pitch": face.pose.pitch},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
    }


def stored_face(face: StoredFace) -> dict[str, Any]:
    """`Face`."""
    optional = {"ExternalImageId": face.external_image_id, "UserId": face.user_id}
    return {
        "FaceId": face.face_id,
        "ImageId": face.image_id,
        "BoundingBox": {"Left": face.left, "Top": face.top, "Width": face.width, "Height": face.height},
        "Confidence": face.confidence,
        "IndexFacesModelVersion": FACE_MODEL_VERSION,
        **{name: value for name, value in optional.items() if value is not None},
    }


def face_match(match: tuple[float, StoredFace]) -> dict[str, Any]:
    """`FaceMatch`."""
    similarity, face = match
    return {"Similarity": similarity, "Face": stored_face(face)}
