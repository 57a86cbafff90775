"""Where the eyes of a picture's largest face are, found once a picture with Rekognition's DetectFaces."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import msgspec
from botocore.exceptions import BotoCoreError, ClientError

from lambdas.common.dynamodb import update_if
from lambdas.detection.search_refusals import MAX_REQUEST_BYTES
from lambdas.encounters.table import read_item, update_request

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.console.services import Services

_KEPT = timedelta(days=30)


class Face(msgspec.Struct, frozen=True, kw_only=True):
    """A face: its box (left, top, width, height) and its eyes (left x, y, right x, y), in fractions of the picture.

    `sharpness` and `brightness` are 0 to 100. Left is where it is in the picture.
    """

    box: tuple[float, float, float, float]
    eyes: tuple[float, float, float, float] | None = None
    sharpness: float = 0
    brightness: float = 0


@dataclass(frozen=True, kw_only=True)
class Faces:
    """Finds faces, and remembers where they are in the encounters table."""

    services: Services

    def known(self, bucket: str, key: str) -> Face | None:
        """Return the face of a picture that somebody has looked at before."""
        return _remembered(self._item(bucket, key))

    def find(self, bucket: str, key: str, data: bytes) -> Face | None:
        """Return the largest face; None if there is none, or Rekognition does not answer."""
        item = self._item(bucket, key)
        if item:
            return _remembered(item)
        try:
            found = largest(find_faces(self.services, data))
        except (ClientError, BotoCoreError):
            return None  # the picture is shown whole; the next look tries again
        self._remember(bucket, key, found)
        return found

    def _item(self, bucket: str, key: str) -> dict[str, Any]:
        return read_item(self.services.dynamodb, table=self.services.encounters_table, key=_key(bucket, key))

    def _remember(self, bucket: str, key: str, face: Face | None) -> None:
        ends = int((self.services.now() + _KEPT).timestamp())
        values = {":kind": "face", ":face": msgspec.to_builtins(face) if face else {}, ":ends": ends}
        update = update_request(
            self.services.encounters_table,
            _key(bucket, key),
            "SET kind = :kind, face = :face, expires_at = :ends",
            condition="attribute_not_exists(encounter_id) OR kind = :kind",
            values=values,
        )
        update_if(self.services.dynamodb, **update)


def find_faces(services: Services, data: bytes) -> list[Face]:
    """Return the faces of a JPEG of at most 5 MB, with the default attributes of DetectFaces.

    Raises:
        ClientError: Rekognition refuses the picture or the request.
    """
    if len(data) > MAX_REQUEST_BYTES:
        return []
    answer = services.rekognition().detect_faces(Image={"Bytes": data})
    return [_face(detail) for detail in answer["FaceDetails"]]


def largest(faces: list[Face]) -> Face | None:
    """Return the largest face, which Rekognition's searches use."""
    return max(faces, key=lambda face: face.box[2] * face.box[3], default=None)


def _face(detail: Mapping[str, Any]) -> Face:
    box, quality = detail["BoundingBox"], detail.get("Quality", {})
    points = {landmark["Type"]: (landmark["X"], landmark["Y"]) for landmark in detail.get("Landmarks", ())}
    eyes = None
    if {"eyeLeft", "eyeRight"} <= points.keys():
        (left_x, left_y), (right_x, right_y) = sorted((points["eyeLeft"], points["eyeRight"]))
        eyes = (left_x, left_y, right_x, right_y)
    return Face(
        box=(box["Left"], box["Top"], box["Width"], box["Height"]),
        eyes=eyes,
        sharpness=round(quality.get("Sharpness", 0), 1),
        brightness=round(quality.get("Brightness", 0), 1),
    )


def _remembered(item: Mapping[str, Any]) -> Face | None:
    return msgspec.convert(item["face"], type=Face) if item.get("face") else None


def _key(bucket: str, key: str) -> str:
    """Return the key of the item. It names no case: only a digest of the picture's key."""
    return f"face#{hashlib.sha256(f'{bucket}/{key}'.encode()).hexdigest()[:32]}"
