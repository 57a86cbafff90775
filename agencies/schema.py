"""The JSON Schema of agency files, with which editors complete keys, explain them and mark wrong values.

`python -m agencies.schema` writes agencies/agency.schema.json. An agency file names it in its first line: `#:schema`.
The text of a key is its comment in agencies/examples/springfield.toml, or its line in the docstring of its table.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

from agencies.settings import Settings

FILE = Path(__file__).with_name("agency.schema.json")
EXAMPLE = Path(__file__).parent / "examples" / "springfield.toml"
_REFERENCE = "#/definitions/{model}"
# The items of lists are complete. Other tables may be spread over the agency's values and an environment's own.
_COMPLETE = {"Feed", "Recipient"}


def schema_text() -> str:
    """Return the schema as its file holds it."""
    return json.dumps(agency_schema(), indent=2, ensure_ascii=False) + "\n"


def agency_schema() -> dict[str, Any]:
    """Return the schema of a whole file: the agency's values, and `environments` with values of their own."""
    root = Settings.model_json_schema(ref_template=_REFERENCE)
    tables: dict[str, Any] = root.pop("$defs")
    names = root["properties"].pop("environment")["enum"]
    for name, table in {**tables, "": root}.items():
        _simplify(table, is_complete=name in _COMPLETE)
    _add_comments(root, tables)
    environment = {**root, "description": "An environment's own values, which override the agency's."}
    environments = {
        "type": "object",
        "description": "One table per environment, such as [environments.dev].",
        "properties": {name: {"$ref": _REFERENCE.format(model="Environment")} for name in names},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {
        "$schema": "http://json-schema.org/draft-07/schema#",
        **root,
        "title": "Homeward agency file",
        "description": "The settings of an agency and its environments.",
        "properties": {**root["properties"], "environments": environments},
        "required": ["environments"],
        "definitions": {**tables, "Environment": environment},
    }


def _simplify(table: dict[str, Any], *, is_complete: bool) -> None:
    text = table.pop("description", "")
    described = dict(re.findall(r"^ +(\w+): (.+)", text, re.MULTILINE))
    table["description"] = re.split(r"\n+(?:Args|Attributes):", text)[0].replace("\n", " ")
    if not is_complete:
        table.pop("required", None)
    for name, value in table["properties"].items():
        value.pop("title", None)
        if isinstance(value.get("default"), dict | list | None):
            value.pop("default", None)
        if name in described:
            value["description"] = described[name]


def _add_comments(root: dict[str, Any], tables: dict[str, Any]) -> None:
    """Describe each key with its comment in the example."""
    table = root
    for line in EXAMPLE.read_text().splitlines():
        if heading := re.match(r"\[+([\w.-]+)\]+", line):
            table = _table(heading[1].split("."), root, tables)
        elif (found := re.match(r"(\w+) = [^#]*# (.+)", line)) and found[1] in table["properties"]:
            table["properties"][found[1]]["description"] = found[2]


def _table(path: list[str], root: dict[str, Any], tables: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of the table under a heading such as alerting.recipients.filter."""
    table = root
    for name in path[2:] if path[0] == "environments" else path:
        value = table["properties"].get(name, table) if "properties" in table else table
        value = value.get("items", value.get("additionalProperties") or value)
        table = tables[value["$ref"].rpartition("/")[2]] if "$ref" in value else table
    return table


if __name__ == "__main__":
    FILE.write_text(schema_text())
