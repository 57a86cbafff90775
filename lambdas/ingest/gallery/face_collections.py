"""The collections that a photo's faces are kept in: one, or two while a new one is being built or can be undone."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from lambdas.cases.collections_in_use import read_collections_in_use
from lambdas.ingest.gallery.rekognition import FaceCollection

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_rekognition import RekognitionClient

    from lambdas.cases.collections_in_use import CollectionsInUse
    from lambdas.downloads.pace import Pace


@dataclass(frozen=True, kw_only=True)
class FaceCollections:
    """The collections of a gallery.

    Args:
        rekognition: made with `NO_RETRIES`.
        dynamodb: for the record that names the collections.
        table: the cases table.
        deployed: the collection that the deployment made.
        pace: lets each request through at the rate that the account's quota allows.
    """

    rekognition: RekognitionClient
    dynamodb: DynamoDBClient
    table: str
    deployed: str
    pace: Pace | None = None

    def in_use(self) -> CollectionsInUse:
        """Their names, as they are now."""
        return read_collections_in_use(self.dynamodb, table=self.table, deployed=self.deployed)

    def kept(self) -> tuple[FaceCollection, ...]:
        """All that are kept in step, the one that is searched first."""
        return tuple(self.named(name) for name in self.in_use().kept)

    def named(self, name: str) -> FaceCollection:
        """One of them."""
        return FaceCollection(rekognition=self.rekognition, collection=name, pace=self.pace)
