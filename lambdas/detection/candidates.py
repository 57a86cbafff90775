"""Compare a search's matches with the thresholds of each case, which gives the candidates of a capture."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import TYPE_CHECKING

from lambdas.cases.case import PhotoKind
from lambdas.cases.photo_age import photo_age_halvings
from lambdas.cases.same_person import is_same_person
from lambdas.common.keys import photo_of_external_image_id
from lambdas.encounters.encounter import MAX_OTHERS, RunnerUp, Strictness

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Mapping, Sequence
    from datetime import date

    from mypy_boto3_rekognition.type_defs import FaceMatchTypeDef

    from lambdas.cases.case import Case
    from lambdas.encounters.policy import Policy, Thresholds


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """One photo that the capture resembles. `similarity` is 0 to 100."""

    photo_id: str
    similarity: float


class Reached(StrEnum):
    """The highest threshold that a similarity reaches, for the case and the kind of photo. The highest comes first."""

    ALONE = "alone"
    ALERT = "alert"
    REVIEW = "review"
    NONE = "none"


@dataclass(frozen=True, kw_only=True)
class Graded:
    """A likeness with the thresholds that apply to its photo."""

    likeness: Likeness
    kind: PhotoKind
    thresholds: Thresholds
    strictness: Strictness

    @property
    def reached(self) -> Reached:
        """The threshold that the similarity reaches."""
        if self.likeness.similarity >= self.thresholds.alone:
            return Reached.ALONE
        if self.likeness.similarity >= self.thresholds.alert:
            return Reached.ALERT
        return Reached.REVIEW if self.likeness.similarity >= self.thresholds.review else Reached.NONE

    @property
    def rank(self) -> tuple[int, float]:
        """The sort key: the strongest evidence first."""
        return list(Reached).index(self.reached), -self.likeness.similarity


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that a search returned for a capture, with its strongest photo.

    `photos` counts the photos that reach their review threshold. `thresholds` are the photo's, raised by `strictness`.
    `others` are the nearest other cases of the search that reach theirs. `is_outranked` says that one is nearer.
    """

    case: Case
    photo_id: str
    similarity: float
    thresholds: Thresholds
    strictness: Strictness
    photos: int = 1
    runner_up: RunnerUp | None = None
    others: tuple[RunnerUp, ...] = ()
    is_outranked: bool = False

    @property
    def alerting(self) -> bool:
        """Whether the similarity is enough to alert if a second sighting agrees."""
        return self.similarity >= self.thresholds.alert and not self.is_outranked

    @property
    def alone(self) -> bool:
        """Whether this sighting is enough to alert: by its similarity, or because two photos of the case agree."""
        return self.alerting and (self.similarity >= self.thresholds.alone or self.photos > 1)


def likenesses_by_case(matches: Iterable[FaceMatchTypeDef]) -> dict[str, list[Likeness]]:
    """Group the matches of one search by case id."""
    found: dict[str, list[Likeness]] = defaultdict(list)
    for match in matches:
        case_id, photo_id = photo_of_external_image_id(match["Face"]["ExternalImageId"])
        found[case_id].append(Likeness(photo_id=photo_id, similarity=round(match["Similarity"], 2)))
    return found


def candidates_among(
    found: Mapping[str, list[Likeness]],
    cases: Iterable[Case],
    policy: Policy,
    *,
    on: date,
    look_alikes: Mapping[str, float] = MappingProxyType({}),
) -> list[Candidate]:
    """Return the candidates among the open `cases` of one search on a day, the nearest first.

    `look_alikes` maps cases to how much they need more because they look like many people, in halvings.

    A case that can alert precedes one that cannot, which its stricter thresholds say means less. Then the most similar
    precedes.
    """
    open_cases = {case.case_id: case for case in cases}
    best = {case_id: max(likeness.similarity for likeness in found[case_id]) for case_id in open_cases}
    candidates = [
        candidate
        for case in open_cases.values()
        if (
            candidate := _candidate(
                case,
                graded(case, found[case.case_id], policy, on=on, look_alikes=look_alikes.get(case.case_id, 0)),
                _runner_up(case, best, open_cases),
            )
        )
    ]
    return sorted(candidates, key=lambda each: (not each.alerting, -each.similarity, each.case.case_id))


def top_candidate(candidates: Sequence[Candidate], *, known: Collection[str] = ()) -> Candidate | None:
    """Return the candidate whose encounter the sighting belongs to: only the nearest case of a sighting may alert.

    The others become evidence on the same encounter. If the sighting is of `known` cases already, the nearest of the
    other cases is returned; one that a known case outranks never alerts.
    """
    new = [candidate for candidate in candidates if candidate.case.case_id not in known]
    if not new:
        return None
    nearest = candidates[0].case
    top = min(
        (each for each in new if each.alerting == new[0].alerting and is_same_person(each.case, new[0].case)),
        key=lambda each: each.case.case_id,
    )
    others = (each for each in candidates if each is not top)
    return replace(
        top,
        others=tuple(
            RunnerUp(case_id=each.case.case_id, similarity=each.similarity) for each in islice(others, MAX_OTHERS)
        ),
        is_outranked=nearest.case_id in known and not is_same_person(nearest, top.case),
    )


def graded(
    case: Case, likenesses: Iterable[Likeness], policy: Policy, *, on: date, look_alikes: float = 0
) -> list[Graded]:
    """Grade each photo. Alerting photos come first, then the most similar."""
    photos = {photo.photo_id: photo for photo in case.photos}
    grades = []
    for likeness in likenesses:
        photo = photos.get(likeness.photo_id)
        kind = photo.kind if photo else PhotoKind.PORTRAIT
        strictness = Strictness(look_alikes=look_alikes, photo_age=photo_age_halvings(case, photo, on))
        thresholds = policy.thresholds_for(case, kind).raised(strictness.halvings)
        grades.append(Graded(likeness=likeness, kind=kind, thresholds=thresholds, strictness=strictness))
    return sorted(grades, key=lambda grade: grade.rank)


def _candidate(case: Case, photos: list[Graded], runner_up: RunnerUp | None) -> Candidate | None:
    """Return None if no photo reaches its review threshold."""
    kept = [photo for photo in photos if photo.reached is not Reached.NONE]
    if not kept:
        return None
    return Candidate(
        case=case,
        photo_id=kept[0].likeness.photo_id,
        similarity=kept[0].likeness.similarity,
        thresholds=kept[0].thresholds,
        strictness=kept[0].strictness,
        photos=len(kept),
        runner_up=runner_up,
    )


def _runner_up(case: Case, best: Mapping[str, float], cases: Mapping[str, Case]) -> RunnerUp | None:
    """Return the next most similar case, ignoring the same person's cases in other sources."""
    others = [other for other in best if other != case.case_id and not is_same_person(case, cases[other])]
    if not others:
        return None
    nearest = max(others, key=lambda other: best[other])
    return RunnerUp(case_id=nearest, similarity=best[nearest])
