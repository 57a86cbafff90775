from __future__ import annotations

import re

from lambdas.console.openapi import FILE, document, text
from lambdas.console.routes import ROUTES


def test_openapi_file_is_what_the_routes_are() -> None:
    assert FILE.read_text() == text(), "run: python -m lambdas.console.openapi"


def test_openapi_file_has_every_route_with_its_roles() -> None:
    paths = document()["paths"]
    for route in ROUTES:
        operation = paths[re.sub(r"<(\w+)>", r"{\1}", route.path)][route.method.lower()]
        assert operation["summary"].endswith("."), route.path
        assert all(role in operation["description"] for role in route.roles)
        named = {each["name"] for each in operation["parameters"] if each["in"] == "path"}
        assert named == set(re.findall(r"<(\w+)>", route.path))


def test_operations_and_types_have_one_name_each() -> None:
    names = [operation["operationId"] for path in document()["paths"].values() for operation in path.values()]
    assert len(names) == len(set(names))
