import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.rekognition.engine.similarity import similarities, unit


def at_distance(distance: float) -> tuple[np.ndarray, np.ndarray]:
    """Make two unit vectors at this distance."""
    angle = 2 * np.arcsin(distance / 2)
    a, b = np.zeros(128, np.float32), np.zeros(128, np.float32)
    a[0], b[:2] = 1, (np.cos(angle), np.sin(angle))
    return a, b


@pytest.mark.parametrize(
    ("distance", "similarity"),
    [(0.3992, 50), (0.3685, 80.0), (0.3341, 95.0), (0.2975, 99.0), (0.0, 100), (1.0, 0)],
)
def test_similarities_lie_on_the_documented_curve(distance: float, similarity: float) -> None:
    a, b = at_distance(distance)
    assert similarities(a, b[None])[0] == pytest.approx(similarity, abs=0.1)


@given(st.floats(0, 2), st.floats(0, 2))
def test_a_nearer_vector_is_never_less_similar(one: float, other: float) -> None:
    probe, near = at_distance(min(one, other))
    far = at_distance(max(one, other))[1]
    scores = similarities(probe, np.stack([near, far]))
    assert 0 <= scores[1] <= scores[0] <= 100


def test_an_empty_gallery_has_no_similarities() -> None:
    assert similarities(at_distance(0)[0], np.zeros((0, 128), np.float32)).shape == (0,)


def test_unit_keeps_the_direction() -> None:
    assert unit(np.array([3.0, 4.0])) == pytest.approx([0.6, 0.8])
