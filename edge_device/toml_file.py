"""Reads TOML files as editors save them, also with a byte order mark or in UTF-16."""

from __future__ import annotations

import codecs
import tomllib
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

MAX_BYTES = 1_000_000
_MARKS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))


def read_toml(file: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        OSError: the file cannot be read.
        ValueError: it is not TOML, not text in UTF-8 or UTF-16, or too large. The text is one line that says where.
    """
    with file.open("rb") as opened:  # the file may be a device that never ends
        data = opened.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise ValueError(f"too large: the maximum is {MAX_BYTES:,} bytes")
    encoding = next((name for mark, name in _MARKS if data.startswith(mark)), _without_mark(data))
    try:
        return tomllib.loads(data.decode(encoding))
    except UnicodeDecodeError as error:
        name = encoding.removesuffix("-sig").upper()
        raise ValueError(f"not {name} ({error.reason} at byte {error.start})") from error
    except RecursionError as error:
        raise ValueError("not TOML that can be read: nested too deeply") from error
    except ValueError as error:  # also of a number with too many digits
        raise ValueError(f"not TOML: {error}") from error


def _without_mark(data: bytes) -> str:
    """Guess the encoding from the first character, which is ASCII in a TOML file with settings."""
    if data[1:2] == b"\0":
        return "utf-16-le"
    return "utf-16-be" if data[:1] == b"\0" else "utf-8"
