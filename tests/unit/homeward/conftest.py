"""A deployed environment for the command line: moto, with an in-memory Rekognition."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest

from tests.support.memory_rekognition import MemoryRekognition
from tests.support.town import AGENCY, OUTPUTS, Stacks, Town

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def deploy(
    s3: S3Client, dynamodb: DynamoDBClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Callable[..., Town]:
    """Return a function that makes the environment, with more outputs and with clients that replace moto's."""

    def make(outputs: dict[str, str] | None = None, **clients: Any) -> Town:
        agency_file = tmp_path / "town.toml"
        agency_file.write_text(AGENCY)
        town = Town(MemoryRekognition(s3), agency_file)
        replaced = {"rekognition": town.rekognition, "cloudformation": Stacks(OUTPUTS | (outputs or {})), **clients}
        real: Any = boto3.client
        monkeypatch.setattr(boto3, "client", lambda service, **config: replaced.get(service) or real(service, **config))
        return town

    return make


@pytest.fixture
def town(deploy: Callable[..., Town]) -> Town:
    return deploy()
