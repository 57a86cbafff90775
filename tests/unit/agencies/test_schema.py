"""The JSON Schema that editors use, checked with a validator as an editor has one."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft7Validator

from agencies.schema import FILE, agency_schema, schema_text

ROOT = Path(__file__).parents[3]
FILES = [ROOT / "agencies" / "examples" / "springfield.toml", ROOT / "local_cloud" / "demo" / "agency.toml"]
VALIDATOR = Draft7Validator(agency_schema())


def problems(text: str) -> list[str]:
    return [error.json_path for error in VALIDATOR.iter_errors(tomllib.loads(text))]


def test_committed_schema_is_the_models() -> None:
    Draft7Validator.check_schema(agency_schema())
    assert FILE.read_text() == schema_text(), "run `make schema`"


@pytest.mark.parametrize("file", FILES, ids=lambda file: file.stem)
def test_examples_name_the_schema_and_follow_it(file: Path) -> None:
    text = file.read_text()
    assert (file.parent / text.partition("\n")[0].removeprefix("#:schema ")).resolve() == FILE
    assert problems(text) == []


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("[matching]\nreview_threshold = 0.8", "$.matching.review_threshold"),
        ("[environments.dev.matching]\nalert_threshold = 0.9", "$.environments.dev.matching.alert_threshold"),
        ("[matching]\nalarm_threshold = 90", "$.matching"),
        ('contry = "US"', "$"),
        ('region = "us-east-9"', "$.region"),
        ('[alerting]\ntime_zone = "EST"', "$.alerting.time_zone"),
        ('[[alerting.recipients]]\nname = "desk"\nsms = "503-555-0142"', "$.alerting.recipients[0].sms"),
        ("[[alerting.recipients]]\nchat = true", "$.alerting.recipients[0]"),
        ("[environments.test]", "$.environments"),
        ("[retention]\nlog_days = 91", "$.retention.log_days"),
    ],
)
def test_editor_marks_a_wrong_value(text: str, path: str) -> None:
    environments = "" if "[environments" in text else "\n[environments.dev]"
    assert problems(text + environments) == [path]


def test_every_key_of_a_table_is_described() -> None:
    tables: dict[str, Any] = agency_schema()["definitions"]
    bare = {
        f"{name}.{key}"
        for name in ("Source", "Feed", "Recipient", "Filter", "Sync", "Retention", "CameraLimits", "Fleet")
        for key, value in tables[name]["properties"].items()
        if not value.get("description")
    }
    assert bare == set()
