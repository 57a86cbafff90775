"""What the demo knows of a person."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal


class Story(StrEnum):
    """What is particular about the pictures, or the end, of a case."""

    PLAIN = "plain"
    TWO_PHOTOS = "two photos"
    RESOLVED = "resolved"
    NO_PHOTO = "no photo"
    CHILD = "child, with an age progression"
    NO_FACE = "a landscape where the portrait should be"
    TWO_FACES = "two faces of the same size"


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where somebody was last seen, and who asks for them. `state` is its name in full, `phone` ten digits."""

    city: str
    county: str
    state: str
    agency: str
    phone: str


@dataclass(frozen=True)
class Body:
    """Height in inches, weight in pounds."""

    height_in: int
    weight_lb: int
    hair: str
    eyes: str


@dataclass(frozen=True, kw_only=True)
class Person:
    """One person. `age` is that on the day they were last seen.

    `portrait` is the headshot to use, in the library's folders; another of the same sex is taken where that is not at
    hand, and for an empty text none is used. `cousin` is the headshot beside it. `shape` is that of the document,
    2018-19 (A) or 2020 and later (B).
    """

    number: int
    given: str
    family: str
    sex: Literal["female", "male"]
    age: int
    last_seen: str
    place: Place
    body: Body
    circumstances: str
    portrait: str
    cousin: str = ""
    nickname: str | None = None
    shape: Literal["A", "B"] = "B"
    story: Story = Story.PLAIN
