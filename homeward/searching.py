"""The search of one picture in the gallery, as it is made for a capture, of which nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from lambdas.common.case import CaseStatus, PhotoKind
from lambdas.common.cases_table import read_case
from lambdas.common.collections_in_use import read_collections_in_use
from lambdas.detection.candidates import likenesses_by_case

if TYPE_CHECKING:
    from collections.abc import Iterable

    from homeward.deployment import Deployment
    from lambdas.common.case import Case
    from lambdas.common.policy import Policy
    from lambdas.detection.candidates import Likeness

_MOST_FACES = 100


class NoFaceError(ValueError):
    """Rekognition finds no face in the picture, or cannot read it; the text says which."""


class Reached(StrEnum):
    """Which threshold a similarity reaches, of those that apply to the case and the kind of its photo."""

    ALERT = "alert"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Found:
    """An open case that the picture resembles, by the photo that speaks for it most. `similarity` is 0 to 100."""

    case_id: str
    name: str | None
    similarity: float
    photo_id: str
    photo_kind: PhotoKind
    reached: Reached
    photos: int


def search_gallery(deployment: Deployment, jpeg: bytes, *, policy: Policy, at_least: float) -> list[Found]:
    """The open cases that the largest face of the picture resembles by `at_least`, the likeliest first.

    Raises:
        NoFaceError: the picture has no face that could be searched.
    """
    dynamodb, table = deployment.client("dynamodb"), deployment["CasesTable"]
    collection = read_collections_in_use(dynamodb, table=table, deployed=deployment["FaceCollection"]).active
    try:
        answer = deployment.client("rekognition").search_faces_by_image(
            CollectionId=collection,
            Image={"Bytes": jpeg},
            FaceMatchThreshold=at_least,
            MaxFaces=_MOST_FACES,
            QualityFilter="NONE",
        )
    except ClientError as error:
        raise _explained(error) from error
    found = []
    for case_id, likenesses in likenesses_by_case(answer["FaceMatches"]).items():
        stored = read_case(dynamodb, table=table, case_id=case_id)
        if stored and stored.status is CaseStatus.OPEN:
            found.append(_found(stored.case, likenesses, policy))
    return sorted(found, key=_rank)


def _found(case: Case, likenesses: Iterable[Likeness], policy: Policy) -> Found:
    kinds = {photo.photo_id: photo.kind for photo in case.photos}
    photos = []
    for likeness in likenesses:
        kind = kinds.get(likeness.photo_id, PhotoKind.PORTRAIT)
        thresholds = policy.thresholds_for(case, kind)
        reached = Reached.REVIEW if likeness.similarity >= thresholds.review else Reached.NONE
        if likeness.similarity >= thresholds.alert:
            reached = Reached.ALERT
        photos.append((likeness, kind, reached))
    likeness, kind, reached = min(photos, key=lambda photo: (list(Reached).index(photo[2]), -photo[0].similarity))
    return Found(
        case_id=case.case_id,
        name=case.name,
        similarity=likeness.similarity,
        photo_id=likeness.photo_id,
        photo_kind=kind,
        reached=reached,
        photos=len(photos),
    )


def _rank(found: Found) -> tuple[int, float]:
    return list(Reached).index(found.reached), -found.similarity


def _explained(error: ClientError) -> Exception:
    code, text = error.response["Error"]["Code"], error.response["Error"]["Message"]
    if code == "InvalidParameterException" and "no faces" in text.lower():
        return NoFaceError("no face was found in it; the face must be upright, and at least 40 pixels high")
    if code in {"InvalidImageFormatException", "ImageTooLargeException"}:
        return NoFaceError(f"{code}: {text}")
    return error
