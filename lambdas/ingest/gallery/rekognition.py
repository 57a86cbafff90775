"""The face collection: index one face of a photo, delete faces, find the faces of a photo."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import stamina
from botocore.config import Config
from botocore.exceptions import ClientError, HTTPClientError

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import BoundingBoxTypeDef, IndexFacesResponseTypeDef

    from lambdas.downloads.pace import Pace

# Retries are ours: botocore's own would hide that an attempt may have indexed a face before it failed.
NO_RETRIES = Config(retries={"total_max_attempts": 1, "mode": "standard"})

_RETRIED = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"})
_UNREADABLE = frozenset({"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException"})
_MOST_IDS = 4_096
_SAME_PICTURE = 99.0  # similarity
_RIVAL_AREA = 0.5


class AmbiguousIndexError(RuntimeError):
    """IndexFaces failed in a way that may have left a face behind."""


@dataclass(frozen=True, kw_only=True)
class IndexedFace:
    """What indexing a photo came to.

    `face_id` is the face that is now in the collection, if any. `usable` is False where it must not stay there, and
    then `reason` says why, in Rekognition's words or NO_FACE_FOUND or SEVERAL_FACES. `maybe_twin`: an attempt before
    the successful one may have indexed the same picture.
    """

    face_id: str | None
    usable: bool
    reason: str | None = None
    maybe_twin: bool = False


@dataclass(frozen=True, kw_only=True)
class FaceCollection:
    """One collection. `pace` lets each request through at the rate that the account's quota allows."""

    rekognition: RekognitionClient
    collection: str
    pace: Pace | None = None

    def index(self, *, bucket: str, key: str, external_image_id: str) -> IndexedFace:
        """Index the largest face of a stored photo.

        Raises:
            AmbiguousIndexError: every attempt failed, and one of them may have indexed the face.
            ClientError: it failed without having indexed anything.
        """
        failures: list[str] = []

        def index_once() -> IndexFacesResponseTypeDef:
            try:
                return self.rekognition.index_faces(
                    CollectionId=self.collection,
                    Image={"S3Object": {"Bucket": bucket, "Name": key}},
                    ExternalImageId=external_image_id,
                    MaxFaces=1,
                    QualityFilter="AUTO",
                )
            except ClientError as error:
                failures.append(error.response["Error"]["Code"])
                raise

        try:
            face = judge(self._call(index_once))
        except ClientError as error:
            if failures[-1] not in _UNREADABLE:
                raise _worst(error, failures) from error
            face = IndexedFace(face_id=None, usable=False, reason=failures[-1])
        except HTTPClientError as error:
            raise AmbiguousIndexError(str(error)) from error
        return replace(face, maybe_twin="InternalServerError" in failures)

    def twins(self, face_id: str, external_image_id: str) -> list[str]:
        """Other faces of the same photo: the same picture is found with a similarity of 100."""
        answer = self._call(
            lambda: self.rekognition.search_faces(
                CollectionId=self.collection, FaceId=face_id, FaceMatchThreshold=_SAME_PICTURE, MaxFaces=100
            )
        )
        faces = (match["Face"] for match in answer["FaceMatches"])
        return [face["FaceId"] for face in faces if face.get("ExternalImageId") == external_image_id]

    def delete(self, face_ids: Iterable[str]) -> None:
        """Delete faces; one that is gone already is no error."""
        ids = sorted(set(face_ids))
        for start in range(0, len(ids), _MOST_IDS):
            batch = ids[start : start + _MOST_IDS]
            self._call(
                lambda batch=batch: self.rekognition.delete_faces(  # type: ignore[misc] # mypy cannot infer the default
                    CollectionId=self.collection, FaceIds=batch
                )
            )

    def all_faces(self) -> Iterator[tuple[str, str]]:
        """Face id and ExternalImageId of every face, page by page."""
        token: dict[str, Any] = {}
        while True:
            page = self._call(
                lambda token=token: self.rekognition.list_faces(  # type: ignore[misc] # as above
                    CollectionId=self.collection, MaxResults=_MOST_IDS, **token
                )
            )
            for face in page["Faces"]:
                yield face["FaceId"], face.get("ExternalImageId", "")
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def faces_of(self, external_image_ids: Collection[str]) -> list[str]:
        """The ids of all faces of these photos. Reads the whole collection: only for what no record names."""
        wanted = set(external_image_ids)
        return [face_id for face_id, external in self.all_faces() if external in wanted]

    def _call(self, request: Callable[[], Any]) -> Any:
        for attempt in stamina.retry_context(_is_passing, attempts=6, timeout=None, wait_initial=0.2):
            with attempt:
                self._wait()
                return request()
        raise AssertionError("unreachable")

    def _wait(self) -> None:
        if self.pace is not None:
            self.pace.wait()


def judge(answer: IndexFacesResponseTypeDef) -> IndexedFace:
    """Whether the face that was indexed is clearly the one that the photo is of.

    Rekognition takes the largest. Where another face has at least half of its area, nothing says which of the two is
    the missing person, and to enrol the other one would set the police on a passer-by.
    """
    others = answer["UnindexedFaces"]
    if not answer["FaceRecords"]:
        reasons = sorted({str(reason) for face in others for reason in face.get("Reasons", [])})
        return IndexedFace(face_id=None, usable=False, reason=",".join(reasons) or "NO_FACE_FOUND")
    face = answer["FaceRecords"][0]["Face"]
    rivals = [other for other in others if "EXCEEDS_MAX_FACES" in other.get("Reasons", [])]
    largest = _area(face.get("BoundingBox", {}))
    if any(_area(rival.get("FaceDetail", {}).get("BoundingBox", {})) >= _RIVAL_AREA * largest for rival in rivals):
        return IndexedFace(face_id=face["FaceId"], usable=False, reason="SEVERAL_FACES")
    return IndexedFace(face_id=face["FaceId"], usable=True, reason="SMALLER_FACES_IGNORED" if rivals else None)


def _worst(error: ClientError, failures: list[str]) -> Exception:
    """After an InternalServerError nobody knows whether the face is in the collection."""
    return AmbiguousIndexError(str(error)) if "InternalServerError" in failures else error


def _is_passing(error: Exception) -> bool:
    """Only these may be retried; any other error would come again."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _RETRIED


def _area(box: BoundingBoxTypeDef) -> float:
    return box.get("Width", 0.0) * box.get("Height", 0.0)
