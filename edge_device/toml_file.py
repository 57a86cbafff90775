"""Reads TOML files as editors save them, also with a byte order mark or in UTF-16."""

from __future__ import annotations

import codecs
import re
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000
_MAX_DEPTH = 200
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){100}""", re.ASCII)
_TOO_DEEP = "not TOML that can be read: nested too deeply"
_ADVICE = {
    "Cannot overwrite a value": "{} is there twice; delete one",
    "Cannot declare": "the table [{}] is there twice; put its keys under one heading",
    "Invalid value": "the value of {} cannot be read; text needs quotation marks, and true and false are lower case",
    "Expected '=' after a key": "expected KEY = VALUE",
    "Unescaped '\\' in a string": "the value of {} has a backslash; put it in single quotation marks",
    "Invalid hex value": "the value of {} has a backslash; put it in single quotation marks",
    "Illegal character '\\n'": "the value of {} lacks its closing quotation mark",
    "Expected newline or end of document": "there is more after the value of {}; is a quotation mark missing or extra?",
}
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not TOML, not text in UTF-8 or UTF-16, or too large. The text is one line that says where.
    """
    text = read_text(file)
    if _LONG_KEY.search(text):  # the parser's memory grows with the square of its parts
        raise ValueError(_TOO_DEEP)
    try:
        document = tomllib.loads(f"{text}\n")  # so that an error in the last line has its number
    except RecursionError as error:
        raise ValueError(_TOO_DEEP) from error
    except ValueError as error:  # also of a number with too many digits
        raise ValueError(f"not TOML: {_explained(str(error), text.splitlines())}") from error
    if _is_deep(document):
        raise ValueError(_TOO_DEEP)
    return document


def read_text(file: Path) -> str:
    """Read a text file as editors save it.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not text in UTF-8 or UTF-16, or too large. The text is one line.
    """
    with file.open("rb") as opened:  # the file may be a device that never ends
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"too large: the maximum is {MAX_BYTES:,} bytes")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), _without_mark(data))
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(f"not {name} ({error.reason} at byte {error.start})") from error


def _is_deep(document: dict[str, Any]) -> bool:
    level: list[Any] = [document]
    for _ in range(_MAX_DEPTH):
        level = [member for each in level for member in (each.values() if isinstance(each, dict) else each)]
        level = [member for member in level if isinstance(member, dict | list)]
    return bool(level)


def _explained(message: str, lines: list[str]) -> str:
    """Say what to do about the common mistakes. Name the key, never its value, which may be a password."""
    if not (found := re.search(r"\(at line (\d+), ", message)):
        return message
    number = int(found[1])
    line = lines[number - 1] if number <= len(lines) else ""
    key = re.match(r"""\s*(?:\[+\s*)?([\w."' -]{1,80}?)\s*(?:[]=]|$)""", line, re.ASCII)
    name = key[1] if key else "it"
    for start, advice in _ADVICE.items():
        if message.startswith(start):
            return f"line {number}: {advice.format(name)}"
    return message


def _without_mark(data: bytes) -> str:
    """Guess the encoding from the first character, which is ASCII in a TOML file with settings."""
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8"
