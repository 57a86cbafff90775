"""The console's application: one place checks who may use each route, and answers with a page or JSON."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from aws_lambda_powertools.event_handler import APIGatewayHttpResolver, Response

from lambdas.console.errors import ConsoleError, InvalidError, NotFoundError, RefusedError
from lambdas.console.exchange import Request
from lambdas.console.forms import read_form, read_query
from lambdas.console.rendering import HTML, Message, json_response, language_of, render, respond, wants_json
from lambdas.console.routes import ROUTES
from lambdas.console.security import HEADERS, PRIVATE, refuse_foreign_origin
from lambdas.console.static_files import FOREVER, static_file
from lambdas.review.audit import AuditKind, Via

if TYPE_CHECKING:
    from collections.abc import Collection

    from aws_lambda_powertools.utilities.data_classes import APIGatewayProxyEventV2

    from lambdas.console.person import Person
    from lambdas.console.routes import Route
    from lambdas.console.services import Services

# Tells who sent a request; raises SignedOutError if nobody is signed in.
Gate = Callable[["APIGatewayProxyEventV2", bool], "Person"]


def build_app(services: Services, gate: Gate, *, origins: Collection[str]) -> APIGatewayHttpResolver:
    """Build the application.

    Args:
        services: What pages use.
        gate: Returns the person of a request. Its second argument is whether the request is a page's own poll.
        origins: The addresses of the console, without a path. Forms from elsewhere are refused.
    """
    app = APIGatewayHttpResolver()
    for route in ROUTES:
        app.route(route.path, method=route.method)(_endpoint(app, services, gate, origins, route))
    app.get("/static/<digest>/<name>")(_static)
    app.not_found(lambda _: _error(app, services, NotFoundError("There is nothing at this address.")))
    app.exception_handler(ConsoleError)(lambda error: _error(app, services, error))
    return app


def _endpoint(
    app: APIGatewayHttpResolver, services: Services, gate: Gate, origins: Collection[str], route: Route
) -> Callable[..., Response[Any]]:
    """Make the function that answers a route: check the origin, the session and the roles, then ask the page."""

    def answer(**path: str) -> Response[Any]:
        event = app.current_event
        headers = {name.lower(): value for name, value in event.headers.items()}
        refuse_foreign_origin(route.method, headers.get("origin"), origins)
        person = gate(event, route.is_poll)
        if not person.has_one_of(route.roles):
            _refuse(services, person, route)
        language = language_of(headers, services.language)
        form, files = read_form(_body(event), headers.get("content-type", ""), route.form) if route.form else (None, {})
        request: Request[Any, Any] = Request(
            person=person,
            at=services.now(),
            query=read_query(event.raw_query_string or "", route.query) if route.query else None,
            form=form,
            path=path,
            headers=headers,
            files=files,
            language=language,
        )
        return respond(
            route.answer(services, request),
            services=services,
            person=person,
            path=event.path,
            headers=headers,
            language=language,
        )

    return answer


def _refuse(services: Services, person: Person, route: Route) -> None:
    """Audit a refusal under the day, because it is about no encounter, and raise it."""
    at = services.now()
    services.audit.add(
        f"console#{at:%Y-%m-%d}",
        AuditKind.REFUSED,
        by=person.name,
        at=at,
        via=Via.CONSOLE,
        note=f"{route.method} {route.path}",
    )
    raise RefusedError("Your role does not allow this. Ask a supervisor of your agency.")


def _error(app: APIGatewayHttpResolver, services: Services, error: ConsoleError) -> Response[str]:
    """Answer with a message: JSON to a program, a page to a person."""
    headers = {name.lower(): value for name, value in app.current_event.headers.items()}
    if wants_json(headers):
        return json_response({"error": str(error)}, status=error.status)
    language = language_of(headers, services.language)
    message = Message(title=_TITLES.get(error.status, "Something went wrong"), text=str(error))
    html = render("message.html", message, services=services, person=None, language=language)
    return Response(status_code=error.status, content_type=HTML, headers=dict(PRIVATE), body=html)


_TITLES = {
    401: "You are not signed in",
    403: "This is not allowed",
    404: "Not found",
    409: "Somebody was faster",
    422: "Something is missing or not valid",
    429: "Too many requests",
}


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
