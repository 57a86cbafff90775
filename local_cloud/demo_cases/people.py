"""Who the demo's cases are about. Nobody: names, places, agencies and phone numbers are invented."""

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


_NOWHERE = Place(
    city="Nowhere Falls",
    county="Larkspur",
    state="Oregon",
    agency="Nowhere Falls Police Department",
    phone="5035550117",
)
_SAMPLE = Place(
    city="Sampleton",
    county="Cottonwood",
    state="Texas",
    agency="Cottonwood County Sheriff's Office",
    phone="3255550136",
)
_MOCK = Place(city="Mock Harbor", county="Tidewater", state="Maine", agency="Mock Harbor Police", phone="2075550164")
_STUB = Place(
    city="Stubbs Landing", county="Birchbark", state="Ohio", agency="Birchbark County Sheriff", phone="6145550188"
)


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
    hand, and for an empty text none is used. `cousin` is the headshot beside it. `shape` is that of the document, 2018-19 (A) or 2020 and later (B).
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


MISSING_NUMBER = 980101
"""The person who walks past the demo's camera."""
BYSTANDERS = ("female/4.jpg", "male/40.jpg", "male/17.jpg", "female/9.jpg")
"""Headshots that are in no case, of people who resemble nobody in one, seen from the front."""

PEOPLE = (
    Person(
        number=MISSING_NUMBER,
        given="Corwin",
        family="Fablewright",
        nickname="Cory",
        sex="male",
        age=31,
        last_seen="2026-09-14",
        place=_NOWHERE,
        body=Body(71, 168, "Red/Auburn", "Blue"),
        circumstances="Left a fictional wedding at the Larkspur grange on foot and was not seen again.",
        portrait="male/13.jpg",
    ),
    Person(
        number=980104,
        given="Isolde",
        family="Inkwell",
        sex="female",
        age=27,
        last_seen="2025-03-02",
        place=_NOWHERE,
        body=Body(66, 135, "Blond/Strawberry", "Blue"),
        circumstances="Did not arrive at an invented lighthouse where friends waited.",
        portrait="female/10.jpg",
        story=Story.TWO_PHOTOS,
    ),
    Person(
        number=980107,
        given="Barnaby",
        family="Madeupson",
        nickname="Barn, Barney",
        sex="male",
        age=44,
        last_seen="2011-06-30",
        place=_SAMPLE,
        body=Body(69, 190, "Black", "Brown"),
        circumstances="Drove away from an invented hardware shop; the truck was found at a river that is on no map.",
        portrait="male/14.jpg",
        shape="A",
    ),
    Person(
        number=980110,
        given="Juniper",
        family="Sampleford",
        nickname="Junie",
        sex="female",
        age=16,
        last_seen="2014-05-21",
        place=_SAMPLE,
        body=Body(63, 112, "Brown", "Blue"),
        circumstances="Last seen on the way home from an invented school. Shown as a photo, and as she may look today.",
        portrait="female/1.jpg",
        story=Story.CHILD,
    ),
    Person(
        number=980113,
        given="Tamsin",
        family="Foundleigh",
        sex="female",
        age=35,
        last_seen="2026-01-08",
        place=_MOCK,
        body=Body(65, 140, "Brown", "Brown"),
        circumstances="Found safe: this case is closed, and nobody may be alerted to it any more.",
        portrait="female/14.jpg",
        story=Story.RESOLVED,
    ),
    Person(
        number=980116,
        given="Ansel",
        family="Fabricated",
        sex="male",
        age=60,
        last_seen="2022-12-30",
        place=_STUB,
        body=Body(66, 150, "Gray or Partially Gray", "Brown"),
        circumstances="No picture of him was ever invented.",
        portrait="",
        story=Story.NO_PHOTO,
    ),
    Person(
        number=980119,
        given="Perpetua",
        family="Nullable",
        sex="female",
        age=52,
        last_seen="2019-08-19",
        place=_STUB,
        body=Body(64, 150, "Black", "Brown"),
        circumstances="Set out for a hill that does not exist; the only picture is of the hill.",
        portrait="",
        story=Story.NO_FACE,
    ),
    Person(
        number=980122,
        given="Dorian",
        family="Twinfold",
        sex="male",
        age=29,
        last_seen="2023-04-11",
        place=_MOCK,
        body=Body(70, 160, "Brown", "Hazel"),
        circumstances="The only picture shows him beside an invented cousin, and does not say which of the two he is.",
        portrait="male/5.jpg",
        cousin="male/43.jpg",
        story=Story.TWO_FACES,
    ),
    Person(
        number=980125,
        given="Marlowe",
        family="Exampleton",
        sex="male",
        age=37,
        last_seen="2021-02-27",
        place=_NOWHERE,
        body=Body(70, 172, "Brown", "Hazel"),
        circumstances="Last seen leaving an invented bookshop.",
        portrait="male/20.jpg",
    ),
    Person(
        number=980128,
        given="Rosalind",
        family="Placeholt",
        sex="female",
        age=24,
        last_seen="2024-07-05",
        place=_MOCK,
        body=Body(67, 128, "Brown", "Green"),
        circumstances="Missed a ferry that never ran.",
        portrait="female/15.jpg",
    ),
    Person(
        number=980131,
        given="Phineas",
        family="Stubbins",
        sex="male",
        age=22,
        last_seen="2018-10-09",
        place=_STUB,
        body=Body(68, 145, "Brown", "Brown"),
        circumstances="Went to an invented concert and did not come back.",
        portrait="male/10.jpg",
        shape="A",
    ),
    Person(
        number=980134,
        given="Ottoline",
        family="Mockridge",
        sex="female",
        age=33,
        last_seen="2017-11-24",
        place=_SAMPLE,
        body=Body(62, 120, "Black", "Brown"),
        circumstances="Parted from colleagues at a fictional fair.",
        portrait="female/21.jpg",
        shape="A",
    ),
    Person(
        number=980137,
        given="Leopold",
        family="Specimen",
        sex="male",
        age=40,
        last_seen="2020-09-17",
        place=_NOWHERE,
        body=Body(72, 198, "Black", "Brown"),
        circumstances="Left an invented bakery before dawn.",
        portrait="male/4.jpg",
    ),
    Person(
        number=980140,
        given="Cordelia",
        family="Dummett",
        sex="female",
        age=30,
        last_seen="2025-12-12",
        place=_SAMPLE,
        body=Body(65, 131, "Red/Auburn", "Blue"),
        circumstances="Last seen at a bus stop of no line.",
        portrait="female/28.jpg",
    ),
    Person(
        number=980143,
        given="Ignatius",
        family="Phantomhill",
        sex="male",
        age=26,
        last_seen="2016-02-03",
        place=_MOCK,
        body=Body(69, 158, "Brown", "Blue"),
        circumstances="Rowed out of a harbor that is on no chart.",
        portrait="male/27.jpg",
        shape="A",
    ),
    Person(
        number=980146,
        given="Henrietta",
        family="Imaginelli",
        sex="female",
        age=29,
        last_seen="2026-06-01",
        place=_STUB,
        body=Body(66, 138, "Black", "Brown"),
        circumstances="Did not open her invented flower shop in the morning.",
        portrait="female/26.jpg",
    ),
    Person(
        number=980149,
        given="Lysander",
        family="Conjecture",
        sex="male",
        age=48,
        last_seen="2023-08-28",
        place=_SAMPLE,
        body=Body(67, 181, "Black", "Brown"),
        circumstances="Walked away from a fictional ranch.",
        portrait="male/41.jpg",
    ),
    Person(
        number=980152,
        given="Philippa",
        family="Fictorius",
        sex="female",
        age=38,
        last_seen="2022-05-15",
        place=_NOWHERE,
        body=Body(68, 144, "Blond/Strawberry", "Green"),
        circumstances="Last seen at an invented garden show.",
        portrait="female/23.jpg",
    ),
)
