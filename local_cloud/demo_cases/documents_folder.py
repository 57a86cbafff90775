"""Writes the folder of NamUs documents and pictures of the demo's cases."""

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from local_cloud.demo_cases.casting import Casting
from local_cloud.demo_cases.images import age_progression, another_photo, enlarged, landscape, side_by_side
from local_cloud.demo_cases.namus_document import case_document, image_entry, lookup
from local_cloud.demo_cases.people import MISSING_NUMBER, PEOPLE
from local_cloud.demo_cases.person import Person, Story

_PHOTO = lookup(24, "ActualPhoto")
_AGE_PROGRESSION = lookup(25, "AgeProgression")
_QUALITY = 92


@dataclass(frozen=True, kw_only=True)
class DemoCases:
    """The written cases.

    Attributes:
        missing_still: Headshot of the missing person who walks past the camera.
        missing_case_id: That person's case, e.g. `namus:MP980101`.
        bystander_stills: At least three headshots of people who are in no case and resemble nobody in a case.
        case_count: Number of documents, including the resolved case.
    """

    missing_still: Path
    missing_case_id: str
    bystander_stills: list[Path]
    case_count: int


def write_demo_documents(folder: Path, portraits: Sequence[Path]) -> DemoCases:
    """Write the demo's cases. They replace the documents and pictures in the folder.

    Args:
        folder: Gets `*.json` and `images/{identityId}.jpg`, as `python -m local_cloud namus` serves them.
        portraits: The headshots of `local_cloud.rekognition.engine.distinct_faces.distinct_faces`.

    Raises:
        CloudError: There are too few portraits.
    """
    casting = Casting(portraits)
    headshots = {person.number: casting.take(person.sex, person.portrait) for person in PEOPLE if person.portrait}
    cousins = {person.number: casting.take(person.sex, person.cousin) for person in PEOPLE if person.cousin}
    bystanders = casting.bystanders()
    _empty(folder)
    for person in PEOPLE:
        pictures = _pictures(person, headshots.get(person.number), cousins.get(person.number))
        entries = [
            write_picture(folder, person.number, position, picture, category=category, caption=caption)
            for position, (picture, category, caption) in enumerate(pictures)
        ]
        write_document(folder, person.number, case_document(person, entries))
    return DemoCases(
        missing_still=headshots[MISSING_NUMBER],
        missing_case_id=f"namus:MP{MISSING_NUMBER}",
        bystander_stills=bystanders,
        case_count=len(PEOPLE),
    )


def _empty(folder: Path) -> None:
    """Create the folder, or delete the documents and pictures in it."""
    (folder / "images").mkdir(parents=True, exist_ok=True)
    for file in (*folder.glob("*.json"), *(folder / "images").iterdir()):
        file.unlink()


def write_picture(
    folder: Path, number: int, position: int, picture: Image.Image, *, category: dict[str, Any], caption: str
) -> dict[str, Any]:
    """Write one picture of a case, and return its entry for the document."""
    identity = number * 10 + position
    picture.save(folder / "images" / f"{identity}.jpg", quality=_QUALITY)
    return image_entry(number, identity, picture.size, category, caption)


def write_document(folder: Path, number: int, document: dict[str, Any]) -> None:
    """Write a case's document atomically, because a stand-in may be serving the folder."""
    unfinished = folder / f"MP{number}.unfinished"
    unfinished.write_text(json.dumps(document, indent=2) + "\n")
    unfinished.rename(folder / f"MP{number}.json")


def _pictures(
    person: Person, headshot: Path | None, cousin: Path | None
) -> Iterator[tuple[Image.Image, dict[str, Any], str]]:
    """Make a person's pictures, each with its category and caption."""
    name = f"{person.given} {person.family}"
    if person.story is Story.NO_FACE:
        yield landscape(), _PHOTO, "Where she was going"
    if headshot is None:
        return
    portrait = enlarged(headshot)
    if cousin is not None:
        yield side_by_side(portrait, enlarged(cousin)), _PHOTO, f"{name} and a cousin"
        return
    yield portrait, _PHOTO, f"{name}, {int(person.last_seen[:4]) - 1}"
    if person.story is Story.TWO_PHOTOS:
        yield another_photo(portrait), _PHOTO, f"{name}, another day"
    if person.story is Story.CHILD:
        yield age_progression(portrait), _AGE_PROGRESSION, f"{person.given}, age progressed to 28 years"
