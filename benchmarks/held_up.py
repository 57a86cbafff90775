"""Measures what a passive check of a track would catch of photos and phones that somebody holds up to a camera.

    .venv/bin/python -m benchmarks.held_up

The check: a picture is flat, so from one shot of it to the next, the five points of the face move as a plane does. On a
head that turns, the tip of the nose moves more than the plane of eyes and mouth. What an affine map from shot to shot
does not explain, in shares of the distance of the eyes, is the evidence of depth.

The rendered heads are flat themselves, so a walk shows how a held-up picture measures: the residual is the detector's
own error. For a living head, the nose is moved by what its depth adds at the angles of the same two shots. The share of
pictures caught is given at a threshold that calls one living head in a hundred a picture.

Writes build/bench/held_up.json.
"""

from __future__ import annotations

import tempfile
from itertools import pairwise
from math import sin
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import cv2
import numpy as np
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import write_figures
from benchmarks.walks.filming import Condition, conditions, film, shots_of
from benchmarks.walks.people import portraits
from edge_device.core.best_shot import ShotRules
from local_cloud.rekognition.engine.face_engine import FaceEngine

if TYPE_CHECKING:
    from collections.abc import Iterator

    from numpy.typing import NDArray

    from benchmarks.walks.filming import Conditions, Shot

# Tip of the nose to the plane of eyes and mouth (25 mm), over the distance of the pupils (63 mm).
NOSE_DEPTH = 25 / 63
NOSE = 2
LIVING_CALLED_PICTURES = 0.01


def residual(before: NDArray[np.float64], after: NDArray[np.float64]) -> float:
    """Return what the best affine map between five points leaves, as a share of the distance of the eyes."""
    design = np.column_stack([before, np.ones(len(before))])
    solved = np.linalg.lstsq(design, after, rcond=None)[0]
    left = after - design @ solved
    return float(np.sqrt((left**2).sum(axis=1).mean()) / np.linalg.norm(after[1] - after[0]))


def living(after: NDArray[np.float64], turned_rad: tuple[float, float]) -> NDArray[np.float64]:
    """Move the nose by what its depth adds between two angles of the head."""
    eyes = after[1] - after[0]
    moved = after.copy()
    moved[NOSE] += NOSE_DEPTH * (sin(turned_rad[1]) - sin(turned_rad[0])) * eyes
    return moved


def pairs(engine: FaceEngine, chosen: Conditions, shots: list[Shot[bytes]]) -> Iterator[tuple[float, float, float]]:
    """Yield the residuals of a picture and of a living head, and the turn in degrees, for each two shots in a row."""
    seen = []
    for shot in shots:
        faces = engine.detect(
            np.asarray(cv2.imdecode(np.frombuffer(shot.picture, np.uint8), cv2.IMREAD_COLOR), np.uint8)
        )
        pose = chosen.walk.pose(shot.at_s, (1280, 720))
        if faces and pose:
            seen.append((faces[0].landmarks, pose.yaw + chosen.turned))
    for (before, yaw), (after, later_yaw) in pairwise(seen):
        turn = float(np.degrees(abs(later_yaw - yaw)))
        yield residual(before, after), residual(before, living(after, (yaw, later_yaw))), turn


def measure(*, people: int, seed: int) -> dict[str, float]:
    """Film people and measure every pair of shots."""
    engine, random = FaceEngine(), np.random.default_rng(seed)
    found: list[tuple[float, float, float]] = []
    tracks = followed = 0
    with tempfile.TemporaryDirectory() as folder:
        for portrait in portraits(Path(folder))[:people]:
            for condition in (Condition.CLEAR, *Condition):
                chosen = conditions(portrait.path, condition, random)
                shots = shots_of(film(chosen, random), ShotRules())
                tracks += bool(shots)
                followed += len(shots) > 1
                found += pairs(engine, chosen, shots)
    flat, deep, turns = (np.array(column) for column in zip(*found, strict=True))
    figures = {
        "tracks": tracks,
        "tracks_with_two_shots": followed,
        "median_turn_degrees": round(float(np.median(turns)), 1),
        "detector_error_median": round(float(np.median(flat)), 4),
        "living_residual_median": round(float(np.median(deep)), 4),
    }
    for least in (0, 10, 20):
        chosen_pairs = turns >= least
        threshold = float(np.quantile(deep[chosen_pairs], LIVING_CALLED_PICTURES))
        caught = float((flat[chosen_pairs] < threshold).mean())
        figures |= {f"pairs_turn_{least}": int(chosen_pairs.sum()), f"caught_turn_{least}": round(caught, 3)}
    return figures


def main(
    seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1,
    people: Annotated[int, typer.Option(min=2, help="Number of people.")] = 20,
) -> None:
    """Measure the check."""
    figures = measure(people=people, seed=seed)
    write_figures("held_up", figures)
    table = Table("turn between two shots", "pairs", "pictures caught, 1 % of living heads called pictures")
    for least in (0, 10, 20):
        share = f"{figures[f'caught_turn_{least}']:.1%}"
        table.add_row(f"at least {least} degrees", f"{figures[f'pairs_turn_{least}']:g}", share)
    Console(width=110).print(table)


if __name__ == "__main__":
    typer.run(main)
