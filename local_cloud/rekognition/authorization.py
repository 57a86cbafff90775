"""Asks the emulator whether IAM allows a request, as Rekognition asks IAM."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import httpx

from local_cloud.rekognition.errors import RekognitionError
from local_cloud.settings import ACCOUNT

Authorizer = Callable[[str, str, dict[str, Any]], None]
"""Takes the Authorization header, the operation, and the request. Raises AccessDeniedException."""

_ACCESS_KEY = re.compile(r"Credential=([^/]+)/")
# Rekognition supports no resource for these actions.
_WITHOUT_RESOURCE = {"CreateCollection", "ListCollections", "DetectFaces"}


def allow_all(signature: str, operation: str, request: dict[str, Any]) -> None:
    """Allow every request."""


class PolicyAuthorizer:
    """Checks the policies of the caller's role with the emulator.

    Args:
        url: The emulator's address of permission checks.
        region: Region in the collections' ARNs.
        http: Client of the emulator.
    """

    def __init__(self, url: str, region: str, http: httpx.Client | None = None) -> None:
        self._url = url
        self._region = region
        self._http = http or httpx.Client(timeout=20, trust_env=False)

    def __call__(self, signature: str, operation: str, request: dict[str, Any]) -> None:
        """Check the request's own action and those that it includes."""
        found = _ACCESS_KEY.search(signature)
        for action, resource in self._checks(operation, request):
            check = {"access_key": found[1] if found else "", "action": action, "resource": resource}
            denied = self._http.post(self._url, json=check).raise_for_status().json()["denied"]
            if denied is not None:
                raise RekognitionError(
                    "AccessDeniedException",
                    f"User: {denied} is not authorized to perform: {action} on resource: {resource}",
                )

    def _checks(self, operation: str, request: dict[str, Any]) -> Iterator[tuple[str, str]]:
        collection = f"arn:aws:rekognition:{self._region}:{ACCOUNT}:collection/{request.get('CollectionId')}"
        resource = "*" if operation in _WITHOUT_RESOURCE else request.get("ResourceArn", collection)
        yield f"rekognition:{operation}", resource
        if request.get("Tags"):
            yield "rekognition:TagResource", collection
        # Rekognition reads an image in S3 with the caller's permissions.
        if image := request.get("Image", {}).get("S3Object"):
            yield "s3:GetObject", f"arn:aws:s3:::{image.get('Bucket')}/{image.get('Name')}"
