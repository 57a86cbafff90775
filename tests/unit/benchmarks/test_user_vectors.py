"""The arithmetic of the benchmark of user vectors, on numbers with known results."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.user_vectors import SCORES, EnrolledVectors, compare
from local_cloud.rekognition.engine.similarity import unit


def equal_scores(own: float, other: float) -> dict[str, np.ndarray]:
    """A probe's scores of two people, equal for all three scores."""
    return {score: np.array([own, other]) for score in SCORES}


def test_case_has_the_scores_of_best_photo_mean_and_user_vector() -> None:
    front, side = np.eye(128, dtype=np.float32)[:2]
    between = unit(front + side)
    scores = EnrolledVectors([np.stack([front, side]), np.stack([side])]).scores(front)
    assert scores["faces"][0] == pytest.approx(100, abs=0.001)
    assert scores["mean"][0] == pytest.approx(50, abs=0.001), "the other photo does not resemble the probe"
    assert EnrolledVectors([np.stack([front, side])]).scores(between)["user"][0] == pytest.approx(100, abs=0.001)
    assert scores["faces"][1] == scores["mean"][1] == pytest.approx(scores["user"][1]), (
        "a single photo equals its user vector"
    )


def test_recall_is_measured_at_one_percent_false_positives() -> None:
    strangers = [equal_scores(float(score), 0) for score in range(101)]
    genuine = [(0, equal_scores(own, 10)) for own in (98.0, 99.5, 100.0, 100.0)]
    figures = compare(genuine, strangers)
    assert figures["faces_threshold"] == 99
    assert figures["faces_recall"] == 0.75
    assert figures["faces_margin"] == 89.75


def test_d_prime_is_the_distance_of_means_in_deviations() -> None:
    genuine = [(0, equal_scores(own, 0)) for own in (80.0, 90.0)]
    figures = compare(genuine, [equal_scores(20, 10), equal_scores(0, 40)])
    assert figures["user_d_prime"] == pytest.approx((85 - 30) / math.sqrt((25 + 100) / 2), abs=0.001)
