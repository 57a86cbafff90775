"""What the ingest tests share: a Rekognition in memory, pictures, a gallery, and a source over a fake network."""

from __future__ import annotations

import hashlib
import io
import json
import uuid
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import stamina
from botocore.exceptions import ClientError
from PIL import Image

from lambdas.ingest.face_collections import FaceCollections
from lambdas.ingest.gallery import Gallery
from lambdas.ingest.index_photo import PhotoIndex
from lambdas.ingest.lease import Leases
from lambdas.ingest.withdraw import Withdrawal

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

SOURCES = Path(__file__).parents[1] / "sources"
ONE_FACE = [(0.4, 0.4)]


def client_error(code: str, operation: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": f"{code} (made by the test)"}}, operation)


@dataclass
class MemoryRekognition:
    """A collection that behaves as the service does where ingest depends on it.

    `found` says which faces (width, height of each box) a picture has, by its object key; `before` and `after` are
    called with the operation's name and may raise, as a call that fails before or after it took effect.
    """

    s3: S3Client
    found: dict[str, list[tuple[float, float]]] = field(default_factory=dict)
    faces: dict[str, dict[str, dict[str, Any]]] = field(default_factory=lambda: {"faces": {}})
    before: Callable[[str], None] = lambda _: None
    after: Callable[[str], None] = lambda _: None
    calls: list[str] = field(default_factory=list)

    def index_faces(self, **request: Any) -> dict[str, Any]:
        self._begin("IndexFaces")
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

    def list_faces(self, **request: Any) -> dict[str, Any]:
        """Two faces a page, so that paging is exercised."""
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


@pytest.fixture(autouse=True)
def no_waiting() -> Iterator[None]:
    with stamina.set_testing(True, attempts=4):
        yield


@pytest.fixture
def rekognition(s3: S3Client) -> MemoryRekognition:
    return MemoryRekognition(s3)


@pytest.fixture
def gallery(s3: S3Client, dynamodb: DynamoDBClient, clock: Any) -> Gallery:
    return Gallery(s3=s3, dynamodb=dynamodb, bucket="gallery", table="cases", now=clock)


@pytest.fixture
def leases(dynamodb: DynamoDBClient, clock: Any) -> Leases:
    return Leases(dynamodb=dynamodb, table="cases", now=clock)


@pytest.fixture
def faces(rekognition: Any, dynamodb: DynamoDBClient) -> FaceCollections:
    return FaceCollections(rekognition=rekognition, dynamodb=dynamodb, table="cases", deployed="faces")


@pytest.fixture
def photos(s3: S3Client, leases: Leases, faces: FaceCollections) -> PhotoIndex:
    return PhotoIndex(s3=s3, bucket="gallery", leases=leases, faces=faces)


@pytest.fixture
def withdrawal(gallery: Gallery, leases: Leases, faces: FaceCollections) -> Withdrawal:
    return Withdrawal(gallery=gallery, leases=leases, faces=faces)


@pytest.fixture
def picture() -> Callable[..., bytes]:
    """A JPEG (or another format) that differs with its seed."""

    def make(seed: int = 0, size: tuple[int, int] = (200, 240), file_format: str = "JPEG", **options: Any) -> bytes:
        image = Image.new("RGB", size, (seed * 37 % 256, seed * 91 % 256, 90))
        encoded = io.BytesIO()
        image.save(encoded, file_format, **options)
        return encoded.getvalue()

    return make


@dataclass
class Website:
    """A source's server: what it answers by path, and the requests it got."""

    answers: dict[str, httpx.Response | Callable[[httpx.Request], httpx.Response]] = field(default_factory=dict)
    requests: list[httpx.Request] = field(default_factory=list)

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        answer = self.answers.get(request.url.path, httpx.Response(404))
        return answer(request) if callable(answer) else _fresh(answer)

    @property
    def paths(self) -> list[str]:
        return [request.url.path for request in self.requests]


def _fresh(answer: httpx.Response) -> httpx.Response:
    """A response can be read once, so that each request gets its own."""
    return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)


@pytest.fixture
def website() -> Website:
    return Website()


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """A fictional document of tests/unit/sources, decoded."""

    def read(name: str) -> Any:
        return json.loads((SOURCES / name).read_text())

    return read
