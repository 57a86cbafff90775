"""The function behind the face collection's custom resource."""

from __future__ import annotations

from typing import Any

import boto3

from lambdas.custom_resources.answer import answer
from lambdas.custom_resources.face_collection import carry_out, read_request

rekognition = boto3.client("rekognition")


def handler(event: dict[str, Any], context: object) -> None:
    """What Rekognition refuses fails the deployment."""
    answer(event, lambda event: carry_out(rekognition, read_request(event)))
