"""GSM-7, the 7-bit alphabet of text messages (3GPP TS 23.038). 3 segments hold 459 characters; UCS-2 holds 201."""

import re
import unicodedata
from functools import lru_cache

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes an escape and a character
_ALL = _BASIC | _EXTENDED
_WORD = re.compile(r"[^ \n]+")
_GREEK = frozenset("ΔΦΓΛΩΠΨΣΘΞ")
_NOT_GREEK = _ALL - _GREEK
# `anyascii` would write << for a quotation mark.
_REPLACEMENTS = str.maketrans({"«": '"', "»": '"', "\t": " "})
_NAME_OF_EMOJI = re.compile(r":\w+:")


def to_gsm7(text: str) -> str:
    """Write each character that GSM-7 lacks with the nearest letters: Łódź -> Lodz. Emoji are dropped."""
    composed = unicodedata.normalize("NFC", text).translate(_REPLACEMENTS)
    return composed if _ALL.issuperset(composed) else _WORD.sub(lambda word: _word(word[0]), composed)


def septets(text: str) -> int:
    """Count the 7-bit units of a text.

    Raises:
        ValueError: GSM-7 lacks a character of the text.
    """
    if unsupported := set(text) - _ALL:
        raise ValueError(f"not in GSM-7: {sorted(unsupported)}")
    return len(text) + sum(map(text.count, _EXTENDED))


def segments(text: str) -> int:
    """Count the segments that a network bills: one holds 160 septets, each of several holds 153.

    An escape and its character stay in one segment, so a segment may end with one septet unused.
    """
    used = septets(text)
    if used <= 160:
        return 1
    if used == len(text):
        return -(-used // 153)
    count, used = 1, 0
    for character in text:
        size = 2 if character in _EXTENDED else 1
        if used + size > 153:
            count, used = count + 1, 0
        used += size
    return count


def _word(word: str) -> str:
    """Convert a word. If GSM-7 lacks letters of a Greek word, all its letters become Latin."""
    if _ALL.issuperset(word):
        return word
    return "".join(letter if letter in _NOT_GREEK else _nearest(letter) for letter in word)


@lru_cache(maxsize=1024)
def _nearest(character: str) -> str:
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    if not _ALL.issuperset(plain) or character in _GREEK:
        # The import takes longer than all else here, and most alerts do not need it.
        from anyascii import anyascii  # noqa: PLC0415

        plain = _NAME_OF_EMOJI.sub("", anyascii(character))
        if character.isalpha():
            plain = plain.replace("?", "")  # it stands for a sound that nobody knows
    return "".join(part for part in plain.replace("`", "'") if part in _ALL)
