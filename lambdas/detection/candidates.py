"""What a search found, held against the thresholds of each case: the candidates of a capture."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.common.case import PhotoKind
from lambdas.common.encounter import RunnerUp
from lambdas.common.keys import photo_of_external_image_id

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from mypy_boto3_rekognition.type_defs import FaceMatchTypeDef

    from lambdas.common.case import Case
    from lambdas.common.policy import Policy


@dataclass(frozen=True, kw_only=True)
class Likeness:
    """One photo that the capture resembles. `similarity` is 0 to 100."""

    photo_id: str
    similarity: float


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """A case that a search returned for a capture, with the photo that speaks for it most.

    `photos` counts those that reach their review threshold; `alert_threshold` is the one that applies to the photo.
    """

    case: Case
    photo_id: str
    similarity: float
    alert_threshold: float
    photos: int = 1
    runner_up: RunnerUp | None = None

    @property
    def alerting(self) -> bool:
        """Whether it resembles the case enough to tell somebody at once."""
        return self.similarity >= self.alert_threshold


def likenesses_by_case(matches: Iterable[FaceMatchTypeDef]) -> dict[str, list[Likeness]]:
    """The matches of one search by case id."""
    found: dict[str, list[Likeness]] = defaultdict(list)
    for match in matches:
        case_id, photo_id = photo_of_external_image_id(match["Face"]["ExternalImageId"])
        found[case_id].append(Likeness(photo_id=photo_id, similarity=round(match["Similarity"], 2)))
    return found


def candidates_among(found: Mapping[str, list[Likeness]], cases: Iterable[Case], policy: Policy) -> list[Candidate]:
    """The candidates among the open `cases` of one search, most similar first."""
    open_cases = {case.case_id: case for case in cases}
    best = {case_id: max(likeness.similarity for likeness in found[case_id]) for case_id in open_cases}
    candidates = [
        candidate
        for case in open_cases.values()
        if (candidate := _candidate(case, found[case.case_id], policy, _runner_up(case, best, open_cases)))
    ]
    return sorted(candidates, key=lambda candidate: -candidate.similarity)


def _candidate(
    case: Case, likenesses: Iterable[Likeness], policy: Policy, runner_up: RunnerUp | None
) -> Candidate | None:
    """Of its photos the one that alerts, else the most similar; None if no photo reaches its review threshold."""
    kinds = {photo.photo_id: photo.kind for photo in case.photos}
    kept = []
    for likeness in likenesses:
        thresholds = policy.thresholds_for(case, kinds.get(likeness.photo_id, PhotoKind.PORTRAIT))
        if likeness.similarity >= thresholds.review:
            kept.append((likeness.similarity >= thresholds.alert, likeness.similarity, likeness.photo_id, thresholds))
    if not kept:
        return None
    _, similarity, photo_id, thresholds = max(kept, key=lambda photo: photo[:2])
    return Candidate(
        case=case,
        photo_id=photo_id,
        similarity=similarity,
        alert_threshold=thresholds.alert,
        photos=len(kept),
        runner_up=runner_up,
    )


def _runner_up(case: Case, best: Mapping[str, float], cases: Mapping[str, Case]) -> RunnerUp | None:
    """The next case, unless a source says that it is the same person in another source."""
    others = [other for other in best if other != case.case_id and not _same_person(case, cases[other])]
    if not others:
        return None
    nearest = max(others, key=lambda other: best[other])
    return RunnerUp(case_id=nearest, similarity=best[nearest])


def _same_person(one: Case, other: Case) -> bool:
    return bool(_numbers(one) & _numbers(other))


def _numbers(case: Case) -> set[tuple[str, str]]:
    references = {(reference.kind, reference.value) for reference in case.cross_references}
    return references | {(case.source, case.source_id)}
