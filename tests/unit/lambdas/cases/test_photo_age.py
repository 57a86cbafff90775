"""How much an old photo raises what a match on it needs."""

from __future__ import annotations

from datetime import date

import msgspec
import pytest

from lambdas.cases.case import Case, LastSeen, Range, SourcePhoto
from lambdas.cases.photo_age import photo_age_halvings

TODAY = date(2026, 11, 27)
ADULT = Case(case_id="a:1", source="a", source_id="1", age_when_missing=Range(min=30, max=30))
CHILD = msgspec.structs.replace(ADULT, age_when_missing=Range(min=8, max=9))


@pytest.mark.parametrize(
    ("case", "year", "halvings"),
    [
        (ADULT, 2026, 0),
        (ADULT, 2020, 0),
        (ADULT, 2010, 0.25),
        (ADULT, 1980, 0.5),
        (CHILD, 2025, 0),
        (CHILD, 2023, 0.5),
        (CHILD, 2010, 1),
        (ADULT, 2030, 0),
    ],
)
def test_older_photos_need_more_and_childrens_sooner(case: Case, year: int, halvings: float) -> None:
    photo = SourcePhoto(photo_id="1", url="https://source.example/1", taken_year=year)
    assert photo_age_halvings(case, photo, TODAY) == halvings


def test_photo_without_a_year_is_of_when_the_person_was_last_seen() -> None:
    photo = SourcePhoto(photo_id="1", url="https://source.example/1")
    assert photo_age_halvings(ADULT, photo, TODAY) == 0
    long_ago = msgspec.structs.replace(ADULT, last_seen=LastSeen(date="2010-03"))
    assert photo_age_halvings(long_ago, photo, TODAY) == 0.25
    assert photo_age_halvings(long_ago, None, TODAY) == 0.25
