from __future__ import annotations

from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.stub import Stubber

from tests.support.console import ConsoleClient, person, services_of
from tests.support.review_desk import Desk

if TYPE_CHECKING:
    from collections.abc import Iterator

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client


@pytest.fixture
def desk(s3: S3Client, dynamodb: DynamoDBClient, clock: Any) -> Desk:
    return Desk(s3, dynamodb, clock)


@pytest.fixture
def console(desk: Desk) -> ConsoleClient:
    """The console of a reviewer. `console.person = person("supervisor")` changes who is signed in."""
    return ConsoleClient(services_of(desk), person("reviewer"))


@pytest.fixture
def rekognition(aws: None) -> Iterator[Stubber]:
    """Rekognition's answers, all of which the test must ask for."""
    client = boto3.client("rekognition")
    with Stubber(client) as answers:
        yield answers
        answers.assert_no_pending_responses()
