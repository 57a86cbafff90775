"""Turn an answer into a response: a page from a template, or JSON for a client that accepts only JSON."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import msgspec
from aws_lambda_powertools.event_handler import Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from lambdas.console.routes import navigation_of
from lambdas.console.web.exchange import Content, NotModified, Redirect
from lambdas.console.web.security import PRIVATE
from lambdas.console.web.static_files import icon, static_url
from lambdas.console.words import LANGUAGES, words

if TYPE_CHECKING:
    from collections.abc import Mapping

    from lambdas.console.person import Person
    from lambdas.console.services import Services
    from lambdas.console.web.exchange import Answer

HTML = "text/html; charset=utf-8"
JSON = "application/json"


class Message(msgspec.Struct, frozen=True, kw_only=True):
    """A page with one message, such as why something is refused."""

    title: str
    text: str


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.globals.update(static=static_url, icon=icon)
    return environment


def lower_case(headers: Mapping[str, str]) -> dict[str, str]:
    """Return the headers with names in lower case."""
    return {name.lower(): value for name, value in headers.items()}


def wants_json(headers: Mapping[str, str]) -> bool:
    """Tell whether the client accepts JSON and no pages."""
    accepted = headers.get("accept", "")
    return JSON in accepted and "text/html" not in accepted


def language_of(headers: Mapping[str, str], default: str) -> str:
    """Return the first language of the browser that the console has, or the agency's."""
    wanted = [part.strip()[:2].lower() for part in headers.get("accept-language", "").split(",")]
    return next((language for language in (*wanted, default) if language in LANGUAGES), "en")


def render(
    template: str,
    data: msgspec.Struct,
    *,
    services: Services,
    person: Person | None,
    language: str,
    path: str = "",
    is_fragment: bool = False,
) -> str:
    """Render a template. It knows `data`, `person`, `navigation`, `path`, `services`, `t(...)` and `is_fragment`."""
    return (
        _templates()
        .get_template(template)
        .render(
            data=data,
            person=person,
            navigation=navigation_of(person.groups) if person else {},
            path=path,
            services=services,
            language=language,
            t=words(language),
            is_fragment=is_fragment,
        )
    )


def plain_page(
    template: str, data: msgspec.Struct, *, services: Services, person: Person | None, language: str, status: int = 200
) -> Response[Any]:
    """Build a page that is not the answer of a route: an error, or a step of signing in or out."""
    html = render(template, data, services=services, person=person, language=language)
    return Response(status_code=status, content_type=HTML, headers=dict(PRIVATE), body=html)


def respond(
    answer: Answer, *, services: Services, person: Person, path: str, headers: Mapping[str, str], language: str
) -> Response[Any]:
    """Build the response for an answer."""
    if isinstance(answer, NotModified):
        return Response(status_code=304, headers=dict(PRIVATE), body="")
    if isinstance(answer, Content):
        return _content(answer)
    if wants_json(headers):
        status = 200 if isinstance(answer, Redirect) else answer.status
        return json_response(answer.data, status=status)
    if isinstance(answer, Redirect):
        return redirect(answer.location)
    html = render(
        answer.template,
        answer.data,
        services=services,
        person=person,
        language=language,
        path=path,
        is_fragment="hx-request" in headers and "hx-boosted" not in headers,
    )
    return Response(
        status_code=answer.status, content_type=HTML, headers={**PRIVATE, **answer.headers}, body=html, compress=True
    )


def redirect(location: str, **headers: str) -> Response[str]:
    """Build a redirect after a form (303: the browser asks with GET)."""
    return Response(status_code=303, headers={**PRIVATE, **headers, "Location": location}, body="")


def json_response(data: Any, *, status: int = 200) -> Response[str]:
    """Build a JSON response."""
    body = msgspec.json.encode(data if data is not None else {}).decode()
    return Response(status_code=status, content_type=JSON, headers=dict(PRIVATE), body=body, compress=True)


def _content(content: Content) -> Response[Any]:
    # Powertools would encode bytes of this type again.
    body = content.body.decode() if content.content_type == JSON else content.body
    disposition = f"attachment; filename*=UTF-8''{quote(content.filename)}" if content.filename else "inline"
    return Response(
        status_code=200,
        content_type=content.content_type,
        headers={**PRIVATE, "Content-Disposition": disposition},
        body=body,
    )
