"""The HTTP headers of every page."""

from __future__ import annotations

import base64
import hashlib
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from lambdas.review.link_page.templates import STYLE

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence


def headers(*picture_urls: str, form_targets: Sequence[str] = (), has_script: bool = False) -> dict[str, str]:
    """Return headers that allow only the page's own style and these pictures, and forbid caching.

    `form_targets` are addresses that a form posts to or is redirected to. They learn the origin of the page, but not
    its path, which has the link's secret. `has_script` allows scripts of our own files.
    """
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # An image address redirects to its bucket, and browsers check both against the policy.
    policy = {
        "default-src": "'none'",
        "img-src": " ".join(["'self'", "data:", *_origins(picture_urls)]),
        "style-src": f"'sha256-{digest}'",
        **({"script-src": "'self'"} if has_script else {}),
        "form-action": " ".join(["'self'", *_origins(form_targets)]),
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "strict-origin" if form_targets else "no-referrer",
        "Strict-Transport-Security": "max-age=63072000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }


def _origins(addresses: Iterable[str]) -> list[str]:
    return sorted({f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, addresses)})
