"""Clean text from outside, so that one fact is one visible line whatever its source wrote.

Sources, lists of agencies, operators and people who answer alerts write such text.
"""

from __future__ import annotations

import re
import unicodedata

# Terminals act on these sequences: colors, titles, links.
_ANSI = re.compile(
    r"(?:\x1b\[|\x9b)[0-?]*[ -/]*[@-~]|(?:\x1b\]|\x9d)[^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c)?|\x1b[@-Z\\-_]"
)
# These characters show nothing, though Python counts them as printable: fillers, joiners, variation selectors.
_INVISIBLE = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u180b\u180c\u180d\u180f\u3164\uffa0").union(
    map(chr, range(0xFE00, 0xFE10)), map(chr, range(0xE0100, 0xE01F0))
)
_BLANK = frozenset("\u2800")  # the empty Braille pattern
_SPACES = frozenset({"Cc", "Zl", "Zp", "Zs"})
_MAX_SHOWN = 200
_MAX_REASON = 500
# More marks on one letter than any language uses would cover the lines above and below.
_MAX_MARKS = 4
# Spreadsheets take a cell that begins with one of these for a formula: also in full width, in Japan, and some after
# spaces.
_FORMULA = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")


def single_line(text: str) -> str:
    """Return the visible text as one line in composed Unicode (NFC), with single spaces.

    Line breaks, tabs and other controls become spaces. Characters that nobody sees are dropped: terminal sequences,
    bidirectional controls, zero-width characters, soft hyphens, and code points without a character.
    """
    return " ".join(visible(text).split())


def shown(text: str) -> str:
    """Return the start of a text as an error message quotes it: printable, and not longer than a message may be."""
    printable = text if text.isprintable() else ascii(text)
    return printable if len(printable) <= _MAX_SHOWN else f"{printable[:_MAX_SHOWN]}..."


def reason_line(reason: str) -> str:
    """Return the reason of a failure, which may quote text from outside, as one line of at most 500 characters."""
    return single_line(reason[: 4 * _MAX_REASON])[:_MAX_REASON].strip()


def reason_metadata(reason: str) -> dict[str, str]:
    """Build S3 object metadata with a reason. Metadata travels as a header, so it must be ASCII."""
    return {"reason": reason_line(reason).encode("ascii", "replace").decode()}


def paragraphs(text: str) -> str:
    """Return text of several lines: each line as `single_line` does, with at most one empty line between two."""
    lines = "\n".join(single_line(line) for line in _ANSI.sub("", text).splitlines())
    return re.sub(r"\n{3,}", "\n\n", lines).strip()


def visible(text: str) -> str:
    """Return the visible text as `single_line` does, but with each of its spaces."""
    if text.isascii() and text.isprintable():
        return text
    kept, marks = [], 0
    for character in unicodedata.normalize("NFC", _ANSI.sub("", text)):
        category = unicodedata.category(character)
        marks = marks + 1 if category in {"Mn", "Me"} else 0
        if category in _SPACES or character in _BLANK:
            kept.append(" ")
        elif category[0] != "C" and character not in _INVISIBLE and marks <= _MAX_MARKS:
            kept.append(character)
    # A dropped character may have kept a letter and its accent apart.
    return unicodedata.normalize("NFC", "".join(kept))


def spreadsheet_cell(text: str) -> str:
    """Return the text of a CSV cell that no spreadsheet runs as a formula."""
    return f"'{text}" if text.startswith(("\t", "\r")) or text.lstrip().startswith(_FORMULA) else text
