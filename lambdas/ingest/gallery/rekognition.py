"""The Rekognition calls on a face collection: index the face of a photo, list, search and delete faces."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import stamina
from botocore.exceptions import ClientError, HTTPClientError

from lambdas.ingest.gallery.held_photos import CHILD_WITH_OTHER_FACES, HELD, SEVERAL_FACES, SMALLER_FACES_IGNORED
from lambdas.ingest.gallery.subject import FaceInPhoto, face_of, is_clear_subject

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator

    from mypy_boto3_rekognition import RekognitionClient
    from mypy_boto3_rekognition.type_defs import ImageTypeDef, IndexFacesResponseTypeDef

    from lambdas.downloads.pace import Pace

_RETRIED = frozenset({"ThrottlingException", "ProvisionedThroughputExceededException", "InternalServerError"})
# Other parameters are checked before, so an invalid one is the picture: a side under 80 px, or an empty object.
_UNREADABLE = frozenset(
    {"InvalidImageFormatException", "ImageTooLargeException", "InvalidParameterException", "ValidationException"}
)
# The face id is well-formed, so these say that the collection does not have it.
_GONE = frozenset({"InvalidParameterException", "ResourceNotFoundException"})
_MAX_IDS = 4_096
_SAME_PICTURE_SIMILARITY = 99.0
# Faces that Rekognition is not sure of, or that are too small to be the subject of a photo.
_NEGLIGIBLE = frozenset({"LOW_CONFIDENCE", "SMALL_BOUNDING_BOX"})


class AmbiguousIndexError(RuntimeError):
    """IndexFaces failed, but may have added a face to the collection."""


@dataclass(frozen=True, kw_only=True)
class IndexedFace:
    """The result of indexing a photo.

    Args:
        face_id: the face that is now in the collection, if any.
        usable: False if the face must not stay in the collection.
        reason: why it is not usable: Rekognition's words, NO_FACE_FOUND, or one of `HELD`; or a remark on a usable one.
        maybe_duplicated: an earlier, failed attempt may have indexed the same picture.
        faces: all faces of a photo with several, from left to right.
        number: which of them this is, from 1.
    """

    face_id: str | None
    usable: bool
    reason: str | None = None
    maybe_duplicated: bool = False
    faces: tuple[FaceInPhoto, ...] = ()
    number: int | None = None


@dataclass(frozen=True, kw_only=True)
class FaceCollection:
    """One collection. `pace` limits the requests to the account's quota."""

    rekognition: RekognitionClient
    collection: str
    pace: Pace | None = None

    def index(self, image: ImageTypeDef, *, external_image_id: str, is_child: bool = False) -> IndexedFace:
        """Index the largest face of a photo.

        Raises:
            AmbiguousIndexError: every attempt failed, and one of them may have added a face.
            ClientError: every attempt failed, and none of them added a face.
        """
        failures: list[str] = []

        def index_once() -> IndexFacesResponseTypeDef:
            try:
                return self.rekognition.index_faces(
                    CollectionId=self.collection,
                    Image=image,
                    ExternalImageId=external_image_id,
                    MaxFaces=1,
                    QualityFilter="AUTO",
                )
            except ClientError as error:
                failures.append(error.response["Error"]["Code"])
                raise

        try:
            face = assess(self._call(index_once), is_child=is_child)
        except ClientError as error:
            if failures[-1] not in _UNREADABLE:
                raise _final_error(error, failures) from error
            face = IndexedFace(face_id=None, usable=False, reason=failures[-1])
        except HTTPClientError as error:
            raise AmbiguousIndexError(str(error)) from error
        return replace(face, maybe_duplicated="InternalServerError" in failures)

    def search(self, picture: bytes, *, threshold: float) -> dict[str, float]:
        """Search for the picture's largest face. Return the similarity of each face found, by face id."""
        try:
            answer = self._call(
                lambda: self.rekognition.search_faces_by_image(
                    CollectionId=self.collection, Image={"Bytes": picture}, FaceMatchThreshold=threshold, MaxFaces=100
                )
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _UNREADABLE:  # no face, in Rekognition's words
                return {}
            raise
        return {match["Face"]["FaceId"]: match["Similarity"] for match in answer["FaceMatches"]}

    def near(self, face_id: str, *, threshold: float) -> list[str]:
        """Return the ExternalImageIds of the faces that resemble a face of the collection; none if it is gone."""
        try:
            answer = self._call(
                lambda: self.rekognition.search_faces(
                    CollectionId=self.collection, FaceId=face_id, FaceMatchThreshold=threshold, MaxFaces=100
                )
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _GONE:
                return []
            raise
        return [match["Face"].get("ExternalImageId", "") for match in answer["FaceMatches"]]

    def duplicates(self, face_id: str, external_image_id: str) -> list[str]:
        """Find other faces of the same picture, which have a similarity of 100, and of the same photo."""
        answer = self._call(
            lambda: self.rekognition.search_faces(
                CollectionId=self.collection, FaceId=face_id, FaceMatchThreshold=_SAME_PICTURE_SIMILARITY, MaxFaces=100
            )
        )
        faces = (match["Face"] for match in answer["FaceMatches"])
        return [face["FaceId"] for face in faces if face.get("ExternalImageId") == external_image_id]

    def delete(self, face_ids: Iterable[str]) -> None:
        """Delete faces. A face that is already gone is not an error."""
        ids = sorted(set(face_ids))
        for start in range(0, len(ids), _MAX_IDS):
            batch = ids[start : start + _MAX_IDS]
            self._call(
                lambda batch=batch: self.rekognition.delete_faces(  # type: ignore[misc] # mypy cannot infer the default
                    CollectionId=self.collection, FaceIds=batch
                )
            )

    def all_faces(self) -> Iterator[tuple[str, str]]:
        """Yield the face id and the ExternalImageId of every face, page by page."""
        token: dict[str, Any] = {}
        while True:
            page = self._call(
                lambda token=token: self.rekognition.list_faces(  # type: ignore[misc] # as above
                    CollectionId=self.collection, MaxResults=_MAX_IDS, **token
                )
            )
            for face in page["Faces"]:
                yield face["FaceId"], face.get("ExternalImageId", "")
            if not page.get("NextToken"):
                return
            token = {"NextToken": page["NextToken"]}

    def faces_of(self, external_image_ids: Collection[str]) -> list[str]:
        """Return the ids of all faces of these photos. Slow, because it lists the whole collection."""
        wanted = set(external_image_ids)
        return [face_id for face_id, external in self.all_faces() if external in wanted]

    def _call(self, request: Callable[[], Any]) -> Any:
        for attempt in stamina.retry_context(_is_retriable, attempts=6, timeout=None, wait_initial=0.2):
            with attempt:
                self._wait()
                return request()
        raise AssertionError("unreachable")

    def _wait(self) -> None:
        if self.pace is not None:
            self.pace.wait()


def assess(answer: IndexFacesResponseTypeDef, *, is_child: bool = False) -> IndexedFace:
    """Decide whether the indexed face is clearly the person of the photo.

    Rekognition indexes the largest face. Enrolling the wrong one would send the police after a bystander, so a photo
    whose subject is not clear waits for a person. Beside a child, the largest face is often a parent's, so a child's
    photo with any other face waits.
    """
    others = [other for other in answer["UnindexedFaces"] if set(other.get("Reasons", [])) - _NEGLIGIBLE]
    if not answer["FaceRecords"]:
        reasons = sorted({str(reason) for face in answer["UnindexedFaces"] for reason in face.get("Reasons", [])})
        return IndexedFace(face_id=None, usable=False, reason=",".join(reasons) or "NO_FACE_FOUND")
    record = answer["FaceRecords"][0]
    face_id = record["Face"]["FaceId"]
    if not others:
        return IndexedFace(face_id=face_id, usable=True)
    largest = face_of(record.get("FaceDetail") or {"BoundingBox": record["Face"].get("BoundingBox", {})})
    faces = sorted((largest, *(face_of(other.get("FaceDetail", {})) for other in others)), key=lambda face: face.left)
    rivals = [face_of(other.get("FaceDetail", {})) for other in others if "EXCEEDS_MAX_FACES" in other["Reasons"]]
    reason = SMALLER_FACES_IGNORED if rivals else None
    if is_child:
        reason = CHILD_WITH_OTHER_FACES
    elif not is_clear_subject(largest, rivals):
        reason = SEVERAL_FACES
    number = faces.index(largest) + 1
    return IndexedFace(face_id=face_id, usable=reason not in HELD, reason=reason, faces=tuple(faces), number=number)


def _final_error(error: ClientError, failures: list[str]) -> Exception:
    """Return the error to raise. After an InternalServerError the face may be in the collection."""
    return AmbiguousIndexError(str(error)) if "InternalServerError" in failures else error


def _is_retriable(error: Exception) -> bool:
    """Whether a retry may succeed."""
    return isinstance(error, ClientError) and error.response["Error"]["Code"] in _RETRIED
