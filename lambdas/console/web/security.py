"""What protects every page: response headers, and the check of where a form was sent from."""

from __future__ import annotations

from lambdas.console.web.errors import RefusedError

# Only files of our own. Pages have no inline scripts or styles, so the policy has no exception for any.
_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' data:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "form-action": "'self'",
    "frame-ancestors": "'none'",
    "base-uri": "'none'",
}
_SAFE_METHODS = frozenset({"GET", "HEAD"})

HEADERS = {
    "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in _POLICY.items()),
    # With no-referrer, browsers would send forms with `Origin: null`.
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex, nofollow",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
PRIVATE = {**HEADERS, "Cache-Control": "private, no-store", "Vary": "Accept, HX-Request"}


def refuse_foreign_origin(method: str, origin: str | None, own: str) -> None:
    """Refuse a request that changes something, unless a page of the console sent it.

    Browsers send `Origin` with every form and every script's request. Other programs must send it, too.

    Raises:
        RefusedError: the request is from elsewhere.
    """
    if method not in _SAFE_METHODS and origin != own:
        raise RefusedError("The request is not from a page of this console.")
