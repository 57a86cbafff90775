"""The parts that several Rekognition responses share: `BoundingBox`, `FaceDetail`, and `Face`."""

from typing import TYPE_CHECKING, Any

from local_cloud.rekognition.engine.similarity import FACE_MODEL_VERSION
from local_cloud.rekognition.face_collections import StoredFace

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.face_engine import Face
    from local_cloud.rekognition.engine.images import Image

_LANDMARKS = ("eyeLeft", "eyeRight", "nose", "mouthLeft", "mouthRight")


def bounding_box(face: "Face", image: "Image") -> dict[str, float]:
    """Make a `BoundingBox` in fractions of the image's size. Like Rekognition's, it may extend beyond the image."""
    height, width = image.pixels.shape[:2]
    return {
        "Left": face.box.left / width,
        "Top": face.box.top / height,
        "Width": face.box.width / width,
        "Height": face.box.height / height,
    }


def face_detail(face: "Face", image: "Image") -> dict[str, Any]:
    """Make a `FaceDetail` with the default attributes. No model for the others, such as age and emotions, is here."""
    height, width = image.pixels.shape[:2]
    return {
        "BoundingBox": bounding_box(face, image),
        "Confidence": 100 * face.score,
        "Landmarks": [
            {"Type": kind, "X": x / width, "Y": y / height}
            for kind, (x, y) in zip(_LANDMARKS, face.landmarks.tolist(), strict=True)
        ],
        "Pose": {"Roll": face.pose.roll, "Yaw": face.pose.yaw, "Pitch": face.pose.pitch},
        "Quality": {"Brightness": face.brightness, "Sharpness": face.sharpness},
    }


def stored_face(face: StoredFace) -> dict[str, Any]:
    """Make a `Face`."""
    external = {} if face.external_image_id is None else {"ExternalImageId": face.external_image_id}
    return {
        "FaceId": face.face_id,
        "ImageId": face.image_id,
        "BoundingBox": {"Left": face.left, "Top": face.top, "Width": face.width, "Height": face.height},
        "Confidence": face.confidence,
        "IndexFacesModelVersion": FACE_MODEL_VERSION,
        **external,
    }
