"""Addresses of network cameras: any password works in them, and none is printed.

Installers write passwords as they are. FFmpeg expects the reserved characters of a user or password percent-encoded.
"""

from __future__ import annotations

import re
from urllib.parse import quote

_URL = re.compile(r"(?s)([A-Za-z][A-Za-z0-9+.\-]*):/+(.*)\Z")
_HOST = re.compile(r"(\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9._\-]+)(:[0-9]{1,5})?\Z")
_ADDRESS = re.compile(r"\[|[0-9]{1,3}(\.[0-9]{1,3}){3}(:|\Z)")
_FULL_NAME = re.compile(r"localhost|.*\.[A-Za-z]")
_STRAY_PERCENT = re.compile(r"%(?![0-9A-Fa-f]{2})")
_NOT_RESERVED_IN_PASSWORDS = "!$&'()*+,;=~%"


def playable(source: str) -> str:
    """Percent-encode the user and password of a URL. What is already percent-encoded stays as it is."""
    scheme, userinfo, rest = _split(source)
    if not userinfo:
        return source
    user, colon, password = userinfo.partition(":")
    return f"{scheme}://{_encoded(user)}{colon}{_encoded(password)}@{rest}"


def redacted(source: str) -> str:
    """Remove user, password and parameters from a source, for logs and errors."""
    scheme, _, rest = _split(source)
    if not scheme:  # a file, or a URL without its scheme
        return source.rpartition("@")[2] if re.search(r"(?s):.*@", source) else source
    shown = re.split(r"[?#;&=@]", rest, maxsplit=1)[0]
    return f"{scheme}://{shown}{'' if shown == rest else '...'}"


def _split(source: str) -> tuple[str, str, str]:
    """Split a URL into scheme, user with password, and the rest. All but the rest is empty if it is no URL.

    A raw password may contain each separator of a URL, so the host may begin after any `@`. An IP address is the most
    likely host, then a full name. Of equals, the last is the host, because the others may be parts of a password.
    """
    found = _URL.match(source)
    if not found:
        return "", "", source
    scheme, text = found.groups()
    in_authority = text.rfind("@", 0, len(re.split(r"[/?#]", text, maxsplit=1)[0])) + 1
    later = [at.end() for at in re.finditer("@", text) if at.end() > in_authority and ":" in text[: at.start()]]
    hosts = {start: re.split(r"[/?#]", text[start:], maxsplit=1)[0] for start in (in_authority, *later)}
    possible = [start for start, host in hosts.items() if _HOST.match(host)] or [max(hosts)]
    addresses = [start for start in possible if _ADDRESS.match(hosts[start])]
    names = [start for start in possible if _FULL_NAME.match(hosts[start])]
    start = addresses[0] if addresses else (names or possible)[-1]
    return scheme, text[: start - 1] if start else "", text[start:]


def _encoded(text: str) -> str:
    return quote(_STRAY_PERCENT.sub("%25", text), safe=_NOT_RESERVED_IN_PASSWORDS)
