"""The OpenAPI document of the console's routes, for programs that integrate.

`python -m lambdas.console.openapi` writes docs/developer/console-openapi.json. A test compares the two.
"""

from __future__ import annotations

import inspect
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec

from lambdas.console.routes import ROUTES
from lambdas.console.web.cookies import SESSION
from lambdas.console.web.errors import (
    ConflictError,
    ConsoleError,
    InvalidError,
    NotFoundError,
    RefusedError,
    SignedOutError,
    TooManyRequestsError,
)

if TYPE_CHECKING:
    from lambdas.console.routes import Route

FILE = Path(__file__).resolve().parents[2] / "docs" / "developer" / "console-openapi.json"
_REFERENCE = "#/components/schemas/{name}"
_FORM, _JSON = "application/x-www-form-urlencoded", "application/json"
_ERRORS = (InvalidError, SignedOutError, RefusedError, NotFoundError, ConflictError, TooManyRequestsError)


class Error(msgspec.Struct, frozen=True, kw_only=True):
    """Why a request got no answer. The text is for people."""

    error: str


def document() -> dict[str, Any]:
    """Return the document."""
    types = [kind for route in ROUTES for kind in (route.query, route.form, route.data) if kind]
    schemas, components = msgspec.json.schema_components([*types, Error], ref_template=_REFERENCE)
    references = dict(zip([*types, Error], schemas, strict=True))
    paths: dict[str, dict[str, Any]] = {}
    for route in ROUTES:
        path = re.sub(r"<(\w+)>", r"{\1}", route.path)
        paths.setdefault(path, {})[route.method.lower()] = _operation(route, references, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Homeward console",
            "version": "1",
            "description": (
                "Send `Accept: application/json`, the cookie of a session, and with POST an `Origin` of the console."
            ),
        },
        "security": [{"session": []}],
        "paths": paths,
        "components": {
            "schemas": components,
            "securitySchemes": {"session": {"type": "apiKey", "in": "cookie", "name": SESSION}},
            "responses": {error.__name__: _refusal(error, references[Error]) for error in _ERRORS},
        },
    }


def text() -> str:
    """Return the document as its file holds it."""
    return json.dumps(document(), indent=2) + "\n"


def _operation(route: Route, references: dict[Any, Any], components: dict[str, Any]) -> dict[str, Any]:
    lines = (inspect.getdoc(route.answer) or "").partition("\n\n")
    roles = ", ".join(sorted(route.roles))
    body = references.get(route.form)
    return {
        "summary": lines[0].replace("\n", " "),
        "description": f"Roles: {roles}.",
        "operationId": f"{route.answer.__module__.rpartition('.')[2]}_{route.answer.__name__}",
        "parameters": [*_in_path(route), *_in_query(references.get(route.query), components)],
        **({"requestBody": {"content": {_FORM: {"schema": body}, _JSON: {"schema": body}}}} if body else {}),
        "responses": {
            "200": _success(references.get(route.data)),
            **{str(error.status): {"$ref": f"#/components/responses/{error.__name__}"} for error in _ERRORS},
        },
    }


def _in_path(route: Route) -> list[dict[str, Any]]:
    names = re.findall(r"<(\w+)>", route.path)
    return [{"name": name, "in": "path", "required": True, "schema": {"type": "string"}} for name in names]


def _in_query(reference: dict[str, str] | None, components: dict[str, Any]) -> list[dict[str, Any]]:
    if reference is None:
        return []
    schema = components[reference["$ref"].rpartition("/")[2]]
    required = schema.get("required", ())
    return [
        {"name": name, "in": "query", "required": name in required, "schema": member}
        for name, member in schema["properties"].items()
    ]


def _success(schema: dict[str, Any] | None) -> dict[str, Any]:
    if schema is None:
        return {"description": "Done, or a file."}
    return {"description": "Done.", "content": {_JSON: {"schema": schema}}}


def _refusal(error: type[ConsoleError], schema: dict[str, Any]) -> dict[str, Any]:
    return {
        "description": (error.__doc__ or "").partition("\n")[0],
        "content": {_JSON: {"schema": schema}},
    }


if __name__ == "__main__":
    FILE.write_text(text(), encoding="utf-8")
