"""Generated cases: any number of fictional cases, deterministic for a seed, made on demand."""

import datetime as dt
import random
from functools import cached_property
from typing import Any

from PIL import Image, ImageDraw

from local_cloud.namus.document_shapes import convert_shape
from local_cloud.namus.images import encode
from local_cloud.namus.population import Entry
from local_cloud.namus.states import POSTAL_CODES

_CASES = "/api/CaseSets/NamUs/MissingPersons/Cases"
_FIRST = 900_001
_STEP = 3  # real numbers have gaps too: unidentified persons share the counter
_PICTURE_IDS_PER_CASE = 100
_LARGE_STATES = {"California": 30, "Texas": 20, "Florida": 15, "Arizona": 8, "Washington": 7, "New York": 6}
_LISTED_TWICE = 0.02  # share of cases
# Number of pictures and its weight: 15 % of cases have none; of the others 53 % have one, 22 % two, 12 % three.
_PICTURES = {0: 15, 1: 45, 2: 19, 3: 10, 4: 5, 6: 4, 9: 2}
_GIVEN = {
    "Female": ("Amaranth", "Bellwether", "Clementia", "Dovelina", "Everlyn", "Fennella", "Gossamer", "Hyacintha"),
    "Male": ("Alderic", "Bramwell", "Corvin", "Dunmore", "Eskander", "Fenwick", "Garrick", "Hollis"),
}
_FAMILY = ("Exampleby", "Fabrikant", "Inventley", "Madeupson", "Mockridge", "Placeholt", "Samplewick", "Specimen")
_PLACES = ("Nowhere Falls", "Sampleton", "Placeholder Junction", "Mockville", "Specimen Springs", "Stubbs Landing")
_SHAPE_A = 0.2  # share of cases


class Synthetic:
    """Fictional cases with the numbers 900001, 900004, ... A fifth has shape A; 2 % are listed in two states.

    Args:
        size: Number of cases.
        seed: The same seed and size give the same cases and pictures.
    """

    def __init__(self, size: int, seed: int = 1) -> None:
        self._size = size
        self._seed = seed

    def refresh(self) -> None:
        """Do nothing: the cases never change."""

    def entries(self) -> list[Entry]:
        """List all cases by number."""
        return self._entries

    def document(self, number: int) -> Any:
        """Make a case's document; None if there is no such case."""
        return self._make(number) if self._has(number) else None

    def picture(self, identity: int) -> bytes | None:
        """Make a unique JPEG without a face; None if no case has this picture."""
        number, position = divmod(identity, _PICTURE_IDS_PER_CASE)
        if not self._has(number) or position >= self._picture_count(number):
            return None
        color = tuple((identity * factor) % 256 for factor in (37, 91, 151))
        image = Image.new("RGB", (240, 320), color)
        ImageDraw.Draw(image).text((20, 150), f"Fictional picture {identity}", fill="white")
        return encode(image, "JPEG")

    @cached_property
    def _entries(self) -> list[Entry]:
        return [Entry(number, self._states(number)) for number in range(_FIRST, self._end, _STEP)]

    @property
    def _end(self) -> int:
        return _FIRST + self._size * _STEP

    def _has(self, number: int) -> bool:
        return number in range(_FIRST, self._end, _STEP)

    def _random(self, number: int, what: str) -> random.Random:
        return random.Random(f"{self._seed} {number} {what}")  # noqa: S311 (not for security)

    def _states(self, number: int) -> tuple[str, ...]:
        chance = self._random(number, "state")
        names = list(POSTAL_CODES)
        home = chance.choices(names, [_LARGE_STATES.get(name, 1) for name in names])[0]
        other = chance.choice(names)
        return (home, other) if other != home and chance.random() < _LISTED_TWICE else (home,)

    def _picture_count(self, number: int) -> int:
        chance = self._random(number, "pictures")
        return chance.choices(list(_PICTURES), list(_PICTURES.values()))[0]

    def _make(self, number: int) -> dict[str, Any]:
        chance = self._random(number, "person")
        is_old = chance.random() < _SHAPE_A
        sex = chance.choice(("Female", "Male"))
        missing_since = dt.date(1990, 1, 1) + dt.timedelta(days=chance.randrange(10_000 if is_old else 13_000))
        created = dt.datetime.combine(missing_since + dt.timedelta(days=9), dt.time(9, chance.randrange(60)))
        age, family = chance.randrange(5, 80), chance.choice(_FAMILY)
        images = [_image(number, position) for position in range(self._picture_count(number))]
        document = {
            "id": number,
            "idFormatted": f"MP{number}",
            "publicationStatus": _lookup(1, "Published"),
            "createdDateTime": created.isoformat(),
            "modifiedDateTime": (created + dt.timedelta(days=chance.randrange(300))).isoformat() + ".25",
            "subjectIdentification": {
                "firstName": chance.choice(_GIVEN[sex]),
                "lastName": family,
                "currentMinAge": age + 2026 - missing_since.year,
                "currentMaxAge": age + 2026 - missing_since.year,
                "computedMissingMinAge": age,
                "computedMissingMaxAge": age,
            },
            "subjectDescription": {
                "heightFrom": chance.randrange(44, 76),
                "weightFrom": chance.randrange(50, 240),
                "ethnicities": [_lookup(7, "Uncertain")],
                "sex": _lookup(2 if sex == "Female" else 1, sex),
                "tribeAssociations": [],
            },
            "caseIsResolved": False,
            "circumstances": {"circumstancesOfDisappearance": "Invented text about nobody. " * chance.randrange(1, 60)},
            "sighting": _sighting(self._states(number)[0], chance.choice(_PLACES), missing_since),
            "investigatingAgencies": [_agency(number, f"{family} County Sheriff's Office")],
            "images": images,
            **({"defaultImage": {"defaultImageIdentityId": images[0]["identityId"]}} if images else {}),
            "documents": [],
            "viewPermission": "public",
            "hrefDefaultImageThumbnail": f"{_CASES}/{number}/Images/Default/Thumbnail",
        }
        return convert_shape(document, "A" if is_old else "B")


def _sighting(state: str, city: str, date: dt.date) -> dict[str, Any]:
    address = {"city": city, "state": {"name": state, "displayName": POSTAL_CODES[state]}}
    return {"date": date.isoformat(), "address": address}


def _image(number: int, position: int) -> dict[str, Any]:
    identity = number * _PICTURE_IDS_PER_CASE + position
    path = f"{_CASES}/{number}/Images/{identity}"
    original = {"mimeType": "image/jpg", "height": 320, "width": 240, "href": f"{path}/Original"}
    return {
        "id": identity + 7,
        "identityId": identity,
        "category": _lookup(24, "ActualPhoto"),
        "isPublic": True,
        "createdDateTime": "2019-02-03T10:00:00.5",
        "files": {
            "original": original,
            "thumbnail": original | {"height": 120, "width": 90, "href": f"{path}/Thumbnail"},
        },
        "hrefDownload": f"{path}/Download",
    }


def _lookup(number: int, name: str) -> dict[str, Any]:
    return {"id": number, "name": name, "localizedName": name}


def _agency(number: int, name: str) -> dict[str, Any]:
    details = {"agency": {"name": name, "phone": f"50355501{number % 100:02}"}}
    return {"name": name, "caseNumber": f"X-{number}", "selection": details}
