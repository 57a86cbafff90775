"""The face collections of a gallery: one, or two during a rebuild and until it is finished."""

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
    """The face collections of a gallery.

    Args:
        rekognition: a client that does not retry, as `lambdas.ingest.resources.new_client` makes it.
        dynamodb: reads the record that names the collections.
        table: the cases table.
        deployed: the collection that the stack created.
        pace: limits the requests to the account's quota.
    """

    rekognition: RekognitionClient
    dynamodb: DynamoDBClient
    table: str
    deployed: str
    pace: Pace | None = None

    def in_use(self) -> CollectionsInUse:
        """Read the names of the collections in use."""
        return read_collections_in_use(self.dynamodb, table=self.table, deployed=self.deployed)

    def kept(self) -> tuple[FaceCollection, ...]:
        """Return every collection that must have each photo's face, the searched one first."""
        return tuple(self.named(name) for name in self.in_use().kept)

    def named(self, name: str) -> FaceCollection:
        """Return the collection of this name."""
        return FaceCollection(rekognition=self.rekognition, collection=name, pace=self.pace)
