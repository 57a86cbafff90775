"""Validates requests against botocore's service model, with AWS's own error messages."""

import base64
import binascii
import re
from functools import cache
from typing import Any

from botocore.loaders import Loader
from botocore.model import ListShape, ServiceModel, Shape, StructureShape

from local_cloud.rekognition.errors import RekognitionError

_TYPES: dict[str, type | tuple[type, ...]] = {
    "structure": dict,
    "map": dict,
    "list": list,
    "string": str,
    "blob": str,
    "boolean": bool,
    "integer": int,
    "long": int,
    "float": (int, float),
    "double": (int, float),
}


def validate(operation: str, request: Any) -> dict[str, Any]:
    """Validate a request and decode its blobs. Null members and members that the model does not have are dropped.

    Raises:
        RekognitionError: SerializationException for a wrong type; ValidationException for broken constraints, with each
            value and constraint in AWS's words.
    """
    shape = _service_model().operation_model(operation).input_shape
    violations: list[str] = []
    converted: dict[str, Any] = _convert(shape, request, "request", violations)
    if violations:
        plural = "s" if len(violations) > 1 else ""
        message = f"{len(violations)} validation error{plural} detected: {'; '.join(violations)}"
        raise RekognitionError("ValidationException", message)
    return converted


@cache
def _service_model() -> ServiceModel:
    return ServiceModel(Loader().load_service_model("rekognition", "service-2"), "rekognition")


def _convert(shape: Shape | None, value: Any, path: str, violations: list[str]) -> Any:
    if shape is None or not isinstance(value, _TYPES.get(shape.type_name, object)):
        raise RekognitionError("SerializationException", f"{path} has the wrong type")
    if shape.type_name == "blob":
        value = _decoded(str(value), path)
    if isinstance(shape, StructureShape):
        return _convert_structure(shape, value, path, violations)
    violations += [
        f"Value {_shown(value)} at '{path}' failed to satisfy constraint: Member must {constraint}"
        for constraint in _constraints(shape, value)
    ]
    if isinstance(shape, ListShape):
        return [
            _convert(shape.member, item, f"{path}.{number}.member", violations) for number, item in enumerate(value, 1)
        ]
    return value


def _convert_structure(
    shape: StructureShape, value: dict[str, Any], path: str, violations: list[str]
) -> dict[str, Any]:
    prefix = "" if path == "request" else f"{path}."
    paths = {name: f"{prefix}{name[0].lower()}{name[1:]}" for name in shape.members}
    given = {name: value[name] for name in shape.members if value.get(name) is not None}
    violations += [
        f"Value null at '{paths[name]}' failed to satisfy constraint: Member must not be null"
        for name in shape.required_members
        if name not in given
    ]
    return {name: _convert(shape.members[name], item, paths[name], violations) for name, item in given.items()}


def _constraints(shape: Shape, value: Any) -> list[str]:
    """List the constraints that the value breaks, in AWS's words."""
    limits = shape.metadata
    sized = isinstance(value, str | bytes | list | dict)
    measure, verb = (len(value), "have length") if sized else (value, "have value")
    pattern, choices = limits.get("pattern"), limits.get("enum")
    return [
        text
        for text, fails in (
            (f"{verb} greater than or equal to {limits.get('min')}", measure < limits.get("min", measure)),
            (f"{verb} less than or equal to {limits.get('max')}", measure > limits.get("max", measure)),
            (f"satisfy regular expression pattern: {pattern}", pattern and not re.fullmatch(pattern, value)),
            (f"satisfy enum value set: [{', '.join(choices or ())}]", choices and value not in choices),
        )
        if fails
    ]


def _decoded(value: str, path: str) -> bytes:
    try:
        return base64.b64decode(value, validate=True)
    except binascii.Error:
        raise RekognitionError("SerializationException", f"{path} is not base64") from None


def _shown(value: Any) -> str:
    return f"'{len(value)} bytes'" if isinstance(value, bytes) else f"'{str(value)[:200]}'"
