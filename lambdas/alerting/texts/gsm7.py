"""GSM-7, the 7-bit alphabet of text messages (3GPP TS 23.038). 3 segments hold 459 characters; UCS-2 holds 201."""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each takes an escape and a character
_ALL = _BASIC | _EXTENDED
_REPLACEMENTS = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\t": " ",
}


def to_gsm7(text: str) -> str:
    """Replace each character that GSM-7 lacks by its nearest: without accent, plain quotes, or "?"."""
    return "".join(_nearest(character) for character in text)


def septets(text: str) -> int:
    """Count the 7-bit units of a text.

    Raises:
        ValueError: GSM-7 lacks a character of the text.
    """
    if unsupported := set(text) - _ALL:
        raise ValueError(f"not in GSM-7: {sorted(unsupported)}")
    return len(text) + sum(character in _EXTENDED for character in text)


def segments(text: str) -> int:
    """Count the segments that a network bills: one holds 160 septets, each of several holds 153."""
    length = septets(text)
    return 1 if length <= 160 else -(-length // 153)


def _nearest(character: str) -> str:
    if character in _ALL:
        return character
    if character in _REPLACEMENTS:
        return _REPLACEMENTS[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain and all(part in _ALL for part in plain) else "?"
