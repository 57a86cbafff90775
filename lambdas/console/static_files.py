"""The style sheets and scripts. Their addresses have a digest of their content, so browsers keep them for good."""

from __future__ import annotations

import hashlib
from functools import cache
from pathlib import Path

from lambdas.console.errors import NotFoundError

_FOLDER = Path(__file__).parent / "static"
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOREVER = "public, max-age=31536000, immutable"


@cache
def static_url(name: str) -> str:
    """Return the address of a file of `static/`."""
    return f"/static/{_digest(name)}/{name}"


def static_file(digest: str, name: str) -> tuple[str, str]:
    """Return a file's text and its media type.

    Raises:
        NotFoundError: there is no such file, or this is not its digest.
    """
    if name not in _names() or digest != _digest(name):
        raise NotFoundError("There is no such file.")
    return (_FOLDER / name).read_text(encoding="utf-8"), _TYPES[Path(name).suffix]


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((_FOLDER / name).read_bytes()).hexdigest()[:16]


@cache
def _names() -> frozenset[str]:
    return frozenset(path.name for path in _FOLDER.iterdir() if path.suffix in _TYPES)
