"""Compares searching faces with searching user vectors, for cases with several photos, on the local engine.

    .venv/bin/python -m benchmarks.user_vectors

No two of the people look alike to the engine: 32 are enrolled with one to four photos each, the others are strangers.
Each photo and each probe is the person's headshot, degraded at random: turned, dark or bright, blurred, small, noisy,
compressed. The results show how the scores differ, but not the effect of aging: there are no pictures of one person
years apart. The benchmark compares three scores of a case for a probe:

- faces: the maximum over its photos (SearchFacesByImage, as Homeward does)
- mean: the mean over its photos, by the same search
- user: its user vector (SearchUsersByImage; in the local engine, the mean of the photos' vectors)

Writes build/bench/user_vectors.json.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Annotated

import cv2
import numpy as np
import numpy.typing as npt
import typer
from rich.console import Console
from rich.table import Table

from benchmarks.support.figures import write_figures
from local_cloud.rekognition.engine.distinct_faces import distinct_faces
from local_cloud.rekognition.engine.face_engine import FaceEngine
from local_cloud.rekognition.engine.similarity import similarities, unit

if TYPE_CHECKING:
    from pathlib import Path

    from local_cloud.rekognition.engine.similarity import Vector

ENROLLED, MAX_PHOTOS, PROBES = 32, 4, 4
FALSE_POSITIVES = 0.01
SCORES = ("faces", "mean", "user")
Scores = npt.NDArray[np.float64]


@dataclass(frozen=True)
class EnrolledVectors:
    """The vectors of the photos of each enrolled person, one to four."""

    photos: list[Vector]

    def scores(self, probe: Vector) -> dict[str, Scores]:
        """The similarity (0-100) of the probe to each person, by each score."""
        by_photo = [similarities(probe, vectors) for vectors in self.photos]
        users = np.stack([unit(vectors.mean(axis=0)) for vectors in self.photos])
        return {
            "faces": np.array([found.max() for found in by_photo]),
            "mean": np.array([found.mean() for found in by_photo]),
            "user": similarities(probe, users),
        }


def degrade(picture: npt.NDArray[np.uint8], random: np.random.Generator) -> npt.NDArray[np.uint8]:
    """Change a picture at random, as another camera on another day might show the person."""
    size = int(random.integers(200, 320))
    image = cv2.resize(picture, (size, size), interpolation=cv2.INTER_CUBIC)
    turn = cv2.getRotationMatrix2D((size / 2, size / 2), random.uniform(-12, 12), random.uniform(0.85, 1.0))
    image = cv2.warpAffine(image, turn, (size, size), borderMode=cv2.BORDER_REPLICATE)
    image = cv2.GaussianBlur(image, (0, 0), random.uniform(0.4, 4.5))
    light = image.astype(np.float32) * random.uniform(0.35, 1.4) + random.uniform(-15, 25)
    noisy = light + random.normal(0, random.uniform(1, 14), image.shape)
    clipped = np.clip(noisy, 0, 255).astype(np.uint8)
    data = cv2.imencode(".jpg", clipped, [cv2.IMWRITE_JPEG_QUALITY, int(random.integers(25, 90))])[1]
    found: npt.NDArray[np.uint8] = np.asarray(cv2.imdecode(data, cv2.IMREAD_COLOR), np.uint8)
    return found


def vectors_of(engine: FaceEngine, path: Path, number: int, random: np.random.Generator) -> Vector:
    """Make `number` vectors of one person. Pictures in which the engine finds no face are skipped."""
    picture = np.asarray(cv2.imread(str(path)), np.uint8)
    vectors: list[Vector] = []
    while len(vectors) < number:
        variant = degrade(picture, random)
        if faces := engine.detect(variant):
            vectors.append(engine.embed(variant, faces[0]))
    return np.stack(vectors)


def compare(genuine: list[tuple[int, dict[str, Scores]]], impostors: list[dict[str, Scores]]) -> dict[str, float]:
    """Compute for each score: recall at 1 % false positives, d', and the margin to the next person.

    d' is the distance between the two means in units of their pooled standard deviation (Green and Swets, 1966).
    """
    figures: dict[str, float] = {}
    for score in SCORES:
        own = np.array([scores[score][person] for person, scores in genuine])
        others = np.array([np.delete(scores[score], person).max() for person, scores in genuine])
        strangers = np.array([scores[score].max() for scores in impostors])
        threshold = float(np.quantile(strangers, 1 - FALSE_POSITIVES))
        spread = float(np.sqrt((own.var() + strangers.var()) / 2))
        figures[f"{score}_recall"] = round(float((own > threshold).mean()), 4)
        figures[f"{score}_threshold"] = round(threshold, 2)
        figures[f"{score}_d_prime"] = round(float(own.mean() - strangers.mean()) / spread, 3)
        figures[f"{score}_margin"] = round(float(np.median(own - others)), 2)
    return figures


def measure(seed: int) -> dict[str, float]:
    """Measure the figures, and the cost of user vectors in calls."""
    random, engine = np.random.default_rng(seed), FaceEngine()
    people = distinct_faces()
    counts = [1 + number % MAX_PHOTOS for number in range(ENROLLED)]
    gallery = EnrolledVectors([vectors_of(engine, path, n, random) for path, n in zip(people, counts, strict=False)])
    probes = [vectors_of(engine, path, PROBES, random) for path in people]
    genuine = [(person, gallery.scores(probe)) for person in range(ENROLLED) for probe in probes[person]]
    several = [(person, scores) for person, scores in genuine if counts[person] > 1]
    impostors = [gallery.scores(probe) for vectors in probes[ENROLLED:] for probe in vectors]
    figures = compare(genuine, impostors)
    figures |= {f"several_{name}": value for name, value in compare(several, impostors).items()}
    # Calls to add a photo: IndexFaces and AssociateFaces, and CreateUser for the first.
    calls = (sum(counts) * 2 + ENROLLED) / sum(counts)
    return {**figures, "calls_a_photo_ratio": round(calls, 2), "searches_ratio_if_both": 2.0}


def draw(figures: dict[str, float]) -> Table:
    """Build the table: one row per score, for all people and for those with several photos."""
    table = Table(title="One case, several photos: three ways to score it")
    table.add_column("score")
    for heading in ("recall at 1 % false", "d'", "margin", "recall, 2 or more photos", "d'", "margin"):
        table.add_column(heading, justify="right")
    for score in SCORES:
        cells = [
            f"{figures[f'{part}{score}_{name}']:.3f}" if name != "margin" else f"{figures[f'{part}{score}_{name}']:.1f}"
            for part in ("", "several_")
            for name in ("recall", "d_prime", "margin")
        ]
        table.add_row(score, *cells)
    return table


def main(seed: Annotated[int, typer.Option(help="Seed of the random numbers.")] = 1) -> None:
    """Compare the three scores."""
    figures = measure(seed)
    write_figures("user_vectors", figures)
    console = Console(width=110)
    console.print(draw(figures))
    console.print(f"Calls to Rekognition per photo: {figures['calls_a_photo_ratio']} times as many as now.")


if __name__ == "__main__":
    typer.run(main)
