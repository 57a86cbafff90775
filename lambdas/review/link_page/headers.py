"""The HTTP headers of every page."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import urlsplit

from lambdas.review.link_page.templates import STYLE


def headers(*picture_urls: str) -> dict[str, str]:
    """Return headers that allow only the page's own style and these pictures, and forbid caching."""
    digest = base64.b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
    # An image address redirects to its bucket, and browsers check both against the policy.
    origins = {f"{parts.scheme}://{parts.netloc}" for parts in map(urlsplit, picture_urls)}
    policy = {
        "default-src": "'none'",
        "img-src": " ".join(["'self'", "data:", *sorted(origins)]),
        "style-src": f"'sha256-{digest}'",
        "form-action": "'self'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "private, no-store",
        "Referrer-Policy": "no-referrer",
        "Strict-Transport-Security": "max-age=63072000",
        "X-Content-Type-Options": "nosniff",
        "X-Robots-Tag": "noindex, nofollow",
    }
