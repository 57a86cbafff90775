"""The regions that have every AWS service that Homeward uses, from the endpoints that botocore knows.

Agency files load on every command, so this reads botocore's file without importing botocore, which takes ten times as
long.
"""

from __future__ import annotations

import gzip
import json
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from edge_device.wording.likely import closest

if TYPE_CHECKING:
    from collections.abc import Iterable

# The names of services by the names of their endpoints.
_SERVICES = {
    "apigateway": "API Gateway",
    "cloudformation": "CloudFormation",
    "dynamodb": "DynamoDB",
    "events": "EventBridge",
    "iot": "AWS IoT",
    "kms": "KMS",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "monitoring": "CloudWatch",
    "rekognition": "Rekognition",
    "s3": "S3",
    "secretsmanager": "Secrets Manager",
    "sns": "SNS",
    "sqs": "SQS",
    "states": "Step Functions",
    "xray": "X-Ray",
}
_GREENGRASS = {"greengrass": "Greengrass"}


def complaint(region: str, *, greengrass: bool = False) -> str | None:
    """Return why Homeward cannot run in the region, and where it can; None if it can run there."""
    used = _SERVICES | (_GREENGRASS if greengrass else {})
    missing = [name for endpoint, name in used.items() if region not in _regions()[endpoint]]
    if not missing:
        return None
    complete = _complete(used)
    lacks = f"the region lacks {', '.join(missing)}" if region in _regions()["lambda"] else "there is no such region"
    return f"{lacks}; must be one of {', '.join(complete)}"


def regions() -> list[str]:
    """Return the regions in which Homeward can run."""
    return _complete(_SERVICES)


def likely_region(text: str) -> str | None:
    """Return the region that a text misspells, or names by its place: `us-east1`, `us-east-1a`, `Virginia`.

    Return None for a region that exists: the agency chose it.
    """
    if text in _regions()["lambda"]:
        return None
    places = {_descriptions().get(region, region): region for region in regions()}
    named = [region for place, region in places.items() if len(text) > 3 and text.casefold() in place.casefold()]
    return named[0] if len(named) == 1 else closest(text, regions()) if "-" in text or text[-1:].isdigit() else None


def _complete(used: Iterable[str]) -> list[str]:
    return sorted(frozenset.intersection(*(_regions()[endpoint] for endpoint in used)))


def _descriptions() -> dict[str, str]:
    """Return the names of the regions, such as US East (N. Virginia)."""
    partitions = _endpoints()["partitions"]
    return {region: about["description"] for each in partitions for region, about in each["regions"].items()}


@cache
def _regions() -> dict[str, frozenset[str]]:
    """Return the regions of each service, in all partitions."""
    partitions = _endpoints()["partitions"]
    return {
        service: frozenset(
            region
            for partition in partitions
            for region in partition["services"].get(service, {}).get("endpoints", {})
            if region in partition["regions"]  # others are names such as fips-us-east-1
        )
        for service in _SERVICES | _GREENGRASS
    }


@cache
def _endpoints() -> Any:
    spec = find_spec("botocore")
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError("botocore is missing: run `make setup`")
    file = Path(spec.origin).parent / "data" / "endpoints.json"
    if file.exists():
        return json.loads(file.read_bytes())
    return json.loads(gzip.decompress(file.with_suffix(".json.gz").read_bytes()))
