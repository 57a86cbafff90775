"""Events of CloudFormation."""

from __future__ import annotations

from typing import Any

COLLECTION = "homeward-springfield-dev"


def event(kind: str, *, removal: str = "destroy", physical_id: str = COLLECTION, **members: Any) -> dict[str, Any]:
    """Return an event of this kind. It has the properties of both resources."""
    return {
        "RequestType": kind,
        "StackId": "stack",
        "RequestId": "request",
        "LogicalResourceId": "Faces",
        "ResourceProperties": {"CollectionId": COLLECTION, "BucketName": "detection", "Removal": removal},
        **({} if kind == "Create" else {"PhysicalResourceId": physical_id}),
        **members,
    }
