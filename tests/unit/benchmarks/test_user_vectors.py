"""The arithmetic of the benchmark of user vectors, on numbers whose answer is known."""

from __future__ import annotations

import math

import numpy as np
import pytest

from benchmarks.user_vectors import SCORES, Gallery, compare
from local_cloud.rekognition.engine.similarity import unit


def both_ways(own: float, other: float) -> dict[str, np.ndarray]:
    """One probe's scores of two people, the same by each score."""
    return {score: np.array([own, other]) for score in SCORES}


def test_a_case_is_scored_by_its_best_photo_the_mean_and_the_joined_vector() -> None:
    front, side = np.eye(128, dtype=np.float32)[:2]
    between = unit(front + side)
    scores = Gallery([np.stack([front, side]), np.stack([side])]).scores(front)
    assert scores["faces"][0] == pytest.approx(100, abs=0.001)
    assert scores["mean"][0] == pytest.approx(50, abs=0.001), "the other photo is like nobody"
    assert Gallery([np.stack([front, side])]).scores(between)["user"][0] == pytest.approx(100, abs=0.001)
    assert scores["faces"][1] == scores["mean"][1] == pytest.approx(scores["user"][1]), "one photo is its own user"


def test_recall_counts_those_above_what_one_stranger_in_a_hundred_reaches() -> None:
    strangers = [both_ways(float(score), 0) for score in range(101)]
    genuine = [(0, both_ways(own, 10)) for own in (98.0, 99.5, 100.0, 100.0)]
    figures = compare(genuine, strangers)
    assert figures["faces_threshold"] == 99
    assert figures["faces_recall"] == 0.75
    assert figures["faces_margin"] == 89.75


def test_d_prime_is_the_distance_of_the_means_in_standard_deviations() -> None:
    genuine = [(0, both_ways(own, 0)) for own in (80.0, 90.0)]
    figures = compare(genuine, [both_ways(20, 10), both_ways(0, 40)])
    assert figures["user_d_prime"] == pytest.approx((85 - 30) / math.sqrt((25 + 100) / 2), abs=0.001)
