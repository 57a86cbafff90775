"""A Rekognition face collection in memory."""

from __future__ import annotations

import hashlib
import uuid
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_s3 import S3Client

ONE_FACE = [(0.4, 0.4)]


def client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} (made by the test)"}}, operation)


@dataclass
class MemoryRekognition:
    """Behaves like Rekognition as far as ingest depends on it.

    `found` maps an object key to the faces (width, height of each box) of its picture. `before` and `after` get the
    operation's name, and may raise to fail a call before or after it takes effect.
    """

    s3: S3Client
    found: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    faces: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"faces": {}})
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None
    calls: list[str] = field(default_factory=list)

    def index_faces(self, **request: Any) -> dict[str, Any]:
        self._begin("IndexFaces")
        name, data = "", request["Image"].get("Bytes")
        if data is None:
            name = request["Image"]["S3Object"]["Name"]
            data = self.s3.get_object(Bucket=request["Image"]["S3Object"]["Bucket"], Key=name)["Body"].read()
        boxes = sorted(self.found.get(name, ONE_FACE), key=lambda box: -box[0] * box[1])
        details = [{"BoundingBox": {"Width": width, "Height": height}} for width, height in boxes]
        records = []
        for detail in details[: request["MaxFaces"]]:
            face = {"FaceId": str(uuid.uuid4()), "ExternalImageId": request["ExternalImageId"], **detail}
            self.faces[request["CollectionId"]][face["FaceId"]] = {**face, "picture": hashlib.sha256(data).digest()}
            records.append({"Face": face, "FaceDetail": detail})
        self.after("IndexFaces")
        unindexed = [{"FaceDetail": detail, "Reasons": ["EXCEEDS_MAX_FACES"]} for detail in details[1:]]
        return {"FaceRecords": records, "UnindexedFaces": unindexed}

    def delete_faces(self, **request: Any) -> dict[str, Any]:
        self._begin("DeleteFaces")
        if not request["FaceIds"]:
            raise client_error("InvalidParameterException", "DeleteFaces")
        collection = self.faces[request["CollectionId"]]
        deleted = [face for face in request["FaceIds"] if collection.pop(face, None)]
        self.after("DeleteFaces")
        return {"DeletedFaces": deleted}

    def search_faces(self, **request: Any) -> dict[str, Any]:
        self._begin("SearchFaces")
        collection = self.faces[request["CollectionId"]]
        probe = collection[request["FaceId"]]
        same = [face for face in collection.values() if face is not probe and face["picture"] == probe["picture"]]
        return {"FaceMatches": [{"Similarity": 100.0, "Face": face} for face in same]}

    def search_faces_by_image(self, **_: Any) -> dict[str, Any]:
        """Find nobody: the pictures of these tests show no faces."""
        self._begin("SearchFacesByImage")
        return {"FaceMatches": []}

    def list_faces(self, **request: Any) -> dict[str, Any]:
        """Return two faces a page, so that tests exercise paging."""
        self._begin("ListFaces")
        faces = list(self.faces[request["CollectionId"]].values())
        start = int(request.get("NextToken", "0"))
        more = {"NextToken": str(start + 2)} if start + 2 < len(faces) else {}
        return {"Faces": faces[start : start + 2], **more}

    def create_collection(self, **request: Any) -> None:
        if request["CollectionId"] in self.faces:
            raise client_error("ResourceAlreadyExistsException", "CreateCollection")
        self.faces[request["CollectionId"]] = {}

    def delete_collection(self, **request: Any) -> None:
        if self.faces.pop(request["CollectionId"], None) is None:
            raise client_error("ResourceNotFoundException", "DeleteCollection")

    def external_ids(self, collection: str = "faces") -> list[str]:
        return sorted(face["ExternalImageId"] for face in self.faces[collection].values())

    def _begin(self, operation: str) -> None:
        self.calls.append(operation)
        self.before(operation)
