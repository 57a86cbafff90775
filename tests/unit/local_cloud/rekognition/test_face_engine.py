"""The real models on real photos: three of one person, one of another (from `make test-setup`)."""

from itertools import combinations

import cv2
import numpy as np
import pytest

from local_cloud.rekognition.engine.face_engine import Face, FaceEngine
from local_cloud.rekognition.engine.quality_filter import reasons_against
from local_cloud.rekognition.engine.similarity import Vector, similarities
from tests.support.rekognition_client import BIDEN, OBAMA, OBAMA2, OBAMA3, Pixels, pixels, side_by_side


@pytest.fixture(scope="module")
def engine() -> FaceEngine:
    return FaceEngine()


def only_face(engine: FaceEngine, picture: Pixels) -> Face:
    (face,) = engine.detect(picture)
    return face


def vector(engine: FaceEngine, picture: Pixels) -> Vector:
    return engine.embed(picture, only_face(engine, picture))


def alike(one: Vector, other: Vector) -> float:
    return float(similarities(one, other[None])[0])


def test_only_photos_of_the_same_person_are_similar(engine: FaceEngine) -> None:
    *same, other = (vector(engine, pixels(path)) for path in (OBAMA, OBAMA2, OBAMA3, BIDEN))
    assert min(alike(one, two) for one, two in combinations(same, 2)) >= 99
    assert max(alike(one, other) for one in same) < 1


def test_a_vector_has_unit_length(engine: FaceEngine) -> None:
    found = vector(engine, pixels(OBAMA))
    assert found.shape == (128,)
    assert np.linalg.norm(found) == pytest.approx(1, abs=1e-6)


def test_a_face_has_the_same_position_at_any_image_size(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    whole = only_face(engine, picture)
    for scale in (0.3, 2.5):
        face = only_face(engine, np.asarray(cv2.resize(picture, None, fx=scale, fy=scale), np.uint8))
        assert np.array([face.box.left, face.box.top]) / scale == pytest.approx([whole.box.left, whole.box.top], abs=20)
        assert face.landmarks / scale == pytest.approx(whole.landmarks, abs=8)


def test_a_face_that_fills_a_large_image_is_found(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    box = only_face(engine, picture).box
    close_up = picture[: int(box.top + box.height) + 20, int(box.left) - 30 : int(box.left + box.width) + 30]
    huge = np.asarray(cv2.resize(close_up, None, fx=8, fy=8), np.uint8)
    assert only_face(engine, huge).box.height > 2000


def test_the_largest_face_comes_first(engine: FaceEngine) -> None:
    small_first = np.asarray(cv2.resize(pixels(BIDEN), None, fx=0.3, fy=0.3), np.uint8)
    large = pixels(OBAMA)
    canvas = np.full((large.shape[0], small_first.shape[1], 3), 90, np.uint8)
    canvas[: small_first.shape[0]] = small_first
    both = np.hstack([canvas, large])
    first, second = engine.detect(both)
    assert first.box.left > canvas.shape[1] > second.box.left
    assert alike(engine.embed(both, first), vector(engine, large)) > 99


def test_a_face_under_the_documented_minimum_is_not_found(engine: FaceEngine) -> None:
    face = np.asarray(cv2.resize(pixels(OBAMA), None, fx=0.2, fy=0.2), np.uint8)  # a face of about 65 px
    for width, found in ((1920, 1), (3200, 0)):
        canvas = np.full((width * 9 // 16, width, 3), 90, np.uint8)
        canvas[: face.shape[0], : face.shape[1]] = face
        assert len(engine.detect(canvas)) == found


def test_no_face_in_noise(engine: FaceEngine) -> None:
    noise = np.random.default_rng(1).integers(0, 255, (480, 640, 3), np.uint8)
    assert engine.detect(noise) == []


def test_left_and_right_are_the_pictures(engine: FaceEngine) -> None:
    eye_left, eye_right, nose, mouth_left, mouth_right = only_face(engine, pixels(OBAMA)).landmarks
    assert eye_left[0] < nose[0] < eye_right[0]
    assert mouth_left[0] < mouth_right[0]
    assert eye_left[1] < nose[1] < mouth_left[1]


def test_sharpness_and_brightness_are_independent(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    sharp = only_face(engine, picture)
    blurred = only_face(engine, np.asarray(cv2.GaussianBlur(picture, (0, 0), 8), np.uint8))
    dark = only_face(engine, np.asarray(picture * 0.25, np.uint8))
    assert blurred.sharpness < sharp.sharpness / 2
    assert blurred.brightness == pytest.approx(sharp.brightness, rel=0.1)
    assert dark.brightness == pytest.approx(sharp.brightness / 4, rel=0.1)
    assert dark.sharpness == pytest.approx(sharp.sharpness, rel=0.1)


def test_a_tilted_image_has_the_tilt_as_roll(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    upright = only_face(engine, picture).pose.roll
    height, width = picture.shape[:2]
    clockwise = cv2.getRotationMatrix2D((width / 2, height / 2), -20, 1)
    tilted = np.asarray(cv2.warpAffine(picture, clockwise, (width, height)), np.uint8)
    assert only_face(engine, tilted).pose.roll - upright == pytest.approx(20, abs=3)


def test_a_mirrored_face_has_the_opposite_yaw(engine: FaceEngine) -> None:
    picture = pixels(BIDEN)
    mirrored = np.ascontiguousarray(picture[:, ::-1])
    yaw = only_face(engine, picture).pose.yaw
    assert abs(yaw) > 10
    assert only_face(engine, mirrored).pose.yaw == pytest.approx(-yaw, abs=5)
    assert alike(vector(engine, picture), vector(engine, mirrored)) > 99


def test_refusal_reasons_name_the_defect(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    small = np.asarray(cv2.resize(picture, None, fx=0.11, fy=0.11, interpolation=cv2.INTER_AREA), np.uint8)
    cases = {
        "LOW_SHARPNESS": np.asarray(cv2.GaussianBlur(picture, (0, 0), 13), np.uint8),
        "LOW_BRIGHTNESS": np.asarray(picture * 0.07, np.uint8),
        "SMALL_BOUNDING_BOX": small,
    }
    assert reasons_against(only_face(engine, picture), "HIGH") == []
    for reason, spoiled in cases.items():
        face = only_face(engine, spoiled)
        assert reason in reasons_against(face, "AUTO")
        assert reasons_against(face, "NONE") == []


def test_a_face_cut_by_the_edge_has_low_quality(engine: FaceEngine) -> None:
    picture = pixels(OBAMA)
    whole = only_face(engine, picture)
    half = only_face(engine, np.ascontiguousarray(picture[:, int(whole.box.left + 0.5 * whole.box.width) :]))
    assert whole.visible == 1
    assert half.visible == pytest.approx(0.6, abs=0.1)
    assert reasons_against(half, "AUTO") == ["LOW_FACE_QUALITY"]


def test_faces_in_one_image_have_different_vectors(engine: FaceEngine) -> None:
    both = side_by_side(pixels(OBAMA2), pixels(BIDEN))
    by_place = sorted(engine.detect(both), key=lambda face: face.box.left)
    left, right = (engine.embed(both, face) for face in by_place)
    assert alike(left, vector(engine, pixels(OBAMA))) > 90
    assert alike(right, vector(engine, pixels(OBAMA))) < 10
