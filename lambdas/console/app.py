"""The console's application: one place checks who may use each route, and answers with a page or JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit, urlunsplit

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from lambdas.common.console_paths import CALLBACK
from lambdas.console.access.sign_in import sign_in_address
from lambdas.console.acts import record_act
from lambdas.console.rendering import (
    Message,
    json_response,
    language_of,
    lower_case,
    plain_page,
    redirect,
    respond,
    wants_json,
)
from lambdas.console.routes import ROUTES
from lambdas.console.web.errors import ConsoleError, InvalidError, NotFoundError, RefusedError
from lambdas.console.web.exchange import Request
from lambdas.console.web.forms import read_form, read_query
from lambdas.console.web.security import HEADERS, PRIVATE, refuse_foreign_origin
from lambdas.console.web.static_files import FOREVER, static_file
from lambdas.review.audit import AuditKind

if TYPE_CHECKING:
    from collections.abc import Mapping

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from lambdas.console.person import Person
    from lambdas.console.routes import Route
    from lambdas.console.services import Services

# Tells who sent a request; raises SignedOutError if nobody is signed in.
Gate = Callable[["APIGatewayProxyEventV2", bool], "Person"]

# No id or link is longer. DynamoDB refuses keys of more than 2048 bytes.
_MAX_PART = 2000

_TITLES = {
    401: "You are not signed in",
    403: "This is not allowed",
    404: "Not found",
    409: "Somebody was faster",
    422: "Something is missing or not valid",
    429: "Too many requests",
}


def build_app(services: Services, gate: Gate, *, origin: str) -> APIGatewayHttpResolver:
    """Build the application.

    Args:
        services: What pages use.
        gate: Returns the person of a request. Its second argument is whether the request is a page's own poll.
        origin: The address of the console, without a path. Forms from elsewhere are refused.
    """
    app = APIGatewayHttpResolver()

    def error_response(error: ConsoleError) -> Response[str]:
        return _error(services, error, app.current_event)

    for route in ROUTES:
        app.route(route.path, method=route.method)(_endpoint(app, services, gate, origin, route))
    app.get("/static/<digest>/<name>")(_static)
    app.not_found(lambda _: error_response(NotFoundError("There is nothing at this address.")))
    app.exception_handler(ConsoleError)(error_response)
    return app


def _endpoint(
    app: APIGatewayHttpResolver, services: Services, gate: Gate, origin: str, route: Route
) -> Callable[..., Response[Any]]:
    """Make the function that answers a route: check the origin, the session and the roles, then ask the page."""

    def answer(**path: str) -> Response[Any]:
        event, person = app.current_event, None
        headers = lower_case(event.headers)
        try:
            refuse_foreign_origin(route.method, headers.get("origin"), origin)
            person = gate(event, route.is_poll)
            if not person.has_one_of(route.roles):
                record_act(services, person, AuditKind.REFUSED, note=f"{route.method} {route.path}")
                raise RefusedError("Your role does not allow this. Ask a supervisor of your agency.")
            request = _request(services, route, person, event=event, headers=headers, path=path)
            return respond(
                route.answer(services, request),
                services=services,
                person=person,
                path=event.path,
                headers=headers,
                language=request.language,
            )
        except ConsoleError as error:
            return _error(services, error, event, person)

    return answer


def _request(
    services: Services,
    route: Route,
    person: Person,
    *,
    event: APIGatewayProxyEventV2,
    headers: Mapping[str, str],
    path: Mapping[str, str],
) -> Request[Any, Any]:
    """Read what the person sent, as the types that the route names."""
    if any(len(part.encode("utf-8", "surrogatepass")) > _MAX_PART for part in path.values()):
        raise NotFoundError("There is nothing at this address.")
    form, files = read_form(_body(event), headers.get("content-type", ""), route.form) if route.form else (None, {})
    return Request(
        person=person,
        at=services.now(),
        query=read_query(event.raw_query_string or "", route.query) if route.query else None,
        form=form,
        path=path,
        headers=headers,
        files=files,
        language=language_of(headers, services.language),
    )


def _error(
    services: Services, error: ConsoleError, event: APIGatewayProxyEventV2, person: Person | None = None
) -> Response[str]:
    """Answer with a message: JSON to a program, a page to a person, who may have to sign in first."""
    headers = lower_case(event.headers)
    if wants_json(headers):
        return json_response({"error": str(error)}, status=error.status)
    # A redirect of a picture would load another site's page into the picture.
    is_picture = headers.get("accept", "").startswith("image/")
    if error.status == 401 and event.path != CALLBACK and not is_picture:
        return _to_sign_in(event, headers)
    message = Message(title=_TITLES.get(error.status, "Something went wrong"), text=str(error))
    language = language_of(headers, services.language)
    return plain_page("message.html", message, services=services, person=person, language=language, status=error.status)


def _to_sign_in(event: APIGatewayProxyEventV2, headers: Mapping[str, str]) -> Response[str]:
    """Redirect to the sign-in, and from there to the page that the person has before them."""
    if "hx-request" in headers:
        shown = _local_part(headers.get("hx-current-url", "/"))
    elif event.http_method == "GET":
        shown = urlunsplit(("", "", event.path, event.raw_query_string or "", ""))
    else:
        shown = _local_part(headers.get("referer", "/"))
    address = sign_in_address(shown or "/")
    if "hx-request" in headers:
        return Response(status_code=401, headers={**PRIVATE, "HX-Redirect": address}, body="")
    return redirect(address)


def _local_part(address: str) -> str:
    """Return the path and query of an address that a header names; empty if it is no address."""
    try:
        return urlsplit(address)._replace(scheme="", netloc="", fragment="").geturl()
    except ValueError:
        return ""


def _body(event: APIGatewayProxyEventV2) -> bytes:
    text = event.get("body") or ""
    try:
        return base64.b64decode(text, validate=True) if event.is_base64_encoded else text.encode()
    except (binascii.Error, UnicodeEncodeError) as error:
        raise InvalidError("The form cannot be read.") from error


def _static(digest: str, name: str) -> Response[str]:
    text, media_type = static_file(digest, name)
    headers = {**HEADERS, "Cache-Control": FOREVER, "Vary": "Accept-Encoding"}
    return Response(status_code=200, content_type=media_type, headers=headers, body=text, compress=True)
