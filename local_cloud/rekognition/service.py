"""What the operations work with."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.rekognition.engine.pictures import Pictures, Source
from local_cloud.rekognition.face_collections import Collections
from local_cloud.rekognition.users import Users

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.engine import Face, FaceEngine

_MOST_FACES = 100  # that Rekognition considers in one picture


@dataclass
class Service:
    """One server's state.

    Args:
        data: directory that keeps the collections; None keeps them in memory.
        s3_endpoint: as `Pictures` has it.
        region: in the collections' ARNs.
    """

    data: Path | None = None
    s3_endpoint: str | None = None
    region: str = "us-east-1"

    def __post_init__(self) -> None:
        self._engine: FaceEngine | None = None
        self._loading = threading.Lock()
        self.collections = Collections(self.data)
        self.users = Users(self.collections)
        self.pictures = Pictures(self.s3_endpoint)

    @property
    def engine(self) -> "FaceEngine":
        """The face engine, loaded with the first picture: an idle server does not need its 150 MB."""
        with self._loading:
            if self._engine is None:
                from local_cloud.rekognition.engine.engine import FaceEngine  # noqa: PLC0415

                self._engine = FaceEngine()
            return self._engine

    def close(self) -> None:
        """Ends the database's connection."""
        self.collections.database.close()

    def faces_in(self, image: dict[str, Any]) -> tuple[Source, list["Face"]]:
        """The picture of a request's `Image` member and its faces, largest first."""
        source = self.pictures.read(image)
        return source, self.engine.detect(source.pixels)[:_MOST_FACES]
