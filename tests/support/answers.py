"""Clients that give the answers that a test adds, checked against the service's model."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.stub import Stubber


@dataclass
class Answers:
    """A source of clients that give only the answers that the test adds, in their order."""

    stubbers: dict[str, Stubber] = field(default_factory=dict)

    def add(self, service: str, operation: str, answer: dict[str, Any], expected: dict[str, Any] | None = None) -> None:
        self._stubber(service).add_response(operation, answer, expected)

    def refuse(self, service: str, operation: str, code: str, status: int = 400) -> None:
        self._stubber(service).add_client_error(operation, code, "made by the test", status)

    def __call__(self, service: str) -> Any:
        return self._stubber(service).client

    def _stubber(self, service: str) -> Stubber:
        if service not in self.stubbers:
            self.stubbers[service] = Stubber(boto3.client(service))  # type: ignore[call-overload] # of any service
            self.stubbers[service].activate()
        return self.stubbers[service]
