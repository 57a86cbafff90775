"""E-mail addresses and URLs: refuse the ones that cannot work, and guess what was meant."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from edge_device.wording.likely import did_you_mean
from lambdas.common.outside_text import shown

_MAX_HOST, _MAX_EMAIL = 253, 254
_ATOM = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@(?:{_LABEL}\.)+[A-Za-z]{{2,63}}")
_HOST = re.compile(rf"{_LABEL}(?:\.{_LABEL})*|[0-9a-f:.]+")


def _is_address(url: str) -> str:
    """Refuse what a library would refuse later, and return the URL without a slash at its end."""
    try:
        parts = urlsplit(url)
        is_valid = parts.port != 0 and _is_host(parts.hostname or "") and url.isascii()
    except ValueError:
        is_valid = False
    if is_valid and "@" in parts.netloc:
        raise ValueError("must not have a user or a password: the file is no place for secrets")
    if not (is_valid and url.isprintable()):
        raise ValueError(
            f"{shown(repr(url))} is not allowed: must be an address in ASCII, such as https://www.example.org"
        )
    return url.rstrip("/")


def check_https(url: str) -> str:
    """Return an https:// URL without a slash at its end."""
    if not re.fullmatch(r"https://[^\s/]+\S*", url):
        raise ValueError(
            f"{shown(repr(url))} is not allowed: must be an https:// address{did_you_mean(_likely_address(url))}"
        )
    return _is_address(url)


def check_https_or_local(url: str) -> str:
    """Allow plain HTTP only to this machine, where the stand-ins of the sources run."""
    is_local = re.fullmatch(r"http://(127\.0\.0\.1|localhost)(:\d+)?(/\S*)?", url)
    return _is_address(url) if is_local else check_https(url)


def _likely_address(url: str) -> str | None:
    rest = re.sub(r"^(\w*:)?/*", "", url.strip())
    guess = f"https://{rest}"
    return guess if re.fullmatch(r"[\w-]+(\.[\w-]+)+(:\d+)?(/\S*)?", rest) and guess.isascii() else None


def check_origin(url: str) -> str:
    """Refuse a path: links are compared with the scheme, host and port alone."""
    parts = urlsplit(url)
    origin = f"{parts.scheme}://{parts.netloc}"
    if url != origin:
        allowed = "must be an origin, without a path"
        raise ValueError(f"{shown(repr(url))} is not allowed: {allowed}{did_you_mean(origin)}")
    return url


def check_email(address: str) -> str:
    """Return one bare address in ASCII, as SNS takes it."""
    if len(address) <= _MAX_EMAIL and _EMAIL.fullmatch(address):
        return address
    inside = set(_EMAIL.findall(address[:_MAX_EMAIL]))
    likely = inside.pop() if len(inside) == 1 and ".." not in address else None
    raise ValueError(f"{shown(repr(address))} is not allowed: must be an e-mail address{did_you_mean(likely)}")


def _is_host(name: str) -> bool:
    return len(name) <= _MAX_HOST and bool(_HOST.fullmatch(name))
