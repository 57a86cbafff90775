"""The data of a fictional person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Story(StrEnum):
    """What is special about a case's pictures or its status."""

    PLAIN = "plain"
    TWO_PHOTOS = "two photos"
    RESOLVED = "resolved"
    NO_PHOTO = "no photo"
    CHILD = "child, with an age progression"
    NO_FACE = "a landscape where the portrait should be"
    TWO_FACES = "two faces of the same size"


@dataclass(frozen=True, kw_only=True)
class Jurisdiction:
    """Where a person was last seen, and the agency in charge. `state` is the full name, `phone` ten digits."""

    city: str
    county: str
    state: str
    agency: str
    phone: str


@dataclass(frozen=True)
class Body:
    """Height in inches, weight in pounds, and colors."""

    height_in: int
    weight_lb: int
    hair: str
    eyes: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person.

    Attributes:
        age: Age when last seen.
        portrait: Preferred headshot, such as `male/13.jpg`; empty for none. If it is not installed, another one of
            the same sex is used.
        cousin: Headshot to put beside the portrait.
        shape: Shape of the document: A (2018-19) or B (2020 and later).
    """

    number: int
    given: str
    family: str
    sex: Literal["female", "male"]
    age: int
    last_seen: str
    jurisdiction: Jurisdiction
    body: Body
    circumstances: str
    portrait: str
    cousin: str = ""
    nickname: str | None = None
    shape: Literal["A", "B"] = "B"
    story: Story = Story.PLAIN
