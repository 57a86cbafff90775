"""Search the gallery for the face of one picture. Unlike a capture's search, this one stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.cases.case import CaseStatus
from lambdas.cases.collections_in_use import read_collections_in_use
from lambdas.cases.table import read_case
from lambdas.common.times import now
from lambdas.detection.candidates import graded, likenesses_by_case
from lambdas.detection.search_refusals import has_no_face, why_unreadable
from lambdas.encounters.look_alikes import look_alike_halvings, read_verdicts

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient

    from lambdas.cases.case import Case, PhotoKind
    from lambdas.detection.candidates import Graded, Reached
    from lambdas.encounters.policy import Policy

_MAX_FACES = 100


class NoFaceError(ValueError):
    """The picture has no face that Rekognition can use. The text says why."""


class RefusedPictureError(ValueError):
    """Rekognition cannot read the picture. The text says why."""


@dataclass(frozen=True, kw_only=True)
class CaseFound:
    """An open case that the picture resembles, with its most similar photo. `similarity` is 0 to 100."""

    case_id: str
    name: str | None
    similarity: float
    photo_id: str
    photo_kind: PhotoKind
    reached: Reached
    photos: int


@dataclass(frozen=True, kw_only=True)
class Gallery:
    """The tables, and the deployed face collection, which a rebuilt one may have replaced."""

    dynamodb: DynamoDBClient
    rekognition: RekognitionClient
    cases_table: str
    encounters_table: str
    face_collection: str


def search_gallery(gallery: Gallery, jpeg: bytes, *, policy: Policy, min_similarity: float) -> list[CaseFound]:
    """Return the open cases that resemble the largest face of the picture, best match first.

    Raises:
        NoFaceError: Rekognition finds no face.
        RefusedPictureError: Rekognition cannot read the picture.
    """
    dynamodb, table = gallery.dynamodb, gallery.cases_table
    collection = read_collections_in_use(dynamodb, table=table, deployed=gallery.face_collection).active
    try:
        answer = gallery.rekognition.search_faces_by_image(
            CollectionId=collection,
            Image={"Bytes": jpeg},
            FaceMatchThreshold=min_similarity,
            MaxFaces=_MAX_FACES,
            QualityFilter="NONE",
        )
    except ClientError as error:
        raise _explained(error) from error
    matches: list[tuple[Case, list[Graded]]] = []
    for case_id, likenesses in likenesses_by_case(answer["FaceMatches"]).items():
        stored = read_case(dynamodb, table=table, case_id=case_id)
        if stored and stored.status is CaseStatus.OPEN:
            verdicts = read_verdicts(dynamodb, table=gallery.encounters_table, case_id=case_id)
            look_alikes = look_alike_halvings(stored, verdicts, now=now())
            photos = graded(stored.case, likenesses, policy, on=now().date(), look_alikes=look_alikes)
            matches.append((stored.case, photos))
    best_first = sorted(matches, key=lambda match: match[1][0].rank)
    return [_case_found(case, photos) for case, photos in best_first]


def _case_found(case: Case, photos: list[Graded]) -> CaseFound:
    return CaseFound(
        case_id=case.case_id,
        name=case.name,
        similarity=photos[0].likeness.similarity,
        photo_id=photos[0].likeness.photo_id,
        photo_kind=photos[0].kind,
        reached=photos[0].reached,
        photos=len(photos),
    )


def _explained(error: ClientError) -> Exception:
    if has_no_face(error):
        return NoFaceError("no face found; the face must be upright and at least 48 pixels high")
    if reason := why_unreadable(error):
        return RefusedPictureError(reason)
    return error
