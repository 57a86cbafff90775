"""The coordinates of a camera, as an operator types them."""

from __future__ import annotations

import re
from dataclasses import dataclass

_DEGREES = r"[+-]?\d{1,3}(?:\.\d+)?"
_PAIR = re.compile(rf"\s*({_DEGREES})\s*,\s*({_DEGREES})\s*", re.ASCII)


@dataclass(frozen=True)
class Coordinates:
    """Degrees north and east, as maps write them (WGS 84)."""

    latitude: float
    longitude: float


def parse_coordinates(text: str) -> Coordinates:
    """Read "45.5231,-122.6765": latitude, then longitude.

    Raises:
        ValueError: the text is no such pair, or no place on Earth. The message says what to write.
    """
    if not (pair := _PAIR.fullmatch(text)):
        raise ValueError(f"{text!r} is not LATITUDE,LONGITUDE in degrees, such as 45.5231,-122.6765")
    latitude, longitude = float(pair[1]), float(pair[2])
    if abs(latitude) <= 90 and abs(longitude) <= 180:
        return Coordinates(latitude, longitude)
    swapped = abs(longitude) <= 90 and abs(latitude) <= 180
    hint = f"; did you mean {pair[2]},{pair[1]}?" if swapped else ""
    raise ValueError(f"{text!r} is no place on Earth: latitude -90 to 90, then longitude -180 to 180{hint}")
