"""The cases of a gallery, and the searches of shots in it, in the form that the match function works on."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

import numpy as np

from lambdas.cases.case import Case, CaseStatus, SourcePhoto
from lambdas.cases.table import StoredCase
from lambdas.detection.candidates import Likeness
from local_cloud.rekognition.engine.similarity import similarities

if TYPE_CHECKING:
    from collections.abc import Sequence

    from benchmarks.walks.filming import Shot
    from benchmarks.walks.samples import Passage, Person
    from edge_device.core.best_shot import ShotRules
    from local_cloud.rekognition.engine.similarity import Vector

_REVIEW = 80.0  # FaceMatchThreshold of a search
_NEAR = 80.0  # as lambdas/ingest/gallery/near_cases.py has it


@dataclass(frozen=True)
class Found:
    """The likenesses of one shot by case id, as a search returns them."""

    at_s: float
    likenesses: dict[str, list[Likeness]]


@dataclass
class Gallery:
    """Cases of one to four photos each. The case of a person is `folder:NAME`."""

    cases: dict[str, StoredCase]
    _owners: list[tuple[str, str]]
    _vectors: np.ndarray
    _found: dict[tuple[int, ShotRules], list[Found]] = field(default_factory=dict)

    def search(self, passage: Passage, rules: ShotRules) -> list[Found]:
        """Search every shot that a camera with these rules sends of a passage. Each is searched only once."""
        key = id(passage), rules
        if key not in self._found:
            self._found[key] = [self._search(shot) for shot in passage.shots[rules]]
        return self._found[key]

    def _search(self, shot: Shot[Vector | None]) -> Found:
        found: dict[str, list[Likeness]] = {}
        if shot.picture is not None:
            scores = similarities(shot.picture, self._vectors)
            for index in np.flatnonzero(scores >= _REVIEW):
                case_id, photo_id = self._owners[index]
                likeness = Likeness(photo_id=photo_id, similarity=round(float(scores[index]), 2))
                found.setdefault(case_id, []).append(likeness)
        return Found(shot.at_s, found)


def case_id_of(person: Person) -> str:
    """Return the id of the case of an enrolled person."""
    return f"folder:{person.name}"


def gallery_of(people: Sequence[Person]) -> Gallery:
    """Enroll people: the first with one photo, the second with two, up to four, and again."""
    owners, vectors, cases = [], [], {}
    for number, person in enumerate(people):
        case_id, photos = case_id_of(person), person.photos[: 1 + number % 4]
        listed = tuple(SourcePhoto(photo_id=str(index), url="x") for index in range(len(photos)))
        case = Case(case_id=case_id, source="folder", source_id=person.name, photos=listed)
        cases[case_id] = StoredCase(case=case, status=CaseStatus.OPEN)
        owners += [(case_id, photo.photo_id) for photo in listed]
        vectors += list(photos)
    matrix = np.stack(vectors)
    near = {case_id: _near(case_id, owners, matrix) for case_id in cases}
    stored = {
        case_id: StoredCase(case=each.case, status=each.status, near=near[case_id], among=len(cases) - 1)
        for case_id, each in cases.items()
    }
    return Gallery(stored, owners, matrix)


def _near(case_id: str, owners: list[tuple[str, str]], matrix: np.ndarray) -> frozenset[str]:
    """Return the other cases that a photo of the case resembles."""
    own = [vector for (owner, _), vector in zip(owners, matrix, strict=True) if owner == case_id]
    alike = np.max([similarities(vector, matrix) for vector in own], axis=0) >= _NEAR
    return frozenset(owner for (owner, _), is_near in zip(owners, alike, strict=True) if is_near) - {case_id}
