"""Text that a phone carries as GSM-7 (3GPP TS 23.038): 3 segments hold 459 characters, where UCS-2 holds 201."""

import unicodedata

_BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?"
    "¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà"
)
_EXTENDED = frozenset("\f^{}\\[~]|€")  # each is sent as an escape and a character
_ALL = _BASIC | _EXTENDED
_REPLACED = {
    "\N{LEFT SINGLE QUOTATION MARK}": "'",
    "\N{RIGHT SINGLE QUOTATION MARK}": "'",
    "\N{LEFT DOUBLE QUOTATION MARK}": '"',
    "\N{RIGHT DOUBLE QUOTATION MARK}": '"',
    "\N{EN DASH}": "-",
    "\N{EM DASH}": "-",
    "\t": " ",
}


def to_gsm7(text: str) -> str:
    """The text with every character that GSM-7 lacks replaced by its nearest: no accent, plain quotes, or "?"."""
    return "".join(_nearest(character) for character in text)


def septets(text: str) -> int:
    """How many 7-bit units the text takes.

    Raises:
        ValueError: the text has a character that GSM-7 lacks.
    """
    if strange := set(text) - _ALL:
        raise ValueError(f"not in GSM-7: {sorted(strange)}")
    return len(text) + sum(character in _EXTENDED for character in text)


def segments(text: str) -> int:
    """How many text messages a network bills: 160 septets alone, 153 in each of several."""
    length = septets(text)
    return 1 if length <= 160 else -(-length // 153)


def _nearest(character: str) -> str:
    if character in _ALL:
        return character
    if character in _REPLACED:
        return _REPLACED[character]
    plain = "".join(part for part in unicodedata.normalize("NFKD", character) if not unicodedata.combining(part))
    return plain if plain and all(part in _ALL for part in plain) else "?"
