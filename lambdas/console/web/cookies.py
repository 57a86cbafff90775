"""The console's two cookies. Browsers accept the prefix `__Host-` only from this host, over TLS, for all paths."""

from __future__ import annotations

from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING

from aws_lambda_powertools.shared.cookies import Cookie, SameSite

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

SESSION = "__Host-homeward"
SIGN_IN = "__Host-homeward-sign-in"


def read_cookie(event: APIGatewayProxyEventV2, name: str) -> str:
    """Return a cookie's value, empty if the request has none.

    API Gateway moves cookies out of the headers; the local cloud leaves them there.
    """
    sent = [*(event.cookies or ()), *(event.headers.get("cookie") or "").split(";")]
    for each in sent:  # one by one, because Python's parser ends at the first cookie that it does not accept
        try:
            found = SimpleCookie(each)
        except CookieError:
            continue
        if name in found:
            return found[name].value
    return ""


def cookie(name: str, value: str, *, max_age: int | None = None) -> Cookie:
    """Make a cookie. A `max_age` of 0 deletes it."""
    return Cookie(
        name=name, value=value, path="/", secure=True, http_only=True, same_site=SameSite.LAX_MODE, max_age=max_age
    )
