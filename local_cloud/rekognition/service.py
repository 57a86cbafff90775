"""The server's state: the collections, the reader of images, and the face engine."""

import threading
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from local_cloud.rekognition.engine.images import Image, ImageReader
from local_cloud.rekognition.face_collections import Collections

if TYPE_CHECKING:
    from local_cloud.rekognition.engine.face_engine import Face, FaceEngine

_MAX_FACES = 100  # Rekognition's limit for one image


@dataclass
class Service:
    """One server's state, which every operation takes.

    Args:
        data: Folder of the collections; None keeps them in memory.
        s3_endpoint: See `ImageReader`.
        region: Region in the collections' ARNs.
    """

    data: Path | None = None
    s3_endpoint: str | None = None
    region: str = "us-east-1"

    def __post_init__(self) -> None:
        self._engine: FaceEngine | None = None
        self._engine_lock = threading.Lock()
        self.collections = Collections(self.data)
        self.images = ImageReader(self.s3_endpoint)

    @property
    def engine(self) -> "FaceEngine":
        """The face engine. The first image loads it, so that an idle server does not hold its 150 MB."""
        with self._engine_lock:
            if self._engine is None:
                from local_cloud.rekognition.engine.face_engine import FaceEngine  # noqa: PLC0415

                self._engine = FaceEngine()
            return self._engine

    def close(self) -> None:
        """Close the database."""
        self.collections.database.close()

    def faces_in(self, image: dict[str, Any]) -> tuple[Image, list["Face"]]:
        """Read the image of a request's `Image` member and detect its faces, largest first."""
        read = self.images.read(image)
        return read, self.engine.detect(read.pixels)[:_MAX_FACES]
