"""The function of the custom resource for the face collection."""

from __future__ import annotations

from typing import Any

import boto3

from lambdas.custom_resources.face_collection import handle_face_collection
from lambdas.custom_resources.response import respond

rekognition = boto3.client("rekognition")


def handler(event: dict[str, Any], context: object) -> None:
    """Respond to CloudFormation. If Rekognition refuses, the deployment fails."""
    respond(event, lambda event: handle_face_collection(rekognition, event))
