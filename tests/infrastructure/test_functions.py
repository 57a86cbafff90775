"""The configuration that all functions share."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from tests.infrastructure.templates import ROOT, deployment

if TYPE_CHECKING:
    from tests.infrastructure.templates import Deployment, Resource

FUNCTIONS = {
    name: resource["Properties"] for name, resource in deployment("dev").of_type("AWS::Lambda::Function").items()
}

IMPORT = """
import importlib, json, os, sys
os.environ.clear()
os.environ.update(json.loads(sys.argv[2]), AWS_DEFAULT_REGION="us-east-1")
module, _, name = sys.argv[1].rpartition(".")
assert callable(getattr(importlib.import_module(module), name))
"""


def resolved(value: Resource | str) -> str:
    """Return a value of the template with placeholders for what AWS generates."""
    if isinstance(value, str):
        return value
    if "Fn::Join" in value:
        separator, parts = value["Fn::Join"]
        return str(separator).join(resolved(part) for part in parts)
    return "made-by-aws"


@pytest.mark.parametrize("function", FUNCTIONS.values(), ids=FUNCTIONS)
def test_handler_imports_with_its_environment_variables(function: Resource) -> None:
    variables = {
        name: resolved(value) for name, value in function.get("Environment", {"Variables": {}})["Variables"].items()
    }
    command = [sys.executable, "-c", IMPORT, function["Handler"], json.dumps(variables)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_functions_have_one_platform_and_active_tracing(either: Deployment) -> None:
    for name, resource in either.of_type("AWS::Lambda::Function").items():
        properties = resource["Properties"]
        assert (properties["Runtime"], properties["Architectures"]) == ("python3.14", ["arm64"]), name
        assert properties["TracingConfig"] == {"Mode": "Active"}, name


def test_service_name_is_the_module_of_the_handler(either: Deployment) -> None:
    for resource in either.of_type("AWS::Lambda::Function").values():
        variables = resource["Properties"]["Environment"]["Variables"]
        module = resource["Properties"]["Handler"].split(".")[-2]
        assert f"{variables['SERVICE_NAME']}_handler" == module
        assert variables["METRICS_NAMESPACE"] == f"Homeward/everytown-{either.environment}"


def test_every_function_has_its_own_log_group(either: Deployment) -> None:
    logs = [
        f"{name.partition('/')[0]}/{resource['Properties']['LoggingConfig']['LogGroup']['Ref']}"
        for name, resource in either.of_type("AWS::Lambda::Function").items()
    ]
    groups = either.of_type("AWS::Logs::LogGroup").keys() - {
        f"Sync/{either.logical_id('Sync', 'MachineLog')}",
        f"Alerting/{either.logical_id('Alerting', 'LinksAccessLog')}",
        f"Console/{either.logical_id('Console', 'PagesAccessLog')}",
    }
    assert sorted(logs) == sorted(groups)


def test_functions_of_a_package_share_one_asset(either: Deployment) -> None:
    assets: dict[str, set[str]] = {}
    for resource in either.of_type("AWS::Lambda::Function").values():
        package = resource["Properties"]["Handler"].split(".")[1]
        assets.setdefault(package, set()).add(resource["Properties"]["Code"]["S3Key"])
    assert assets.keys() == {
        "ingest",
        "detection",
        "alerting",
        "webhook",
        "console",
        "review",
        "fleet",
        "custom_resources",
    }
    assert all(len(keys) == 1 for keys in assets.values())
