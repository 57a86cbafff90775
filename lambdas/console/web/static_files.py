"""One style sheet and one script for all pages. Their addresses have a digest of their content, so browsers keep them.

Each is made of several files. A browser that asked for every file at once would start as many functions.
"""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from lambdas.console.web.errors import NotFoundError

_FOLDER = Path(__file__).parents[1] / "static"
_PARTS = {
    "style.css": ("pico.min.css", "console.css", "pages.css"),
    "script.js": ("htmx.min.js", "console.js", "pages.js"),
}
_TYPES = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8"}
FOREVER = "public, max-age=31536000, immutable"


@cache
def static_url(name: str) -> str:
    """Return the address of "style.css" or "script.js"."""
    return f"/static/{_digest(name)}/{name}"


def static_file(digest: str, name: str) -> tuple[str, str]:
    """Return a file's text and its media type.

    Raises:
        NotFoundError: there is no such file, or this is not its digest.
    """
    if name not in _PARTS or digest != _digest(name):
        raise NotFoundError("There is no such file.")
    return _text(name), _TYPES[Path(name).suffix]


@cache
def icon() -> str:
    """Return the icon as a data URL."""
    return f"data:image/svg+xml;base64,{base64.b64encode((_FOLDER / 'icon.svg').read_bytes()).decode()}"


@cache
def _text(name: str) -> str:
    """Join the parts. A block of its own keeps the names of each script to itself."""
    parts = [(_FOLDER / part).read_text(encoding="utf-8") for part in _PARTS[name]]
    if name == "script.js":
        library, *own = parts
        parts = [library, *(f"{{\n{script}\n}}" for script in own)]
    return "\n".join(parts)


@cache
def _digest(name: str) -> str:
    return hashlib.sha256(_text(name).encode()).hexdigest()[:16]
