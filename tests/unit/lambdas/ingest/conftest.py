"""Fixtures of the ingest tests: an in-memory Rekognition, the gallery's objects, and sample documents."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from lambdas.ingest.gallery.bucket_and_table import Gallery
from lambdas.ingest.gallery.face_collections import FaceCollections
from lambdas.ingest.gallery.index_photo import PhotoIndex
from lambdas.ingest.gallery.lease import Leases
from lambdas.ingest.gallery.withdraw import Withdrawal
from tests.support.memory_rekognition import MemoryRekognition

if TYPE_CHECKING:
    from collections.abc import Callable

    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_s3 import S3Client

SOURCES = Path(__file__).parent / "sources"


@pytest.fixture
def rekognition(s3: S3Client) -> MemoryRekognition:
    return MemoryRekognition(s3)


@pytest.fixture
def gallery(s3: S3Client, dynamodb: DynamoDBClient, clock: Any) -> Gallery:
    return Gallery(s3=s3, dynamodb=dynamodb, bucket="gallery", table="cases", now=clock)


@pytest.fixture
def leases(dynamodb: DynamoDBClient, clock: Any) -> Leases:
    return Leases(dynamodb=dynamodb, table="cases", now=clock)


@pytest.fixture
def faces(rekognition: Any, dynamodb: DynamoDBClient) -> FaceCollections:
    return FaceCollections(rekognition=rekognition, dynamodb=dynamodb, table="cases", deployed="faces")


@pytest.fixture
def photos(s3: S3Client, leases: Leases, faces: FaceCollections) -> PhotoIndex:
    return PhotoIndex(s3=s3, bucket="gallery", leases=leases, faces=faces)


@pytest.fixture
def withdrawal(gallery: Gallery, leases: Leases, faces: FaceCollections) -> Withdrawal:
    return Withdrawal(gallery=gallery, leases=leases, faces=faces)


@pytest.fixture
def sample() -> Callable[[str], Any]:
    """Return a function that decodes a fictional document of the `sources` folder."""

    def read(name: str) -> Any:
        return json.loads((SOURCES / name).read_text())

    return read
