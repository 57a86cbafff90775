"""Compare names of places as people write them: `Doña Ana` is `DONA ANA COUNTY`, `St. Louis` is `Saint Louis`."""

from __future__ import annotations

import re
import unicodedata

_LETTERS = str.maketrans({"ł": "l", "ø": "o", "đ": "d", "ı": "i", "æ": "ae", "œ": "oe", "&": " and "})  # noqa: RUF001
# Apostrophes part no words, nor does the Hawaiian okina.
_IN_WORDS = re.compile(r"['’‘`´ʻʼʹˈ.]")  # noqa: RUF001
_OTHER = re.compile(r"[\W_]+")
_SHORT = {"st": "saint", "ste": "sainte", "mt": "mount", "ft": "fort", "pt": "point", "co": "county", "cnty": "county"}
_KIND = "county|parish|borough|municipality|municipio|city and borough|city and county|census area|planning region"
_LEADING = re.compile(rf"(?:the )?(?:{_KIND}|town|condado|comte|paroisse) (?:of|de|del|du) ")
_TRAILING = re.compile(rf" (?:{_KIND})\Z")


def name_key(name: str) -> str:
    """Return what names have in common that differ in case, accents, punctuation, spaces and common short forms."""
    return "".join(_words(name).split())


def place_keys(place: str) -> frozenset[str]:
    """Return the keys of a county, city or parish. Two names mean the same place if they share a key.

    A text after a comma, such as the state, is ignored. `Baltimore City` and `Baltimore County` are two places;
    `Baltimore` and `City of Baltimore` may be either.
    """
    words = _words(place.partition(",")[0])
    without_city = words.removeprefix("the ").removeprefix("city of ")
    bare = _TRAILING.sub("", _LEADING.sub("", without_city, count=1)) or words
    keys = {bare, f"{bare} city"} if bare == without_city else {bare}
    return frozenset("".join(key.split()) for key in keys)


def _words(name: str) -> str:
    folded = unicodedata.normalize("NFKD", name.casefold().translate(_LETTERS))
    plain = "".join(character for character in folded if not unicodedata.combining(character))
    words = _OTHER.sub(" ", _IN_WORDS.sub("", re.sub(r"\.(?=\w)", " ", plain))).split()
    return " ".join(_SHORT.get(word, word) for word in words)
