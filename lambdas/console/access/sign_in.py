"""Sign in and out: the managed login of the user pool, with PKCE, `state` and `nonce`."""

from __future__ import annotations

import hmac
import re
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote

import msgspec
from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from lambdas.common.base64url import from_base64url, to_base64url
from lambdas.common.console_paths import CALLBACK, SIGNED_OUT
from lambdas.console.acts import record_act
from lambdas.console.rendering import json_response, language_of, lower_case, plain_page, wants_json
from lambdas.console.web.cookies import SESSION, SIGN_IN, cookie, read_cookie
from lambdas.console.web.errors import SignedOutError
from lambdas.console.web.security import PRIVATE, refuse_foreign_origin
from lambdas.review.audit import AuditKind

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from lambdas.console.access.identity_provider import IdentityProvider
    from lambdas.console.access.sessions import Sessions
    from lambdas.console.person import Person
    from lambdas.console.services import Services

_SIGN_IN_S = 600
# An address of this console: browsers read // and /\ as the start of another host. They drop cookies of over 4 KB.
_OWN_ADDRESS = re.compile(r"/(?![/\\])[!-\[\]-~]{0,1500}")


class Leaving(msgspec.Struct, frozen=True, kw_only=True):
    """The page that leads to the managed login's own sign-out, which ends there."""

    address: str


class Nothing(msgspec.Struct, frozen=True):
    """A page without data."""


class Attempt(msgspec.Struct, frozen=True, kw_only=True):
    """A sign-in that has begun. The cookie keeps it in the same browser that must finish it."""

    state: str
    nonce: str
    verifier: str
    next: str


@dataclass(frozen=True, kw_only=True)
class SignIn:
    """The routes that need nobody signed in. `origin` is the address of the console, without a path."""

    services: Services
    sessions: Sessions
    provider: IdentityProvider
    origin: str

    def add_to(self, app: APIGatewayHttpResolver) -> None:
        """Add the routes."""
        app.get("/sign-in")(lambda: self._begin(app.current_event))
        app.get(CALLBACK)(lambda: self._finish(app.current_event))
        app.post("/sign-out")(lambda: self._leave(app.current_event))
        app.get(SIGNED_OUT)(lambda: self._signed_out(app.current_event))

    def gate(self, event: APIGatewayProxyEventV2, is_poll: bool) -> Person:
        """Return the person of the session.

        Raises:
            SignedOutError: there is no session, or it has ended.
        """
        value = read_cookie(event, SESSION)
        if not value:
            raise SignedOutError("You are not signed in.")
        return self.sessions.open(value, is_poll=is_poll)

    def _begin(self, event: APIGatewayProxyEventV2) -> Response[str]:
        """Redirect to the managed login."""
        wanted = event.query_string_parameters.get("next", "/")
        attempt = Attempt(
            state=secrets.token_urlsafe(24),
            nonce=secrets.token_urlsafe(24),
            verifier=secrets.token_urlsafe(48),
            next=wanted if _OWN_ADDRESS.fullmatch(wanted) else "/",
        )
        address = self.provider.sign_in_url(
            redirect_uri=self.origin + CALLBACK,
            state=attempt.state,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
            language=self._language(event),
        )
        kept = cookie(SIGN_IN, _packed(attempt), max_age=_SIGN_IN_S)
        return Response(status_code=303, headers={**PRIVATE, "Location": address}, body="", cookies=[kept])

    def _finish(self, event: APIGatewayProxyEventV2) -> Response[str]:
        """Start a session for the code, and show the page that the person asked for first.

        Raises:
            SignedOutError: this browser did not begin this sign-in, or it was not completed.
        """
        query = event.query_string_parameters
        attempt = _unpacked(read_cookie(event, SIGN_IN))
        if attempt is None or not hmac.compare_digest(attempt.state.encode(), query.get("state", "").encode()):
            raise SignedOutError("The sign-in began elsewhere, or took too long. Sign in again.")
        tokens = self.provider.redeem(
            query.get("code", ""),
            redirect_uri=self.origin + CALLBACK,
            nonce=attempt.nonce,
            verifier=attempt.verifier,
        )
        if earlier := read_cookie(event, SESSION):
            self.sessions.end(earlier)
        value = self.sessions.start(tokens)
        record_act(self.services, tokens.person, AuditKind.SIGNED_IN)
        cookies = [cookie(SESSION, value), cookie(SIGN_IN, "", max_age=0)]
        return Response(status_code=303, headers={**PRIVATE, "Location": attempt.next}, body="", cookies=cookies)

    def _leave(self, event: APIGatewayProxyEventV2) -> Response[str]:
        """End the session, then lead to the managed login's own sign-out.

        That address is on another host. A page with a refresh leads there, because the policy for forms, which also
        covers redirects of forms, allows only the console.
        """
        headers = lower_case(event.headers)
        refuse_foreign_origin("POST", headers.get("origin"), self.origin)
        if person := self.sessions.end(read_cookie(event, SESSION)):
            record_act(self.services, person, AuditKind.SIGNED_OUT)
        gone = [cookie(SESSION, "", max_age=0)]
        address = self.provider.sign_out_url(redirect_uri=self.origin + SIGNED_OUT)
        leaving = Leaving(address=address)
        response = json_response(leaving) if wants_json(headers) else self._page("leaving.html", leaving, event)
        response.cookies = gone
        return response

    def _signed_out(self, event: APIGatewayProxyEventV2) -> Response[str]:
        return self._page("signed_out.html", Nothing(), event)

    def _page(self, template: str, data: msgspec.Struct, event: APIGatewayProxyEventV2) -> Response[str]:
        return plain_page(template, data, services=self.services, person=None, language=self._language(event))

    def _language(self, event: APIGatewayProxyEventV2) -> str:
        return language_of(lower_case(event.headers), self.services.language)


def sign_in_address(wanted: str) -> str:
    """Return the address that signs in and then shows the page that somebody wanted."""
    return f"/sign-in?next={quote(wanted, safe='/')}"


def _packed(attempt: Attempt) -> str:
    return to_base64url(msgspec.json.encode(attempt))


def _unpacked(text: str) -> Attempt | None:
    try:
        return msgspec.json.decode(from_base64url(text), type=Attempt)
    except (ValueError, RecursionError):
        return None
