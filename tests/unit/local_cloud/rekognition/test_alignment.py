import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from local_cloud.rekognition.engine.alignment import CHIP_LANDMARKS, chips, similarity_transform
from local_cloud.rekognition.engine.quality import pose


def transformed(points: np.ndarray, *, scale: float, degrees: float, move: tuple[float, float]) -> np.ndarray:
    angle = np.radians(degrees)
    rotation = np.array([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    moved: np.ndarray = scale * points @ rotation + move
    return moved


@given(st.floats(0.1, 10), st.floats(-180, 180), st.tuples(st.floats(-500, 500), st.floats(-500, 500)))
def test_rotation_scale_and_shift_are_inverted_exactly(scale: float, degrees: float, move: tuple[float, float]) -> None:
    matrix = similarity_transform(transformed(CHIP_LANDMARKS, scale=scale, degrees=degrees, move=move), CHIP_LANDMARKS)
    assert matrix[:, :2] @ matrix[:, :2].T == pytest.approx(np.eye(2) / scale**2, abs=1e-6)
    there_and_back = (
        transformed(CHIP_LANDMARKS, scale=scale, degrees=degrees, move=move) @ matrix[:, :2].T + matrix[:, 2]
    )
    assert there_and_back == pytest.approx(CHIP_LANDMARKS, abs=1e-6)


def test_no_other_transform_fits_noisy_points_better() -> None:
    random = np.random.default_rng(7)
    points = CHIP_LANDMARKS + random.normal(0, 5, (5, 2))

    def misfit(matrix: np.ndarray) -> float:
        return float(np.linalg.norm(points @ matrix[:, :2].T + matrix[:, 2] - CHIP_LANDMARKS))

    best = similarity_transform(points, CHIP_LANDMARKS)
    for _ in range(50):
        a, b, x, y = random.normal(0, [0.01, 0.01, 0.5, 0.5])
        assert misfit(best) < misfit(best + np.array([[a, -b, x], [b, a, y]]))


def test_a_large_face_is_shrunk_before_it_is_cropped() -> None:
    """A one-pixel checkerboard turns gray when shrunk. Without shrinking it would stay black and white."""
    board = np.indices((1500, 1500)).sum(axis=0) % 2 * 255
    picture = np.repeat(board[..., None], 3, axis=2).astype(np.uint8)
    (chip,) = chips(picture, CHIP_LANDMARKS * 10, 900, [CHIP_LANDMARKS])
    assert chip.shape == (150, 150, 3)
    assert np.abs(chip.astype(int) - 127).max() < 20


def test_a_frontal_face_has_angles_of_zero() -> None:
    straight = pose(CHIP_LANDMARKS * 3 + 40, CHIP_LANDMARKS)
    assert (straight.roll, straight.yaw, straight.pitch) == pytest.approx((-0.2, 0, 0), abs=0.1)


def test_roll_does_not_change_yaw_and_pitch() -> None:
    tilted = pose(transformed(CHIP_LANDMARKS, scale=2, degrees=25, move=(300, 80)), CHIP_LANDMARKS)
    assert (tilted.roll, tilted.yaw, tilted.pitch) == pytest.approx((24.8, 0, 0), abs=0.1)


@pytest.mark.parametrize(("yaw", "pitch"), [(0, 0), (30, 0), (-45, 0), (0, 20), (0, -15)])
def test_yaw_and_pitch_of_a_turned_head(yaw: float, pitch: float) -> None:
    """A flat face with a nose 0.4 eye distances in front, rotated and seen from far away."""
    eye_distance = CHIP_LANDMARKS[1, 0] - CHIP_LANDMARKS[0, 0]
    flat = np.column_stack([CHIP_LANDMARKS - CHIP_LANDMARKS.mean(axis=0), np.zeros(5)])
    flat[2, 2] = 0.4 * eye_distance
    a, b = np.radians(yaw), np.radians(pitch)
    about_vertical = np.array([[np.cos(a), 0, np.sin(a)], [0, 1, 0], [-np.sin(a), 0, np.cos(a)]])
    about_horizontal = np.array([[1, 0, 0], [0, np.cos(b), -np.sin(b)], [0, np.sin(b), np.cos(b)]])
    seen = (flat @ about_vertical.T @ about_horizontal.T)[:, :2]
    measured = pose(seen, CHIP_LANDMARKS)
    assert (measured.yaw, measured.pitch) == pytest.approx((yaw, pitch), abs=1.5)
