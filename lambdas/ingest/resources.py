"""Where the wiring finds AWS clients and resource names: a function's environment, or a deployment's stack outputs."""

from __future__ import annotations

import functools
import os
from typing import Any, Protocol

import boto3
from botocore.config import Config

# FaceCollection retries itself: a retry inside botocore hides that the failed attempt may have indexed a face.
_NO_RETRIES = Config(retries={"total_max_attempts": 1, "mode": "standard"})
_VARIABLES = {
    "GalleryBucket": "GALLERY_BUCKET",
    "CasesTable": "CASES_TABLE",
    "FaceCollection": "FACE_COLLECTION",
    "DetectionBucket": "DETECTION_BUCKET",
    "EncountersTable": "ENCOUNTERS_TABLE",
}


class Resources(Protocol):
    """The clients and resource names of one environment. `homeward` passes its Deployment."""

    def client(self, service: str, /) -> Any:
        """Return the boto3 client of a service."""

    def __getitem__(self, output: str, /) -> str:
        """Return the name of a resource by its stack output, such as `GalleryBucket`."""


class FunctionResources:
    """The resources of a Lambda function, named by its environment variables."""

    @functools.cache  # noqa: B019 - one instance for the life of a container
    def client(self, service: str, /) -> Any:
        """Return the boto3 client of a service, always the same one."""
        return new_client(service)

    def __getitem__(self, output: str) -> str:
        """Return the value of the output's environment variable.

        Raises:
            KeyError: the function does not have the variable.
        """
        return os.environ[_VARIABLES[output]]


def new_client(service: str) -> Any:
    """Create a boto3 client. The Rekognition client does not retry, because `FaceCollection` does."""
    config = _NO_RETRIES if service == "rekognition" else None
    return boto3.client(service, config=config)  # type: ignore[call-overload] # the stubs want a literal
